import { readFile } from 'node:fs/promises';
import { arch, hostname, release, type } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  type IpcMainInvokeEvent,
  safeStorage,
  session,
} from 'electron';
import { z } from 'zod';
import { type Licence, licenceSchema } from '../shared/ipc/app.ts';
import { type Push, pushSchema } from '../shared/ipc/index.ts';
import { PUSH_CHANNEL } from '../shared/ipc-channels.ts';
import { systemAccount } from './adapters/account.ts';
import { startedBySystem, systemAutostart } from './adapters/autostart.ts';
import { readOffer, readSearchRanges, refusedSwitch } from './adapters/command-line.ts';
import { type DataFolder, isOnlyInstance, openDataFolder, type Told } from './adapters/data-folder.ts';
import { startDiagnosticLog } from './adapters/diagnostic-log.ts';
import { electronStoreDocuments } from './adapters/electron-store-documents.ts';
import { endBrokenStart, markStarted, watchForFaults } from './adapters/faults.ts';
import { kitSample } from './adapters/kit-samples.ts';
import { writeOwnerFile } from './adapters/owner-file.ts';
import { policyPlaces } from './adapters/policy-places.ts';
import { askRootCaService } from './adapters/root-ca-service.ts';
import { safeStorageCipher } from './adapters/safe-storage-cipher.ts';
import { saveSupportReport } from './adapters/support-report.ts';
import { makeWay, openUpdates } from './adapters/updates.ts';
import { onWake } from './adapters/wake.ts';
import { becomeFirst } from './command/become-first.ts';
import { Listeners, runCommandApp } from './command/command-app.ts';
import { serveCommands } from './command/server.ts';
import { commandWords } from './command/words.ts';
import { DEFAULT_TIMING } from './core/context.ts';
import { type Core, type CoreParts, createCore } from './core/core.ts';
import { diagnose } from './core/diagnostics/diagnose.ts';
import { failure } from './core/failure.ts';
import type { Tell } from './core/news.ts';
import { readPolicy } from './core/policy/read-policy.ts';
import type { DocumentStore } from './core/vault/documents.ts';
import { Desktop } from './desktop/desktop.ts';
import { languageFor, texts } from './desktop/texts.ts';
import { handleCalls } from './ipc/call-gate.ts';
import { makeHandlers } from './ipc/methods.ts';
import { pushOf } from './ipc/pushes.ts';
import { closeStoreChannel } from './ipc/store-channel.ts';
import { APP_ORIGIN, registerAppScheme, serveApp } from './window/app-protocol.ts';
import { lockDown } from './window/lockdown.ts';
import { createMainWindow } from './window/main-window.ts';
import { refuseSwitch } from './window/refuse-switch.ts';

const QUIT_WITHIN_MS = 3_000;

const documentsIn = (dataFolder: DataFolder): DocumentStore =>
  electronStoreDocuments(join(dataFolder.path, 'vault'));

/** The core over a data folder. The app must be ready. */
function makeCore(
  dataFolder: DataFolder,
  tell: Tell,
  documents = documentsIn(dataFolder),
  more: Pick<CoreParts, 'openUpdates'> = {},
): Core {
  const places = policyPlaces();
  return createCore({
    documents,
    historyFolder: join(dataFolder.path, 'history'),
    cipher: safeStorageCipher(safeStorage),
    account: systemAccount(),
    builtAt: __BUILT_AT__,
    timing: DEFAULT_TIMING,
    software: { version: app.getVersion(), system: `${type()} ${release()}` },
    proxyFor: systemProxyFor,
    searchRanges: readSearchRanges,
    readSample: kitSample,
    autostart: systemAutostart(),
    ...(places && { readPolicy: () => readPolicy(places) }),
    ...more,
    tell,
  });
}

/** Composition root: the only place that knows both Electron and the core. */
function start(dataFolder: DataFolder): void {
  const runtime = {
    electron: process.versions.electron,
    chromium: process.versions['chrome'] ?? '',
    node: process.versions.node,
    system: `${type()} ${release()}, ${arch()}`,
  };
  const log = startDiagnosticLog(join(dataFolder.path, 'logs'));
  diagnose({ kind: 'app-started', version: app.getVersion(), ...runtime });
  const documents = documentsIn(dataFolder);
  const listeners = new Listeners();
  const push = (message: Push) => {
    const checked = pushSchema.safeParse(message);
    if (!checked.success) throw failure('internal', `the push ${message.type} broke its contract`);
    for (const window of BrowserWindow.getAllWindows()) {
      // Parsing also strips what the contract does not name.
      if (!window.webContents.isDestroyed()) window.webContents.send(PUSH_CHANNEL, checked.data);
    }
  };
  const core = makeCore(
    dataFolder,
    (news) => {
      const message = pushOf(news, languageFor);
      if (message) push(message);
      desktop.hear(news);
      listeners.tell(news);
    },
    documents,
    { openUpdates: (feed) => openUpdates(feed, dataFolder.path, () => leaveForUpdate()) },
  );
  /** With a tray entry the app goes on watching, and carrying what tills send; it is left by "Quit". */
  const goesOnUnseen = () => core.settings.get().tray || core.bridges.isAnyOn;
  const openWindow = () =>
    createMainWindow(documents, () => {
      core.pairing.pageGone();
      core.manager.lock();
    });
  const showWindow = () => {
    const [window = openWindow()] = BrowserWindow.getAllWindows();
    if (window.isMinimized()) window.restore();
    window.show();
    return window;
  };
  const desktop = new Desktop({
    settings: core.settings,
    statuses: () => Object.values(core.monitor.statuses),
    isBridgeOn: () => core.bridges.isAnyOn,
    isTillConnected: () => core.bridges.isTillConnected,
    showWindow,
    isWatched: () => BrowserWindow.getFocusedWindow() !== null,
    push,
  });

  if (!dataFolder.writable) core.tellUnwritable(dataFolder.path);
  lockDown(session.defaultSession);
  serveApp(join(import.meta.dirname, '../renderer'));
  closeStoreChannel();
  handleCalls(
    makeHandlers({
      core,
      version: app.getVersion(),
      runtime,
      hostName: hostname(),
      offered: readOffer(),
      languageFor,
      licences: readLicences,
      copyText: async (text) => clipboard.writeText(text),
      saveHistory: (format) => saveHistory(core, format),
      saveSupportReport: () => saveSupportReport({ core, log, runtime }),
      chooseKitFolder,
    }),
    isOwnPage,
  );

  if (!(startedBySystem() && goesOnUnseen())) openWindow();
  core.start();
  onWake(() => {
    core.monitor.wake();
    core.bridges.wake();
  });
  app.on('activate', showWindow);
  app.on('second-instance', (_event, argv, _folder, told) => {
    // The computer's own start of an app that runs already asks for no window, and nor does a command.
    const isCommand = (told as Told | undefined)?.command === true;
    if (!isCommand && !argv.includes('--hidden')) showWindow().focus();
  });
  // Where nothing can be saved there is no place to meet.
  const commands = serveCommands({
    folder: dataFolder.path,
    host: { core, hear: listeners.hear, askService: askRootCaService },
    who: 'window',
  }).catch(() => undefined);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !goesOnUnseen()) app.quit();
  });
  const endAll = async () => {
    await (await commands)?.close();
    await core.close().finally(() => diagnose({ kind: 'app-stopped' }));
  };
  /** Not for long, as when it is quit. */
  const leaveForUpdate = async () => {
    await within(endAll());
    makeWay();
  };
  quitAfter(endAll);
}

const within = (ending: Promise<void>): Promise<void> =>
  Promise.race([ending, new Promise<void>((resolve) => setTimeout(resolve, QUIT_WITHIN_MS))]);

/** Lets `close` say goodbye to devices, and broken-off work end, before the process does; not for long. */
function quitAfter(close: () => Promise<void>): void {
  let closed = false;
  app.on('will-quit', (event) => {
    if (closed) return;
    event.preventDefault();
    closed = true;
    // Not app.quit() again: in the end-to-end tests the process then never ended.
    void within(close()).finally(() => app.exit());
  });
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

async function readLicences(): Promise<Licence[]> {
  const packed = await readFile(join(import.meta.dirname, '../licences.json.gz'));
  return z.array(licenceSchema).parse(JSON.parse(gunzipSync(packed).toString()));
}

/** The first of what the system would take, such as `PROXY proxy.example:3128; DIRECT` (proxy auto-config). */
async function systemProxyFor(url: string): Promise<string | undefined> {
  const [first = ''] = (await session.defaultSession.resolveProxy(url)).split(';');
  return /^(?:PROXY|HTTPS?|SOCKS\d?) (\S+)/.exec(first.trim())?.[1];
}

async function saveHistory(core: Core, format: 'csv' | 'json'): Promise<boolean> {
  const text = core.exportHistory(format);
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('desktop.saveHistory'),
    defaultPath: join(app.getPath('documents'), `${texts.t('desktop.historyFile')}.${format}`),
    filters: [{ name: format.toUpperCase(), extensions: [format] }],
  });
  if (canceled || !filePath) return false;
  // For whom the folder is: a history may be for others, and holds no secret.
  await writeOwnerFile(filePath, Buffer.from(text), { mode: 0o666, drafts: core.drafts });
  return true;
}

async function chooseKitFolder(suggestedName: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('desktop.saveKit'),
    defaultPath: join(app.getPath('documents'), suggestedName),
    properties: ['createDirectory'],
  });
  return canceled || !filePath ? null : filePath;
}

/** As in electron-builder.yml: Windows shows notifications only of an app that says which one it is. */
const APP_ID = 'com.pos-pairing.app';

const refused = refusedSwitch();
const words = commandWords(process.argv, app.isPackaged ? undefined : app.getAppPath());
if (words) await runCommandApp(words, { refused, makeCore });
else runWindowApp();

function runWindowApp(): void {
  watchForFaults();
  if (refused) {
    void refuseSwitch(refused);
    return;
  }
  app.setAppUserModelId(APP_ID);
  const dataFolder = openDataFolder();
  registerAppScheme();
  // Root on Linux, as in tests, can only run without the sandbox and says so on the command line.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  const startHere = () => {
    const started = app.whenReady().then(() => start(dataFolder));
    void started.then(markStarted, endBrokenStart);
  };
  if (isOnlyInstance(dataFolder)) startHere();
  else void becomeFirst(dataFolder).then((isFirst) => (isFirst ? startHere() : app.quit()), endBrokenStart);
}
