const BASE_MS = 1_000;
const CAP_MS = 60_000;

/**
 * Milliseconds to wait before retry number `attempt` (0 is the first): exponential with full jitter, anything from
 * nothing to the whole step of 1 s, 2 s, … 60 s, so that many registers that lost one device do not come back in step.
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, random: number): number {
  const step = Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  return Math.round(random * step);
}
