/** A page that crashes this often within {@link WITHIN_MS} will not get better by itself. */
const MOST = 3;
const WITHIN_MS = 60_000;

/**
 * Decides whether a crashed page is loaded again: `false` when it has crashed again and again.
 *
 * @param now milliseconds, from any fixed moment
 */
export function crashGuard(now: () => number): () => boolean {
  let crashes: number[] = [];
  return () => {
    const at = now();
    crashes = [...crashes.filter((earlier) => at - earlier < WITHIN_MS), at];
    return crashes.length < MOST;
  };
}
