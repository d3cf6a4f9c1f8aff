/** Runs `work` after `ms` milliseconds; returns what cancels that. */
export type Later = (work: () => void, ms: number) => () => void;

/** {@link Later} by the system's timers. */
export const later: Later = (work, ms) => {
  const timer = setTimeout(work, ms);
  return () => clearTimeout(timer);
};
