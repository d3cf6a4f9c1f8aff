import { join } from 'node:path';
import { app, BrowserWindow, nativeTheme } from 'electron';
import { APP_URL } from './app-protocol.ts';

/** Matches --color-canvas of the renderer, so that a new window does not flash. */
const BACKGROUND = { light: '#f4f5f7', dark: '#101418' };

export function createMainWindow(): BrowserWindow {
  const window = new BrowserWindow({
    title: app.getName(),
    width: 1180,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: nativeTheme.shouldUseDarkColors ? BACKGROUND.dark : BACKGROUND.light,
    webPreferences: {
      preload: join(import.meta.dirname, '../preload/preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
      devTools: !app.isPackaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(APP_URL);
  return window;
}
