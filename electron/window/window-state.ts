import type { BrowserWindow } from 'electron';
import type { DocumentStore } from '../core/vault/documents.ts';
import { parseWindowState, type WindowState } from './window-placement.ts';

const DOCUMENT = 'window';
const SAVE_DELAY_MS = 500;

/** What {@link trackWindow} needs of a window. */
export type TrackedWindow = Pick<BrowserWindow, 'getNormalBounds' | 'isMaximized' | 'isDestroyed'> & {
  on(event: 'resize' | 'move' | 'maximize' | 'unmaximize' | 'close', listener: () => void): unknown;
};

/** Where the window was left, or null: whatever cannot be read is not worth a complaint. */
export function readWindowState(documents: Pick<DocumentStore, 'read'>): WindowState | null {
  try {
    const stored = documents.read(DOCUMENT);
    return stored.kind === 'document' ? parseWindowState(stored.value) : null;
  } catch {
    return null;
  }
}

/** Remembers size, position and whether the window is maximized, shortly after each change and on closing. */
export function trackWindow(window: TrackedWindow, documents: DocumentStore): void {
  let timer: NodeJS.Timeout | undefined;
  const save = () => {
    clearTimeout(timer);
    if (window.isDestroyed()) return;
    const { x, y, width, height } = window.getNormalBounds();
    const state: WindowState = { version: 1, x, y, width, height, maximized: window.isMaximized() };
    try {
      documents.write(DOCUMENT, { ...state });
    } catch {
      // The next start uses an older position, or the default one.
    }
  };
  const saveSoon = () => {
    clearTimeout(timer);
    timer = setTimeout(save, SAVE_DELAY_MS);
  };
  window.on('resize', saveSoon);
  window.on('move', saveSoon);
  window.on('maximize', saveSoon);
  window.on('unmaximize', saveSoon);
  window.on('close', save);
}
