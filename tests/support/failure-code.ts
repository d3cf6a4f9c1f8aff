import { toAppError } from '../../electron/core/failure.ts';

/** The catalogue code `work` fails with, or 'ok'. */
export function codeOf(work: () => unknown): string {
  try {
    work();
    return 'ok';
  } catch (thrown) {
    return toAppError(thrown).code;
  }
}
