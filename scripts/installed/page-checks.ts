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

/** Runs in the main process of the program: waits for a window that shows a screen. */
export async function screenShown(require: NodeJS.Require): Promise<void> {
  const { BrowserWindow } = require('electron') as typeof import('electron');
  const isShown = () => BrowserWindow.getAllWindows().some((each) => / – /.test(each.webContents.getTitle()));
  for (let tries = 0; !isShown(); tries += 1) {
    if (tries === 120) throw new Error('There is no window with a screen.');
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
}

/** Runs in the main process of the program. */
async function look(require: NodeJS.Require): Promise<unknown> {
  const { app, BrowserWindow, session, webContents } = require('electron') as typeof import('electron');
  const path = require('node:path') as typeof import('node:path');
  const { defaultSession } = session;
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const [window] = BrowserWindow.getAllWindows();
  if (!window) throw new Error('There is no window.');
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

const OFFERED = 3;

const guestsSchema = z.object({
  isMoreThanElement: z.boolean(),
  newProcesses: z.number(),
  /** Of the webviews in a window that would have them: whether each was refused. */
  refused: z.array(z.boolean()),
  attached: z.number(),
  kinds: z.array(z.string()),
});

/** What came of webviews, in the program's page and in a window that would have them (checklist 11, 12). */
export async function webviewFaults(inspector: Inspector): Promise<string[]> {
  const found = guestsSchema.parse(await inspector.evaluate(offerWebviews));
  const faults: string[] = [];
  const expectThat = (holds: boolean, what: string) => {
    if (!holds) faults.push(what);
  };
  expectThat(!found.isMoreThanElement, 'A webview of the page is more than an element.');
  expectThat(found.newProcesses === 0, `${found.newProcesses} processes came of webviews.`);
  const refused = found.refused.filter(Boolean).length;
  expectThat(refused === OFFERED, `Of ${OFFERED} webviews in another window ${refused} were refused.`);
  expectThat(found.attached === 0, `${found.attached} webviews were attached.`);
  expectThat(found.kinds.join() === 'window', `The program has contents: ${found.kinds.join()}.`);
  return faults;
}

/** Runs in the main process of the program. */
async function offerWebviews(require: NodeJS.Require): Promise<unknown> {
  const { app, BrowserWindow, webContents } = require('electron') as typeof import('electron');
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const append = `['data:text/html,x', 'app://pos/index.html', 'https://example.com/'].map((src) => {
    const view = document.createElement('webview');
    for (const name of ['allowpopups', 'nodeintegration', 'nodeintegrationinsubframes', 'disablewebsecurity'])
      view.setAttribute(name, '');
    view.setAttribute('preload', 'file:///etc/hostname');
    view.setAttribute('webpreferences', 'nodeIntegration=yes, contextIsolation=no, sandbox=no');
    view.setAttribute('src', src);
    document.body.append(view);
    return 'getWebContentsId' in view || view.shadowRoot !== null;
  }).includes(true)`;
  const [window] = BrowserWindow.getAllWindows();
  if (!window) throw new Error('There is no window.');
  const pages = () => app.getAppMetrics().flatMap(({ type, pid }) => (type === 'Tab' ? [pid] : []));
  const before = new Set(pages());
  const isMoreThanElement: unknown = await window.webContents.executeJavaScript(append, true);
  await pause(500);
  const newProcesses = pages().filter((pid) => !before.has(pid)).length;
  // Whoever made a window with webviews would get none either.
  const other = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } });
  const refused: boolean[] = [];
  let attached = 0;
  other.webContents.on('will-attach-webview', (event) => refused.push(event.defaultPrevented));
  other.webContents.on('did-attach-webview', () => {
    attached += 1;
  });
  await other.loadURL('data:text/html,another');
  await other.webContents.executeJavaScript(append, true);
  for (let tries = 0; refused.length < 3 && tries < 20; tries += 1) await pause(250);
  await pause(500);
  const contents = webContents.getAllWebContents().filter((each) => each !== other.webContents);
  const kinds = contents.map((each) => each.getType());
  other.destroy();
  return { isMoreThanElement, newProcesses, refused, attached, kinds };
}

const followedSchema = z.object({ url: z.string(), contents: z.number() });

/** What links to other programs and sites have done to the page (checklist 15). */
export async function linkFaults(inspector: Inspector): Promise<string[]> {
  const { url, contents } = followedSchema.parse(await inspector.evaluate(followLinks));
  return [
    ...(url === PAGE ? [] : [`The page went to ${url}.`]),
    ...(contents === 1 ? [] : [`A link has opened ${contents - 1} windows.`]),
  ];
}

/** Runs in the main process of the program. */
async function followLinks(require: NodeJS.Require): Promise<unknown> {
  const { BrowserWindow, webContents } = require('electron') as typeof import('electron');
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
  const [window] = BrowserWindow.getAllWindows();
  if (!window) throw new Error('There is no window.');
  for (const target of ['https://example.com/', 'mailto:it@example.com', 'tel:112', 'file:///etc/hostname']) {
    await window.webContents.executeJavaScript(
      `{
        const link = Object.assign(document.createElement('a'), { href: ${JSON.stringify(target)} });
        document.body.append(link);
        link.click();
        link.target = '_blank';
        link.click();
        window.open(link.href);
        document.body.append(Object.assign(document.createElement('iframe'), { src: link.href }));
        location.href = link.href;
        undefined;
      }`,
      true,
    );
    await pause(300);
  }
  return { url: window.webContents.getURL(), contents: webContents.getAllWebContents().length };
}

/** Runs in the main process of the program: what it never does by itself. */
export async function openOutside(require: NodeJS.Require): Promise<void> {
  const { shell } = require('electron') as typeof import('electron');
  await shell.openExternal('https://example.com/');
  await shell.openExternal('mailto:it@example.com');
}
