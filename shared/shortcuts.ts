/** The app's own keyboard shortcuts, as Electron writes them; the editing, zoom and window keys are the system's. */
export const SHORTCUTS = {
  newPairing: 'CommandOrControl+N',
  findDevices: 'CommandOrControl+F',
  settings: 'CommandOrControl+,',
  shortcuts: 'F1',
} as const;
export type Shortcut = keyof typeof SHORTCUTS;

/** Keys that Electron's menu roles bring along, as far as they are worth a place in the list of shortcuts. */
export const VIEW_SHORTCUTS = {
  zoomIn: 'CommandOrControl+Plus',
  zoomOut: 'CommandOrControl+-',
  resetZoom: 'CommandOrControl+0',
} as const;
export const fullScreenShortcut = (isMac: boolean): string => (isMac ? 'Control+Command+F' : 'F11');
