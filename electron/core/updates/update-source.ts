/**
 * Where updates come from, and what installs them. Methods throw {@link Failure} `update-*`, `storage-failed`, and
 * `cancelled` or `timed-out` by their signal.
 */
export interface UpdateSource {
  /** The version that the feed offers; its signature was checked before anything in it was read. */
  look(signal: AbortSignal): Promise<string>;
  /**
   * Fetches what {@link look} has found, whole and unchanged, or leaves nothing behind. `onPercent` hears whole
   * numbers from 0 to 100.
   */
  fetch(onPercent: (percent: number) => void, signal: AbortSignal): Promise<void>;
  /** Whether what was fetched is on the disk as it was signed, right before it is installed. */
  recheck(): Promise<void>;
  /** Ends the app, and installs what was fetched; whether that worked shows at the next start. */
  install(): Promise<void>;
}
