import { readFile } from 'node:fs/promises';
import { arch, hostname, release, type } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { app, BrowserWindow, clipboard } from 'electron';
import { z } from 'zod';
import { type Licence, licenceSchema } from '../shared/ipc/app.ts';
import { type Push, pushSchema } from '../shared/ipc/index.ts';
import { PUSH_CHANNEL } from '../shared/ipc-channels.ts';
import { startedBySystem } from './adapters/autostart.ts';
import { readOffer } from './adapters/command-line.ts';
import { type DataFolder, type Told, vaultFolder } from './adapters/data-folder.ts';
import { electronStoreDocuments } from './adapters/electron-store-documents.ts';
import { endBrokenStart } from './adapters/faults.ts';
import { languageFor } from './adapters/language.ts';
import { makeWay, openUpdates } from './adapters/updates.ts';
import { failure } from './core/failure.ts';
import type { News } from './core/news.ts';
import type { StoredDocument } from './core/vault/documents.ts';
import type { AnswerCall } from './ipc/call-door.ts';
import { callGate } from './ipc/call-gate.ts';
import { makeHandlers } from './ipc/methods.ts';
import { pushOf } from './ipc/pushes.ts';
import { closeStoreChannel } from './ipc/store-channel.ts';
import { makeCore } from './make-core.ts';
import type { Services } from './start-services.ts';
import { trackWindow } from './window/window-state.ts';

const QUIT_WITHIN_MS = 3_000;
/** By which a system or its user ends a program: logging off, Ctrl-C, a terminal that is closed. */
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;
/** For a page that never says that it is there, since it broke. */
const PAGE_PATIENCE_MS = 5_000;

/** The app was started while it runs: what that start was called with, and what it has told. */
export interface SecondStart {
  readonly argv: readonly string[];
  readonly told: Told | undefined;
}

export interface AppParts {
  readonly dataFolder: DataFolder;
  /** Documents of the vault that were read while the page started. */
  readonly readAhead: Map<string, StoredDocument>;
  /** Hands in what answers the page's calls. */
  readonly answerCalls: (answer: AnswerCall) => void;
  readonly openWindow: () => BrowserWindow;
  /** The window that is open already, if any. */
  readonly firstWindow: BrowserWindow | undefined;
}

/** Composition root of the app with a window: the only place that knows both Electron and the core. */
export function startApp({ dataFolder, readAhead, answerCalls, firstWindow, ...parts }: AppParts): {
  /** For a page that is gone: its window was closed, or it crashed. */
  readonly onPageGone: () => void;
  readonly onSecondStart: (start: SecondStart) => void;
} {
  const runtime = {
    electron: process.versions.electron,
    chromium: process.versions['chrome'] ?? '',
    node: process.versions.node,
    system: `${type()} ${release()}, ${arch()}`,
  };
  const documents = electronStoreDocuments(vaultFolder(dataFolder), readAhead);
  let services: Services | undefined;
  const core = makeCore(
    dataFolder,
    (news: News) => {
      const message = pushOf(news, languageFor);
      if (message) push(message);
      services?.hear(news);
    },
    documents,
    { openUpdates: (feed) => openUpdates(feed, dataFolder.path, () => leaveForUpdate()) },
  );
  /** With a tray entry the app goes on watching, and carrying what tills send; it is left by "Quit". */
  const goesOnUnseen = () => core.settings.get().tray || core.bridges.isAnyOn;
  const openWindow = () => {
    const window = parts.openWindow();
    trackWindow(window, documents);
    return window;
  };
  const showWindow = () => {
    const [window = openWindow()] = BrowserWindow.getAllWindows();
    if (window.isMinimized()) window.restore();
    window.show();
    return window;
  };

  let isStarting = false;
  const startServices = async (): Promise<void> => {
    if (isStarting) return;
    isStarting = true;
    clearTimeout(patience);
    const { startServices: start } = await import('./start-services.ts');
    services = start({ dataFolder, core, runtime, push, showWindow });
  };
  /** What only begins to work when the services do. */
  const startServicesSafely = () => void startServices().catch(endBrokenStart);
  const patience = setTimeout(startServicesSafely, PAGE_PATIENCE_MS);

  if (!dataFolder.writable) core.tellUnwritable(dataFolder.path);
  closeStoreChannel();
  answerCalls(
    callGate(
      makeHandlers({
        core,
        version: app.getVersion(),
        runtime,
        hostName: hostname(),
        offered: readOffer(),
        languageFor,
        licences: readLicences,
        copyText: async (text) => clipboard.writeText(text),
        onPageShown: startServicesSafely,
        saveHistory: async (format) => (await import('./adapters/dialogs.ts')).saveHistory(core, format),
        saveSupportReport: async () => services?.saveSupportReport() ?? null,
        chooseKitFolder: async (name) => (await import('./adapters/dialogs.ts')).chooseKitFolder(name),
      }),
    ),
  );

  if (firstWindow && !firstWindow.isDestroyed()) trackWindow(firstWindow, documents);
  else if (startedBySystem() && goesOnUnseen()) startServicesSafely();
  else openWindow();
  app.on('activate', showWindow);
  app.on('window-all-closed', () => {
    if (process.platform !== 'darwin' && !goesOnUnseen()) app.quit();
  });
  const endAll = async () => {
    await services?.close();
    await core.close();
    services?.closed();
  };
  /** Not for long, as when it is quit. */
  const leaveForUpdate = async () => {
    await within(endAll());
    makeWay();
  };
  quitAfter(endAll);
  quitBySignals();
  return {
    onPageGone: () => {
      core.pairing.pageGone();
      core.manager.lock();
    },
    onSecondStart: ({ argv, told }) => {
      // The computer's own start of an app that runs already asks for no window, and nor does a command.
      if (told?.command !== true && !argv.includes('--hidden')) showWindow().focus();
    },
  };

  function push(message: Push): void {
    const checked = pushSchema.safeParse(message);
    if (!checked.success) throw failure('internal', `the push ${message.type} broke its contract`);
    for (const window of BrowserWindow.getAllWindows()) {
      // Parsing also strips what the contract does not name.
      if (!window.webContents.isDestroyed()) window.webContents.send(PUSH_CHANNEL, checked.data);
    }
  }
}

/** Also when it goes wrong: what ends the app must not be held up by what it ends. */
const within = (ending: Promise<void>): Promise<void> =>
  Promise.race([ending.catch(() => {}), new Promise<void>((resolve) => setTimeout(resolve, QUIT_WITHIN_MS))]);

/** As Electron does by itself. A library of electron-store’s, loaded after that, would end the process without a goodbye. */
function quitBySignals(): void {
  for (const signal of SIGNALS) {
    process.removeAllListeners(signal);
    process.on(signal, () => app.quit());
  }
}

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

async function readLicences(): Promise<Licence[]> {
  const packed = await readFile(join(import.meta.dirname, '../licences.json.gz'));
  return z.array(licenceSchema).parse(JSON.parse(gunzipSync(packed).toString()));
}
