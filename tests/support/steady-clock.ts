/** A clock by which every channel was open for a long time when it ends, so that a drop is no eviction. */
export function steadyClock(): () => number {
  let now = 0;
  return () => {
    now += 60_000;
    return now;
  };
}
