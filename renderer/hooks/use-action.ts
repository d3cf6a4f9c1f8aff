import { useCallback, useRef, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';

type ActionState<A, T> =
  | { readonly state: 'idle' }
  | { readonly state: 'busy'; readonly args: A }
  | { readonly state: 'done'; readonly value: T }
  | { readonly state: 'failed'; readonly error: AppError };

interface Action<A extends unknown[], T> {
  readonly run: (...args: A) => Promise<Result<T>>;
  readonly isBusy: boolean;
  /** What it is busy with. */
  readonly args: A | null;
  /** What came of the last run, unless that failed or another one is under way. */
  readonly value: T | null;
  /** Why the last run failed, until the next one. */
  readonly error: AppError | null;
}

/**
 * Something the user asks for: busy, then done or an error. When the manager was asked and did not come, it is as if
 * nothing had been asked for.
 */
export function useAction<A extends unknown[], T>(
  carryOut: (...args: A) => Promise<Result<T>>,
): Action<A, T> {
  const [now, setNow] = useState<ActionState<A, T>>({ state: 'idle' });
  const latest = useRef(carryOut);
  latest.current = carryOut;
  const run = useCallback(async (...args: A): Promise<Result<T>> => {
    setNow({ state: 'busy', args });
    const result = await latest.current(...args);
    if (result.ok) setNow({ state: 'done', value: result.value });
    else if (result.error.code === 'manager-needed') setNow({ state: 'idle' });
    else setNow({ state: 'failed', error: result.error });
    return result;
  }, []);
  return {
    run,
    isBusy: now.state === 'busy',
    args: now.state === 'busy' ? now.args : null,
    value: now.state === 'done' ? now.value : null,
    error: now.state === 'failed' ? now.error : null,
  };
}
