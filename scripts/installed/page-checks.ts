import { z } from 'zod';
import type { Inspector } from './inspector.ts';

/** What the program's own window was found to be, by the numbers of Electron's security checklist. */
const foundSchema = z.object({
  /** 1, 18 */
  url: z.string(),
  loaded: z.array(z.string()),
  /** 2 */
  node: z.array(z.string()),
  /** 2 to 4, 6, 8 to 12 */
  preferences: z.record(z.string(), z.unknown()),
  /** 3 */
  sourceOfCall: z.string(),
  /** 5 */
  permissions: z.array(z.string()),
  /** 7 */
  policies: z.array(z.string().nullable()),
  /** 13, 14 */
  opened: z.boolean(),
  urlAfter: z.string(),
  windows: z.number(),
  /** 17 */
  stranger: z.string(),
  /** 18 */
  outside: z.array(z.number()),
  file: z.string(),
  /** 20 */
  api: z.array(z.string()),
  devTools: z.boolean(),
  isPackaged: z.boolean(),
});

const UNWANTED = {
  ...{ nodeIntegration: true, nodeIntegrationInWorker: true, nodeIntegrationInSubFrames: true },
  ...{ contextIsolation: false, sandbox: false, webSecurity: false, webviewTag: true },
  ...{ allowRunningInsecureContent: true, experimentalFeatures: true, devTools: true },
};

const PAGE = 'app://pos/index.html';

/** What of the program's window goes against the checklist, one sentence each. */
export async function pageFaults(inspector: Inspector): Promise<string[]> {
  const found = foundSchema.parse(await inspector.evaluate(look));
  const faults: string[] = [];
  const expectThat = (holds: boolean, what: string) => {
    if (!holds) faults.push(what);
  };
  expectThat(found.isPackaged, 'It is not the packaged program.');
  expectThat(found.url === PAGE && found.urlAfter === PAGE, `The page went to ${found.urlAfter}.`);
  const foreign = found.loaded.filter((url) => !/^(app:\/\/pos\/|data:)/.test(url));
  expectThat(found.loaded.length > 0 && foreign.length === 0, `The page has loaded ${foreign.join()}.`);
  expectThat(found.node.length === 0, `The page has ${found.node.join()}.`);
  for (const [name, unwanted] of Object.entries(UNWANTED))
    expectThat(found.preferences[name] !== unwanted, `The window has ${name}: ${unwanted}.`);
  expectThat(!found.preferences['enableBlinkFeatures'], 'The window has features of Blink.');
  expectThat(/native code/.test(found.sourceOfCall), 'The page shares its world with the preload script.');
  const granted = found.permissions.filter((each) => /granted|prompt/.test(each));
  expectThat(found.permissions.length > 5 && granted.length === 0, `It may: ${granted.join()}.`);
  expectThat(
    found.policies.every((policy) => policy?.startsWith("default-src 'none'; script-src 'self';") ?? false),
    `The policy is ${found.policies.join()}.`,
  );
  expectThat(!found.opened && found.windows === 1, 'The page has opened a window.');
  expectThat(found.stranger === 'unknown sender', `Another window was told: ${found.stranger}.`);
  expectThat(
    found.outside.every((status) => status === 404),
    `Outside of the page’s folder: ${found.outside.join()}.`,
  );
  expectThat(found.file === 'refused', 'A file was read by its URL.');
  expectThat(found.api.join() === 'call,onPush', `The page is given ${found.api.join()}.`);
  expectThat(!found.devTools, 'The developer tools open.');
  return faults;
}

/** Runs in the main process of the program. */
async function look(require: NodeJS.Require): Promise<unknown> {
  const { app, BrowserWindow, session, webContents } = require('electron') as typeof import('electron');
  const path = require('node:path') as typeof import('node:path');
  await app.whenReady();
  const { defaultSession } = session;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const shown = () => BrowserWindow.getAllWindows().find((each) => / – /.test(each.webContents.getTitle()));
  let window = shown();
  for (let tries = 0; !window && tries < 120; tries += 1) {
    await pause(500);
    window = shown();
  }
  if (!window) throw new Error('There is no window with a screen.');
  const { webContents: page } = window;
  const inPage = (code: string): Promise<unknown> => page.executeJavaScript(code, true);
  const url = page.getURL();
  const policyOf = async (file: string) =>
    (await defaultSession.fetch(`app://pos/${file}`)).headers.get('content-security-policy');
  const found = {
    isPackaged: app.isPackaged,
    url,
    loaded: await inPage(
      "[...document.querySelectorAll('[src], link[href]')].map((each) => each.src || each.href)",
    ),
    node: await inPage(
      "['require', 'process', 'module', 'Buffer', 'global'].filter((name) => name in window)",
    ),
    preferences: (
      page as unknown as { getLastWebPreferences(): Record<string, unknown> }
    ).getLastWebPreferences(),
    sourceOfCall: await inPage('String(window.pos.call)'),
    permissions: await inPage(
      `Promise.all(['geolocation', 'notifications', 'camera', 'microphone', 'midi', 'clipboard-read',
        'persistent-storage', 'screen-wake-lock'].map((name) => navigator.permissions.query({ name })
        .then(({ state }) => name + ' ' + state, () => name + ' unknown')))`,
    ),
    policies: [await policyOf('index.html'), await policyOf('nothing.html')],
    opened: await inPage(
      "window.open('https://example.com/') !== null || window.open('app://pos/index.html') !== null",
    ),
    api: await inPage('Object.getOwnPropertyNames(window.pos).sort()'),
    outside: await Promise.all(
      ['../../package.json', '..%2f..%2fpackage.json', '..%5c..%5cpackage.json', '..%2fmain%2fmain.js'].map(
        async (file) => (await defaultSession.fetch(`app://pos/${file}`)).status,
      ),
    ),
    file: await inPage("fetch('file:///etc/hostname').then(() => 'read', () => 'refused')"),
  };
  for (const target of [
    'https://example.com/',
    'file:///etc/hostname',
    'data:text/html,x',
    'app://pos/other.html',
  ]) {
    await inPage(`location.href = ${JSON.stringify(target)}; undefined`);
    await pause(200);
  }
  page.openDevTools();
  await pause(500);
  const urlAfter = page.getURL();
  const windows = webContents.getAllWebContents().length;
  const preload = path.join(app.getAppPath(), 'out/preload/preload.cjs');
  const stranger = new BrowserWindow({ show: false, webPreferences: { preload } });
  await stranger.loadURL('data:text/html,another');
  const answer = (await stranger.webContents.executeJavaScript("window.pos.call('getState', null)")) as {
    error?: { detail: string };
  };
  stranger.destroy();
  return {
    ...found,
    urlAfter,
    windows,
    devTools: page.isDevToolsOpened(),
    stranger: answer.error?.detail ?? 'everything',
  };
}
