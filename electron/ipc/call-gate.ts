import { type IpcMainInvokeEvent, ipcMain } from 'electron';
import { appError } from '../../shared/errors.ts';
import { METHODS, type Method, type MethodRequest, type MethodValue } from '../../shared/ipc/index.ts';
import { CALL_CHANNEL } from '../../shared/ipc-channels.ts';
import { err, type Result } from '../../shared/result.ts';
import { failure, settle } from '../core/failure.ts';

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

/** Answers the renderer's calls, from a trusted frame only, and only as the contract says. */
export function handleCalls(
  handlers: Handlers,
  isTrustedSender: (event: IpcMainInvokeEvent) => boolean,
): void {
  ipcMain.handle(
    CALL_CHANNEL,
    (event, method: unknown, request: unknown): Promise<Result<unknown>> | Result<unknown> => {
      if (!isTrustedSender(event)) return err(appError('invalid-request', 'unknown sender'));
      if (!isMethod(method)) return err(appError('invalid-request', 'unknown method'));
      return answer(handlers, method, request);
    },
  );
}
