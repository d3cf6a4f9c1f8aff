/** The app's own keyboard shortcuts, as Electron writes them; the editing, zoom and window keys are the system's. */
export const SHORTCUTS = {
  newPairing: 'CommandOrControl+N',
  findDevices: 'CommandOrControl+F',
  settings: 'CommandOrControl+,',
  shortcuts: 'F1',
} as const;
export type Shortcut = keyof typeof SHORTCUTS;
