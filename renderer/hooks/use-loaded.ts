import { useCallback, useEffect, useState } from 'react';
import type { AppError } from '../../shared/errors.ts';
import type { Result } from '../../shared/result.ts';

export type Loaded<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly error: AppError }
  | { readonly state: 'ready'; readonly value: T };

/**
 * What `read` gives, read again whenever `read` or `version` changes, or on `again`. What was read before stays until
 * then. `read` must be the same function as long as it reads the same.
 */
export function useLoaded<T>(
  read: () => Promise<Result<T>>,
  version = 0,
): { readonly loaded: Loaded<T>; readonly again: () => void } {
  const [loaded, setLoaded] = useState<Loaded<T>>({ state: 'loading' });
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version and the tries say when to read again
  useEffect(() => {
    let outdated = false;
    void read().then((result) => {
      if (outdated) return;
      setLoaded(
        result.ok ? { state: 'ready', value: result.value } : { state: 'failed', error: result.error },
      );
    });
    return () => {
      outdated = true;
    };
  }, [read, version, tries]);
  const again = useCallback(() => setTries((number) => number + 1), []);
  return { loaded, again };
}
