// As little as an app can be: one window as the app's own (electron/window/main-window.ts), from the same scheme.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, BrowserWindow, Menu, protocol } from 'electron';

Menu.setApplicationMenu(null);
protocol.registerSchemesAsPrivileged([
  { scheme: 'app', privileges: { standard: true, secure: true, codeCache: true } },
]);
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
const folder = app.commandLine.getSwitchValue('user-data-dir');
if (folder) app.setPath('userData', folder);

void app.whenReady().then(() => {
  protocol.handle(
    'app',
    async () =>
      new Response(await readFile(join(import.meta.dirname, 'index.html')), {
        headers: { 'content-type': 'text/html; charset=utf-8' },
      }),
  );
  const window = new BrowserWindow({
    width: 1180,
    height: 800,
    minWidth: 640,
    minHeight: 480,
    show: false,
    autoHideMenuBar: true,
    backgroundColor: '#f2f3f7',
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  });
  window.once('ready-to-show', () => window.show());
  void window.loadURL('app://pos/index.html');
});
