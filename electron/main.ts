import { hostname } from 'node:os';
import { join } from 'node:path';
import { app, BrowserWindow, clipboard, dialog, type IpcMainInvokeEvent, session } from 'electron';
import type { Push } from '../shared/ipc.ts';
import { PUSH_CHANNEL } from '../shared/ipc-channels.ts';
import { applyUserDataDir, readOffer } from './command-line.ts';
import { electronStoreDocuments } from './electron-store-documents.ts';
import { toAppError } from './failure.ts';
import { handleCalls } from './ipc/handle-calls.ts';
import { makeHandlers } from './ipc/handlers.ts';
import { PairingService } from './pairing/pairing-service.ts';
import { RootCaImport } from './pairing/root-ca-import.ts';
import { DEFAULT_TIMING, type PairingContext } from './pairing/settings.ts';
import { safeStorageCipher } from './safe-storage-cipher.ts';
import { Vault } from './vault/vault.ts';
import { APP_ORIGIN, registerAppScheme, serveApp } from './windows/app-protocol.ts';
import { lockDown } from './windows/lockdown.ts';
import { createMainWindow } from './windows/main-window.ts';
import { installMenu } from './windows/menu.ts';

/** Composition root: the only place that knows both Electron and the core. */
function start(): void {
  const context: PairingContext = {
    vault: new Vault(electronStoreDocuments(join(app.getPath('userData'), 'vault')), safeStorageCipher),
    now: Date.now,
    builtAt: __BUILT_AT__,
    timing: DEFAULT_TIMING,
  };
  const push = (message: Push) => {
    for (const window of BrowserWindow.getAllWindows()) window.webContents.send(PUSH_CHANNEL, message);
  };
  const pairing = new PairingService(context, push);

  lockDown(session.defaultSession);
  serveApp(join(import.meta.dirname, '../renderer'));
  installMenu();
  handleCalls(
    makeHandlers({
      vault: context.vault,
      pairing,
      rootCaImport: new RootCaImport(context),
      push,
      version: app.getVersion(),
      hostName: hostname(),
      offered: readOffer(),
      copyText: (text) => clipboard.writeText(text),
    }),
    isOwnPage,
  );

  createMainWindow();
  app.on('activate', () => {
    if (BrowserWindow.getAllWindows().length === 0) createMainWindow();
  });
  app.on('second-instance', () => {
    const [window = createMainWindow()] = BrowserWindow.getAllWindows();
    if (window.isMinimized()) window.restore();
    window.focus();
  });
  app.on('will-quit', () => void pairing.close());
}

/** Only the top frame of one of our windows, showing our own origin, may call. */
function isOwnPage({ sender, senderFrame }: IpcMainInvokeEvent): boolean {
  return (
    senderFrame !== null &&
    senderFrame === sender.mainFrame &&
    senderFrame.url.startsWith(`${APP_ORIGIN}/`) &&
    BrowserWindow.fromWebContents(sender) !== null
  );
}

function showFatalError(thrown: unknown): void {
  dialog.showErrorBox(app.getName(), `The app cannot go on.\n\n${toAppError(thrown).detail}`);
  app.exit(1);
}

process.on('uncaughtException', showFatalError);
process.on('unhandledRejection', showFatalError);
app.on('window-all-closed', () => {
  if (process.platform !== 'darwin') app.quit();
});

applyUserDataDir();
registerAppScheme();
// Root on Linux, as in tests, can only run without the sandbox and says so on the command line.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
if (app.requestSingleInstanceLock()) void app.whenReady().then(start).catch(showFatalError);
else app.quit();
