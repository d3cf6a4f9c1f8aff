import { join } from 'node:path';
import { app, BrowserWindow, dialog, nativeTheme, screen } from 'electron';
import { IS_PACKAGED } from '../adapters/packaged.ts';
import { diagnose } from '../core/diagnostics/diagnose.ts';
import type { DocumentStore } from '../core/vault/documents.ts';
import { APP_URL } from './app-protocol.ts';
import { crashGuard } from './crash-guard.ts';
import { placeWindow } from './window-placement.ts';
import { readWindowState } from './window-state.ts';

/** Matches --canvas of the renderer, so that a new window does not flash. */
const BACKGROUND = { light: '#f2f3f7', dark: '#0f1119' };

/**
 * Opens the app's window where it was left.
 *
 * @param onPageGone called when nobody is there any more to answer: the window was closed, or its page crashed
 */
export function createMainWindow(
  documents: Pick<DocumentStore, 'read'>,
  onPageGone: () => void,
): BrowserWindow {
  const primary = screen.getPrimaryDisplay();
  const others = screen.getAllDisplays().filter(({ id }) => id !== primary.id);
  const { bounds, maximized } = placeWindow(
    readWindowState(documents),
    [primary.workArea, ...others.map(({ workArea }) => workArea)],
    { width: 1180, height: 800 },
  );
  const window = new BrowserWindow({
    ...bounds,
    title: app.getName(),
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
      v8CacheOptions: 'bypassHeatCheck',
      devTools: !IS_PACKAGED,
    },
  });
  const mayReload = crashGuard(() => performance.now());
  if (maximized) window.maximize();
  window.on('closed', onPageGone);
  window.webContents.on('render-process-gone', (_event, { reason, exitCode }) => {
    diagnose({ kind: 'page-gone', reason, exitCode });
    onPageGone();
    if (mayReload()) window.reload();
    else void endAfterCrashes();
  });
  // `about:blank` goes past all that prevents navigations.
  window.webContents.on('did-navigate', (_event, url) => {
    if (url === APP_URL) return;
    onPageGone();
    void window.loadURL(APP_URL);
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL(APP_URL);
  return window;
}

async function endAfterCrashes(): Promise<void> {
  const { changeLanguage, texts } = await import('../desktop/texts.ts');
  // Where it crashed before the settings were asked.
  if (!texts.isInitialized) changeLanguage('system');
  await dialog.showMessageBox({
    type: 'error',
    title: app.getName(),
    message: texts.t('desktop.pageCrashed'),
    detail: texts.t('desktop.pageCrashedTodo'),
  });
  app.quit();
}
