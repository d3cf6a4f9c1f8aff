import { type AppError, appError, type ErrorCode } from '../../shared/errors.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { redact } from './redact.ts';

/** How the core reports a catalogue entry inside one process; {@link settle} turns it into data. */
export class Failure extends Error {
  readonly appError: AppError;
  constructor(error: AppError) {
    super(`${error.code}: ${error.detail}`);
    this.name = 'Failure';
    this.appError = error;
  }
}

export const failure = (
  code: ErrorCode,
  detail = '',
  more: Omit<Partial<AppError>, 'code' | 'detail'> = {},
): Failure => new Failure(appError(code, redact(detail), more));

/** Any thrown thing as a catalogue entry; what the core did not foresee becomes `internal`. */
export function toAppError(thrown: unknown): AppError {
  if (thrown instanceof Failure) return thrown.appError;
  return appError(
    'internal',
    redact(thrown instanceof Error ? `${thrown.name}: ${thrown.message}` : String(thrown)),
  );
}

/** The value of a result, such as a validator's; throws {@link Failure} with its error. */
export function required<T>(result: Result<T>): T {
  if (!result.ok) throw new Failure(result.error);
  return result.value;
}

/** Runs `work` and returns its outcome as data. */
export async function settle<T>(work: () => T | Promise<T>): Promise<Result<T>> {
  try {
    return ok(await work());
  } catch (thrown) {
    return err(toAppError(thrown));
  }
}
