/** Whether the app starts with the computer; the operating system keeps it. */
export interface Autostart {
  isOn(): boolean;
  /** Throws what keeps it from being changed. */
  set(on: boolean): void;
}
