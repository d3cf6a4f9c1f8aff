/** Whether the app starts with the computer; the operating system keeps it. */
export interface Autostart {
  isOn(): boolean;
  /** Throws what keeps it from being changed. */
  set(on: boolean): void;
}

/**
 * Arranges what the organisation has decided, if anything. Where it cannot be arranged the app works all the same, and
 * the bridge's screen shows how it is.
 */
export function arrangeAutostart(autostart: Autostart | undefined, wanted: boolean | undefined): void {
  try {
    if (autostart && wanted !== undefined && autostart.isOn() !== wanted) autostart.set(wanted);
  } catch {
    // As above.
  }
}
