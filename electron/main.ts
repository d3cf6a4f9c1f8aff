import { join } from 'node:path';
import { app, type BrowserWindow, Menu, session } from 'electron';
import { startedBySystem } from './adapters/autostart.ts';
import { refusedSwitch } from './adapters/command-line.ts';
import {
  type DataFolder,
  isOnlyInstance,
  openDataFolder,
  type Told,
  vaultFolder,
} from './adapters/data-folder.ts';
import { endBrokenStart, markStarted, watchForFaults } from './adapters/faults.ts';
import { leanChromium } from './adapters/lean-chromium.ts';
import { IS_PACKAGED } from './adapters/packaged.ts';
import { readAhead } from './adapters/read-ahead.ts';
import { readStoredDocument } from './adapters/stored-document.ts';
import { commandWords } from './command/words.ts';
import { PAIRINGS } from './core/vault/documents.ts';
import { openCallDoor } from './ipc/call-door.ts';
import type { SecondStart } from './start-app.ts';
import { registerAppScheme, serveApp } from './window/app-protocol.ts';
import { lockDown } from './window/lockdown.ts';
import { createMainWindow } from './window/main-window.ts';
import { isOwnPage } from './window/own-page.ts';
import { FIRST_SCREEN, PAGE, PageFiles } from './window/page-files.ts';

/** As in electron-builder.yml: Windows shows notifications only of an app that says which one it is. */
const APP_ID = 'com.pos-pairing.app';

/** The rest of the app in turns of some milliseconds each: Chromium needs this thread in between. */
const PIECES = [
  () => import('node:crypto'),
  () => import('node:https'),
  () => import('../shared/ipc/index.ts'),
  () => import('./core/pki/certificate.ts'),
];
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/**
 * The window first: what this file imports is what opens one, and everything else is loaded while the page starts in
 * a process of its own. tests/unit/start-up.test.ts keeps it small.
 */
async function start(dataFolder: DataFolder): Promise<void> {
  lockDown(session.defaultSession);
  const pageFiles = new PageFiles();
  serveApp(join(import.meta.dirname, '../renderer'), pageFiles.served);
  const answerCalls = openCallDoor(isOwnPage);
  let onPageGone = () => {};
  const secondStarts: SecondStart[] = [];
  let onSecondStart = (start: SecondStart): void => {
    secondStarts.push(start);
  };
  app.on('second-instance', (_event, argv, _folder, told) =>
    onSecondStart({ argv, told: told as Told | undefined }),
  );
  const openWindow = (): BrowserWindow =>
    createMainWindow({ read: (name) => readStoredDocument(vaultFolder(dataFolder), name) }, () =>
      onPageGone(),
    );
  // With the computer it may start unseen, which the settings decide.
  const firstWindow = startedBySystem() ? undefined : openWindow();
  if (firstWindow) await pageFiles.until(PAGE);
  const ahead = await readAhead(vaultFolder(dataFolder), PAIRINGS);
  // What is loaded next takes this thread for as long as the page takes to run these.
  if (firstWindow) await pageFiles.until(FIRST_SCREEN);
  for (const load of PIECES) {
    await load();
    await nextTurn();
  }
  const { startApp } = await import('./start-app.ts');
  const parts = { dataFolder, readAhead: ahead, answerCalls, openWindow, firstWindow };
  ({ onPageGone, onSecondStart } = startApp(parts));
  // Those that came before it could answer them.
  secondStarts.forEach(onSecondStart);
}

function runWindowApp(): void {
  watchForFaults();
  if (refused) {
    void import('./window/refuse-switch.ts').then(({ refuseSwitch }) => refuseSwitch(refused));
    return;
  }
  app.setAppUserModelId(APP_ID);
  leanChromium();
  const dataFolder = openDataFolder();
  registerAppScheme();
  // The app's own one follows, in the language of the settings; Electron's would be made in vain.
  Menu.setApplicationMenu(null);
  // Root on Linux, as in tests, can only run without the sandbox and says so on the command line.
  if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox();
  const startHere = () => {
    const started = app.whenReady().then(() => start(dataFolder));
    void started.then(markStarted, endBrokenStart);
  };
  if (isOnlyInstance(dataFolder)) startHere();
  else void startAfterOthers(dataFolder, startHere);
}

async function startAfterOthers(dataFolder: DataFolder, startHere: () => void): Promise<void> {
  const { becomeFirst } = await import('./command/become-first.ts');
  await becomeFirst(dataFolder).then((isFirst) => (isFirst ? startHere() : app.quit()), endBrokenStart);
}

const refused = refusedSwitch();
const words = commandWords(process.argv, IS_PACKAGED ? undefined : app.getAppPath());
if (words) {
  const { runCommandApp } = await import('./command/command-app.ts');
  await runCommandApp(words, { refused });
} else {
  try {
    runWindowApp();
  } catch (thrown) {
    // Awaited: Electron goes on only with a script that has not failed.
    await endBrokenStart(thrown);
  }
}
