/**
 * Whether `ms` milliseconds have passed since `at`, by a clock that people and time servers set. A clock that was set
 * back counts as passed: what is due must not wait until the old time comes round again.
 */
export function hasElapsed(now: number, at: number, ms: number): boolean {
  return now < at || now - at >= ms;
}
