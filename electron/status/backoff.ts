const BASE_MS = 1_000;
const CAP_MS = 60_000;

/**
 * Milliseconds to wait before retry number `attempt` (0 is the first): exponential with full jitter, so that many
 * registers that lost one device do not come back in step. At least a tenth of the step, so that it is a pause.
 *
 * @param random a number in [0, 1)
 */
export function backoffMs(attempt: number, random: number): number {
  const step = Math.min(CAP_MS, BASE_MS * 2 ** attempt);
  return Math.round(Math.max(step / 10, random * step));
}
