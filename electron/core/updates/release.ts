import { failure } from '../failure.ts';

const numbersOf = (version: string): number[] => version.split(/[.+-]/, 3).map(Number);

/** Less than 0 when `a` came before `b`, by the three numbers of each. */
export function compareReleases(a: string, b: string): number {
  const [left, right] = [numbersOf(a), numbersOf(b)];
  const differing = [0, 1, 2].find((at) => left[at] !== right[at]);
  return differing === undefined ? 0 : (left[differing] ?? 0) - (right[differing] ?? 0);
}

/**
 * Whether `offered` is to be fetched. `newest` is the newest version that ran here or was offered before: a feed that
 * goes back behind it may be an old one, replayed to keep or bring back a weakness. Throws {@link Failure}
 * `update-older` for it.
 */
export function isWanted(offered: string, running: string, newest: string): boolean {
  if (compareReleases(offered, newest) < 0)
    throw failure('update-older', `${offered} is offered, ${newest} is known`, {
      params: { offered, known: newest },
    });
  return compareReleases(offered, running) > 0;
}
