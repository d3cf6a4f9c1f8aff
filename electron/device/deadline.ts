import { failure } from '../failure.ts';

/**
 * A signal that ends when `parent` does (cancelled by the user) or after `ms` milliseconds. With a timer of its own:
 * what `AbortSignal.timeout` gives to `AbortSignal.any` alone is garbage-collected before its time, and never ends.
 */
export function withDeadline(parent: AbortSignal, ms: number): AbortSignal {
  const deadline = new AbortController();
  const timer = setTimeout(() => deadline.abort(new DOMException('', 'TimeoutError')), ms);
  timer.unref();
  return AbortSignal.any([parent, deadline.signal]);
}

/** The catalogue entry for an ended signal: `timed-out` or `cancelled`. */
export function endedFailure(signal: AbortSignal, waitingFor: string): Error {
  const timedOut = signal.reason instanceof DOMException && signal.reason.name === 'TimeoutError';
  return timedOut
    ? failure('timed-out', `while waiting for ${waitingFor}`)
    : failure('cancelled', waitingFor);
}

/**
 * Runs `start` as a promise that the signal can end at any moment. `start` returns its clean-up, which runs once
 * when the promise was ended by the signal.
 */
export function cancellable<T>(
  signal: AbortSignal,
  waitingFor: string,
  start: (resolve: (value: T) => void, reject: (error: Error) => void) => () => void,
): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(endedFailure(signal, waitingFor));
      return;
    }
    const onAbort = () => {
      reject(endedFailure(signal, waitingFor));
      cleanUp();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    const settleWith =
      <A>(settle: (argument: A) => void) =>
      (argument: A) => {
        signal.removeEventListener('abort', onAbort);
        settle(argument);
      };
    const cleanUp = start(settleWith(resolve), settleWith(reject));
  });
}
