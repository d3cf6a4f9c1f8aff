import { setMaxListeners } from 'node:events';
import { failure } from '../failure.ts';

/**
 * A signal that ends when `parent` does (cancelled by the user) or after `ms` milliseconds.
 *
 * Not AbortSignal.any with AbortSignal.timeout: the former holds its sources weakly, so a garbage collection
 * takes the time-out away and the deadline never comes, and each call leaves something behind in a parent that
 * lives long. Here the timer holds everything, for `ms` at most.
 */
export function withDeadline(parent: AbortSignal, ms: number): AbortSignal {
  const controller = new AbortController();
  if (parent.aborted) {
    controller.abort(parent.reason);
    return controller.signal;
  }
  const end = (reason: unknown) => {
    clearTimeout(timer);
    parent.removeEventListener('abort', onParent);
    controller.abort(reason);
  };
  const onParent = () => end(parent.reason);
  const timer = setTimeout(() => end(new DOMException('the time is over', 'TimeoutError')), ms);
  timer.unref();
  setMaxListeners(0, parent);
  parent.addEventListener('abort', onParent, { once: true });
  return controller.signal;
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
    let cleanUp = () => {};
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
    cleanUp = start(settleWith(resolve), settleWith(reject));
    // What `start` does may itself end the signal.
    if (signal.aborted) cleanUp();
  });
}

/** `work`, or the end of the signal, which leaves it to itself. */
export const unlessEnded = <T>(signal: AbortSignal, waitingFor: string, work: Promise<T>): Promise<T> =>
  cancellable<T>(signal, waitingFor, (resolve, reject) => {
    work.then(resolve, reject);
    return () => {};
  });
