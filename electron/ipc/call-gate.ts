import { appError } from '../../shared/errors.ts';
import { METHODS, type Method, type MethodRequest, type MethodValue } from '../../shared/ipc/index.ts';
import { err, type Result } from '../../shared/result.ts';
import { failure, settle } from '../core/failure.ts';
import type { AnswerCall } from './call-door.ts';

/** One function per method of the contract; what it throws reaches the renderer as data. */
export type Handlers = {
  readonly [M in Method]: (request: MethodRequest<M>) => MethodValue<M> | Promise<MethodValue<M>>;
};

const isMethod = (name: unknown): name is Method => typeof name === 'string' && Object.hasOwn(METHODS, name);

async function answer<M extends Method>(
  handlers: Handlers,
  method: M,
  request: unknown,
): Promise<Result<unknown>> {
  const { request: requestSchema, value: valueSchema } = METHODS[method];
  const parsed = requestSchema.safeParse(request);
  // The issues' paths are enough: their messages may quote the input.
  if (!parsed.success) {
    return err(
      appError(
        'invalid-request',
        `${method}: ${parsed.error.issues.map((i) => i.path.join('.')).join(', ')}`,
      ),
    );
  }
  return settle(async () => {
    const value = valueSchema.safeParse(await handlers[method](parsed.data as MethodRequest<M>));
    // Parsing also strips what the contract does not name.
    if (!value.success) throw failure('internal', `${method} broke its contract`);
    return value.data;
  });
}

/** What answers the renderer's calls, from a trusted frame only, and only as the contract says. */
export const callGate =
  (handlers: Handlers): AnswerCall =>
  ({ isTrusted, method, request }) => {
    if (!isTrusted) return err(appError('invalid-request', 'unknown sender'));
    if (!isMethod(method)) return err(appError('invalid-request', 'unknown method'));
    return answer(handlers, method, request);
  };
