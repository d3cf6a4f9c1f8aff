import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { electronFlags } from '../../scripts/desktop-session.ts';
import { ensureElectron } from '../../scripts/electron-runtime/ensure.ts';
import { expect, type RunningApp, test } from './app.ts';

const ROOT = resolve(import.meta.dirname, '../..');

/**
 * Electron's security checklist (docs/electron-checklist.md): what shows in the app as it is built. What is true of the
 * package alone is looked at there, by scripts/package/inspect.ts and scripts/installed/steps.ts.
 */

/** Of a page that shows its first screen. */
async function opened(app: RunningApp) {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  return page;
}

/** With what the app's windows were made. */
const preferencesOf = (app: RunningApp) =>
  app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as
      | { getLastWebPreferences(): Record<string, unknown> }
      | undefined;
    return contents?.getLastWebPreferences() ?? {};
  });

/** A server of this computer that a page may try to reach; what has reached it. */
async function startBystander(): Promise<{ origin: string; reached: string[]; stop: () => Promise<void> }> {
  const reached: string[] = [];
  const server = createServer(({ url }, response) => {
    reached.push(url ?? '');
    response.end('<script>document.title = "taken"</script>');
  });
  server.on('connection', () => reached.push('a connection'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    reached,
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const PAGE = 'app://pos/index.html';

test('1: only what is part of the app is loaded', async ({ app }) => {
  const page = await opened(app);
  const bystander = await startBystander();
  expect(page.url()).toBe(PAGE);
  const loaded = await page.evaluate(() =>
    [...document.querySelectorAll('[src], link[href]')].map(
      (each) => (each as HTMLScriptElement).src || (each as HTMLLinkElement).href,
    ),
  );
  expect(loaded.length).toBeGreaterThan(1);
  expect(loaded.filter((url) => !url.startsWith('app://pos/') && !url.startsWith('data:'))).toEqual([]);
  const insecure = bystander.origin;
  const refused = await page.evaluate(async (origin) => {
    const outcome = (element: HTMLElement) =>
      new Promise<string>((resolve) => {
        element.onload = () => resolve('loaded');
        element.onerror = () => resolve('refused');
        document.body.append(element);
      });
    const made = <K extends keyof HTMLElementTagNameMap>(tag: K, change: Partial<HTMLElementTagNameMap[K]>) =>
      Object.assign(document.createElement(tag), change);
    const socket = (url: string) =>
      new Promise<string>((resolve) => {
        try {
          const opening = new WebSocket(url);
          opening.onopen = () => resolve('loaded');
          opening.onerror = () => resolve('refused');
        } catch {
          resolve('refused');
        }
      });
    return Promise.all([
      outcome(made('script', { src: `${origin}/script.js` })),
      outcome(made('img', { src: `${origin}/picture.png` })),
      outcome(made('link', { rel: 'stylesheet', href: `${origin}/style.css` })),
      fetch(`${origin}/fetched`, { mode: 'no-cors' }).then(
        () => 'loaded',
        () => 'refused',
      ),
      socket(origin.replace('http', 'ws')),
      Promise.resolve(navigator.sendBeacon(`${origin}/beacon`, 'x') ? 'queued' : 'refused'),
    ]);
  }, insecure);
  expect(refused.slice(0, 5)).toEqual(Array(5).fill('refused'));
  // Neither by the page's policy alone: the session lets nothing out either.
  const past = await app.electron.evaluate(
    ({ session }, url) =>
      session.defaultSession.fetch(url).then(
        () => 'loaded',
        () => 'refused',
      ),
    `${insecure}/session`,
  );
  expect(past).toBe('refused');
  await page.waitForTimeout(200);
  expect(bystander.reached).toEqual([]);
  await bystander.stop();
  // The violations were provoked above.
  app.complaints.length = 0;
});

test('1: nor does a page reach the network by WebRTC', async ({ app }) => {
  const page = await opened(app);
  const reached: string[] = [];
  const udp = createSocket('udp4', () => reached.push('udp'));
  await new Promise<void>((resolve) => udp.bind(0, '127.0.0.1', resolve));
  const tcp = createTcpServer((socket) => {
    reached.push('tcp');
    socket.destroy();
  });
  await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
  const [udpPort, tcpPort] = [udp.address().port, (tcp.address() as AddressInfo).port];
  const candidates = await page.evaluate(
    async ([udpAt, tcpAt]) => {
      const turn = { username: 'u', credential: 'c' };
      const peer = new RTCPeerConnection({
        iceServers: [
          { urls: `stun:127.0.0.1:${udpAt}` },
          { urls: `turn:127.0.0.1:${tcpAt}?transport=tcp`, ...turn },
          { urls: `turns:127.0.0.1:${tcpAt}?transport=tcp`, ...turn },
        ],
      });
      const found: string[] = [];
      peer.onicecandidate = ({ candidate }) => candidate?.candidate && found.push(candidate.candidate);
      peer.createDataChannel('x');
      await peer.setLocalDescription(await peer.createOffer());
      await new Promise((resolve) => setTimeout(resolve, 2_000));
      peer.close();
      return found;
    },
    [udpPort, tcpPort],
  );
  expect(reached).toEqual([]);
  // Nor do they tell a page the addresses of this computer.
  expect(candidates).toEqual([]);
  udp.close();
  tcp.close();
  app.complaints.length = 0;
});

test('2: a page has no Node.js, nor have its workers', async ({ app }) => {
  const page = await opened(app);
  const NODE = ['require', 'process', 'module', 'Buffer', 'global', '__dirname', 'setImmediate'];
  expect(await page.evaluate((names) => names.filter((name) => name in globalThis), NODE)).toEqual([]);
  expect(await preferencesOf(app)).toMatchObject({ nodeIntegration: false });
  const { nodeIntegrationInWorker, nodeIntegrationInSubFrames } = await preferencesOf(app);
  expect([nodeIntegrationInWorker ?? false, nodeIntegrationInSubFrames ?? false]).toEqual([false, false]);
  // The policy allows no worker at all.
  const worker = await page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        try {
          const made = new Worker(URL.createObjectURL(new Blob(['postMessage(typeof require)'])));
          made.onmessage = ({ data }) => resolve(String(data));
          made.onerror = () => resolve('refused');
        } catch {
          resolve('refused');
        }
      }),
  );
  expect(worker).toBe('refused');
  app.complaints.length = 0;
});

test('3: a page sees of the preload script what it exposes, and can change none of it', async ({ app }) => {
  const page = await opened(app);
  expect(await preferencesOf(app)).toMatchObject({ contextIsolation: true });
  const seen = await page.evaluate(async () => {
    const { call } = window.pos;
    const changes = [
      () => Reflect.set(window, 'pos', { call: () => 'forged' }),
      () => Reflect.deleteProperty(window, 'pos'),
      () => Reflect.set(window.pos, 'call', () => 'forged'),
      () =>
        Reflect.set(Object.getPrototypeOf(window.pos), 'call', () => 'forged') && window.pos.call !== call,
    ];
    const state = await window.pos.call('getState', null);
    return {
      // In one world with the page it would be the function of the preload script, with its source.
      source: String(call),
      changed: changes.map((change) => change()),
      isOwn: Object.hasOwn(state, 'ok') && state.ok,
    };
  });
  expect(seen).toMatchObject({ changed: [false, false, false, false], isOwn: true });
  expect(seen.source).toContain('[native code]');
  expect(seen.source).not.toContain('invoke');
});

test('4: a page asks for the sandbox, whoever makes its window', async ({ app }) => {
  await opened(app);
  expect(await preferencesOf(app)).toMatchObject({ sandbox: true });
  // Whether its process is confined shows only where the tests do not run as root: in the installed program.
});

test('5: no permission is given, whoever asks', async ({ app }) => {
  const page = await opened(app);
  const answers = await page.evaluate(async () => {
    const NAMES = [
      ...[
        'geolocation',
        'notifications',
        'camera',
        'microphone',
        'midi',
        'clipboard-read',
        'clipboard-write',
      ],
      ...['persistent-storage', 'screen-wake-lock', 'accelerometer', 'display-capture', 'local-fonts'],
      ...['window-management', 'idle-detection', 'storage-access', 'background-sync', 'push'],
    ];
    const queried = await Promise.all(
      NAMES.map((name) =>
        navigator.permissions.query({ name: name as PermissionName }).then(
          ({ state }) => [name, state] as const,
          () => [name, 'unknown'] as const,
        ),
      ),
    );
    const refused = (work: () => Promise<unknown>) =>
      Promise.resolve()
        .then(work)
        .then(
          (value) => value === false || value === 'denied' || (Array.isArray(value) && value.length === 0),
          () => true,
        );
    const more = navigator as unknown as Record<string, { getDevices(): Promise<unknown> }>;
    const requested = await Promise.all([
      refused(() => Notification.requestPermission()),
      refused(() => navigator.mediaDevices.getUserMedia({ audio: true })),
      refused(() => navigator.mediaDevices.getUserMedia({ video: true })),
      refused(() => navigator.mediaDevices.getDisplayMedia()),
      refused(() => navigator.requestMIDIAccess({ sysex: true })),
      refused(() => navigator.clipboard.readText()),
      refused(() => navigator.wakeLock.request()),
      refused(() => navigator.storage.persist()),
      refused(() => new Promise((...both) => navigator.geolocation.getCurrentPosition(...both))),
      ...['usb', 'hid', 'serial', 'bluetooth'].map((bus) =>
        refused(async () => more[bus]?.getDevices() ?? []),
      ),
    ]);
    return { queried, requested };
  });
  expect(answers.queried.filter(([, state]) => state !== 'unknown').length).toBeGreaterThan(8);
  expect(answers.queried.filter(([, state]) => state === 'granted' || state === 'prompt')).toEqual([]);
  expect(answers.requested).toEqual(answers.requested.map(() => true));
  app.complaints.length = 0;
});

test('6: the same-origin policy holds', async ({ app }) => {
  const page = await opened(app);
  const { webSecurity } = await preferencesOf(app);
  expect(webSecurity ?? true).toBe(true);
  const read = await page.evaluate(async () => {
    // A frame that the policy of the page lets be made, of an origin of its own.
    const frame = document.createElement('iframe');
    frame.sandbox.add('allow-scripts');
    document.body.append(frame);
    try {
      return String(frame.contentWindow?.document.body);
    } catch (thrown) {
      return (thrown as Error).name;
    } finally {
      frame.remove();
    }
  });
  expect(read).toBe('SecurityError');
});

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

test('7: each answer has the policy, and it stops what is written into a page', async ({ app }) => {
  const page = await opened(app);
  const scripts = await page.evaluate(() =>
    [...document.querySelectorAll('script, link[rel=stylesheet]')].map(
      (each) => (each as HTMLScriptElement).src || (each as HTMLLinkElement).href,
    ),
  );
  expect(scripts.length).toBeGreaterThan(1);
  const headers = await app.electron.evaluate(
    ({ session }, urls) =>
      Promise.all(
        urls.map(async (url) => {
          const { headers, status } = await session.defaultSession.fetch(url);
          return [status, headers.get('content-security-policy'), headers.get('x-content-type-options')];
        }),
      ),
    [PAGE, ...scripts, 'app://pos/nothing.html', 'app://pos/nothing'],
  );
  expect(headers).toEqual([
    ...[PAGE, ...scripts].map(() => [200, POLICY, 'nosniff']),
    [404, POLICY, 'nosniff'],
    [404, POLICY, 'nosniff'],
  ]);

  // Outside of the debugger's own evaluation, which is exempt from the policy.
  await page.evaluate(() => {
    const blocked: string[] = [];
    Object.assign(window, { blocked, ran: [] });
    document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
      blocked.push(effectiveDirective),
    );
    const run = (name: string) => `window.ran.push('${name}')`;
    const script = (change: Partial<HTMLScriptElement>) =>
      document.body.append(Object.assign(document.createElement('script'), change));
    setTimeout(run('evaluated'));
    script({ textContent: run('inline') });
    script({ src: `data:text/javascript,${run('data')}` });
    script({ src: URL.createObjectURL(new Blob([run('blob')], { type: 'text/javascript' })) });
    const image = document.createElement('img');
    image.setAttribute('onerror', run('handler'));
    image.src = 'data:image/png,broken';
    document.body.append(image);
    const link = Object.assign(document.createElement('a'), { href: `javascript:${run('link')}` });
    document.body.append(link);
    link.click();
    document.body.insertAdjacentHTML(
      'beforeend',
      '<style>body { display: none }</style><object data="x"></object>',
    );
    document.head.append(Object.assign(document.createElement('base'), { href: 'https://example.com/' }));
  });
  const seen = () =>
    page.evaluate(() => {
      const { blocked, ran } = window as unknown as { blocked: string[]; ran: string[] };
      const { display } = getComputedStyle(document.body);
      return { blocked: [...new Set(blocked)].sort(), ran, display, base: document.baseURI };
    });
  await expect.poll(seen).toEqual({
    blocked: ['base-uri', 'object-src', 'script-src', 'script-src-attr', 'script-src-elem', 'style-src-elem'],
    ran: [],
    display: 'block',
    base: PAGE,
  });
  // The violations were provoked above.
  app.complaints.length = 0;
});

test('8, 9, 10: no insecure content, no experiments, no features of Blink', async ({ app }) => {
  await opened(app);
  const { allowRunningInsecureContent, experimentalFeatures, enableBlinkFeatures } = await preferencesOf(app);
  expect([
    allowRunningInsecureContent ?? false,
    experimentalFeatures ?? false,
    enableBlinkFeatures ?? '',
  ]).toEqual([false, false, '']);
  const switches = await app.electron.evaluate(({ app: { commandLine } }) =>
    [
      'allow-running-insecure-content',
      'enable-experimental-web-platform-features',
      'enable-blink-features',
    ].filter((name) => commandLine.hasSwitch(name)),
  );
  expect(switches).toEqual([]);
});

test('11, 12: a webview is an element like any other, and none is attached', async ({ app }) => {
  const page = await opened(app);
  expect(await preferencesOf(app)).toMatchObject({ webviewTag: false });
  const plain = await page.evaluate(() => {
    const view = document.createElement('webview');
    view.setAttribute('allowpopups', '');
    view.setAttribute('src', 'data:text/html,x');
    document.body.append(view);
    return ['getWebContentsId' in view, view.shadowRoot !== null];
  });
  expect(plain).toEqual([false, false]);
  // Also where a window would have them.
  const attached = await app.electron.evaluate(async ({ BrowserWindow, webContents }) => {
    const window = new BrowserWindow({ show: false, webPreferences: { webviewTag: true } });
    const guests: string[] = [];
    window.webContents.on('did-attach-webview', () => guests.push('attached'));
    const asked = new Promise<void>((resolve) =>
      window.webContents.on('will-attach-webview', () => resolve()),
    );
    await window.loadURL(
      'data:text/html,<webview src="data:text/html,x" allowpopups nodeintegration></webview>',
    );
    await asked;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const kinds = webContents.getAllWebContents().map((contents) => contents.getType());
    window.destroy();
    return { guests, webviews: kinds.filter((kind) => kind === 'webview') };
  });
  expect(attached).toEqual({ guests: [], webviews: [] });
});

test('13: the page stays, wherever it is told to go', async ({ app }) => {
  const page = await opened(app);
  const bystander = await startBystander();
  const elsewhere = [
    `${bystander.origin}/elsewhere`,
    'https://example.com/',
    'file:///etc/passwd',
    'data:text/html,taken',
    'chrome://version',
    'devtools://devtools/bundled/inspector.html',
    'app://pos/another.html',
    'app://other/index.html',
  ];
  await page.evaluate(() => Object.assign(window, { stays: true }));
  for (const url of elsewhere) {
    await page.evaluate(async (target) => {
      const turn = () => new Promise((resolve) => setTimeout(resolve, 30));
      const attempts = [
        () => location.assign(target),
        () => location.replace(target),
        () => {
          const link = Object.assign(document.createElement('a'), { href: target });
          document.body.append(link);
          link.click();
        },
        () => {
          const form = Object.assign(document.createElement('form'), { action: target, method: 'post' });
          document.body.append(form);
          form.submit();
        },
        () => {
          const refresh = Object.assign(document.createElement('meta'), { content: `0;url=${target}` });
          refresh.httpEquiv = 'refresh';
          document.head.append(refresh);
        },
        () => {
          const frame = Object.assign(document.createElement('iframe'), { src: target });
          document.body.append(frame);
        },
      ];
      for (const attempt of attempts) {
        try {
          attempt();
        } catch {
          // Refused at once.
        }
        await turn();
      }
    }, url);
  }
  await page.waitForTimeout(300);
  expect(page.url()).toBe(PAGE);
  expect(await page.evaluate(() => 'stays' in window)).toBe(true);
  // A frame that was refused shows an error, which is of no origin.
  const origins = await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.mainFrame.framesInSubtree.map(({ origin }) => origin),
  );
  expect(origins?.filter((origin) => origin !== 'app://pos' && origin !== 'null')).toEqual([]);
  const framed = await page.evaluate(() =>
    [...document.querySelectorAll('iframe')].filter(
      ({ contentDocument }) => contentDocument?.body.textContent,
    ),
  );
  expect(framed).toEqual([]);
  expect(bystander.reached).toEqual([]);
  await bystander.stop();

  // Electron lets nobody prevent this one: the page comes back, and nothing that was unlocked stays so.
  await page.evaluate(() => location.assign('about:blank'));
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(page.url()).toBe(PAGE);
  expect(await page.evaluate(() => 'stays' in window)).toBe(false);
  app.complaints.length = 0;
});

test('14: no page opens a window', async ({ app }) => {
  const page = await opened(app);
  const returned = await page.evaluate((own) => {
    const open = (url?: string, features?: string) => window.open(url, '_blank', features) === null;
    document.body.insertAdjacentHTML(
      'beforeend',
      `<a id="elsewhere" target="_blank" href="https://example.com/" style="position:fixed;inset:0;z-index:9">out</a>`,
    );
    return [
      open(),
      open('about:blank'),
      open('https://example.com/'),
      open(own),
      open(own, 'popup,nodeIntegration=yes'),
    ];
  }, PAGE);
  expect(returned).toEqual([true, true, true, true, true]);
  const link = page.locator('#elsewhere');
  for (const modifiers of [[], ['ControlOrMeta'], ['Shift']] as const)
    await link.click({ modifiers: [...modifiers] });
  await link.click({ button: 'middle' });
  await page.waitForTimeout(300);
  const count = await app.electron.evaluate(
    ({ BrowserWindow, webContents }) =>
      [BrowserWindow.getAllWindows().length, webContents.getAllWebContents().length] as const,
  );
  expect(count).toEqual([1, 1]);
  expect(page.url()).toBe(PAGE);
  app.complaints.length = 0;
});

test('15: no other program is started for a link', async ({ app }) => {
  test.skip(
    process.platform !== 'linux',
    'elsewhere the system starts it without asking a program on the path',
  );
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-path-'));
  const started = join(folder, 'started');
  writeFileSync(join(folder, 'xdg-open'), `#!/bin/sh\necho "$1" >> "${started}"\n`, { mode: 0o755 });
  const path = process.env['PATH'];
  process.env['PATH'] = `${folder}:${path}`;
  try {
    const page = await opened(app);
    for (const url of [
      'mailto:somebody@example.com',
      'tel:112',
      'https://example.com/',
      'vscode://file/etc/passwd',
    ])
      await page.evaluate(async (target) => {
        const link = Object.assign(document.createElement('a'), { href: target });
        document.body.append(link);
        link.click();
        link.target = '_blank';
        link.click();
        location.href = target;
        window.open(target);
        document.body.append(Object.assign(document.createElement('iframe'), { src: target }));
        await new Promise((resolve) => setTimeout(resolve, 100));
      }, url);
    await page.waitForTimeout(300);
    expect(existsSync(started)).toBe(false);
    expect(page.url()).toBe(PAGE);
    // So it would have been seen.
    await app.electron.evaluate(({ shell }) => shell.openExternal('mailto:it@example.com'));
    await expect.poll(() => existsSync(started)).toBe(true);
  } finally {
    process.env['PATH'] = path;
    rmSync(folder, { recursive: true, force: true });
    app.complaints.length = 0;
  }
});

test('18: pages come from the app’s own scheme, and from its folder alone', async ({ app }) => {
  const page = await opened(app);
  expect(page.url()).toBe(PAGE);
  const statuses = await app.electron.evaluate(
    ({ session }, urls) =>
      Promise.all(
        urls.map((url) =>
          session.defaultSession.fetch(url).then(
            ({ status }) => status,
            () => 'refused',
          ),
        ),
      ),
    [
      'app://pos/index.html',
      'app://pos/../../package.json',
      'app://pos/..%2f..%2fpackage.json',
      'app://pos/%2e%2e/%2e%2e/package.json',
      'app://pos/..%5c..%5cpackage.json',
      'app://pos/..%2fmain%2fmain.js',
      'app://pos//etc/passwd.html',
      'app://pos/index.html%00.js',
      'app://pos/%ff.html',
      'app://pos/',
      'app://other/index.html',
    ],
  );
  expect(statuses).toEqual([200, ...Array(10).fill(404)]);
  const files = await page.evaluate(() =>
    Promise.all(
      ['file:///etc/passwd', 'file:///'].map((url) =>
        fetch(url).then(
          () => 'read',
          () => 'refused',
        ),
      ),
    ),
  );
  expect(files).toEqual(['refused', 'refused']);
  app.complaints.length = 0;
});

test('20: a page is given two functions, and nothing of Electron', async ({ app }) => {
  const page = await opened(app);
  const given = await page.evaluate(() => {
    const isOfElectron = (value: unknown) =>
      Object(value) === value &&
      ['invoke', 'sendSync', 'exposeInMainWorld'].some((name) => name in Object(value));
    return {
      api: Object.getOwnPropertyNames(window.pos).sort(),
      kinds: Object.values(window.pos).map((each) => typeof each),
      within: Object.values(window.pos).flatMap((each) => Object.keys(each)),
      electron: Object.getOwnPropertyNames(window).filter((name) =>
        isOfElectron((window as unknown as Record<string, unknown>)[name]),
      ),
    };
  });
  expect(given).toEqual({
    api: ['call', 'onPush'],
    kinds: ['function', 'function'],
    within: [],
    electron: [],
  });
});

test('the main process answers only what the contract allows', async ({ app }) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const answers = await page.evaluate(async () => {
    const call = window.pos.call as unknown as (method: string, request: unknown) => Promise<unknown>;
    return [
      await call('readFile', { path: '/etc/passwd' }),
      await call('constructor', null),
      await call('startPairing', { address: 5 }),
      await call('previewRootCa', { bytes: 'not bytes' }),
      await call('checkConnection', { pairingId: '../../x' }),
      await call('checkConnection', { pairingId: '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e' }),
    ];
  });
  const code = (expected: string) => ({ ok: false, error: { code: expected } });
  expect(answers).toMatchObject([
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('not-found'),
  ]);
});

test('a second start only brings the first window to the front', async ({ app }) => {
  await app.launch();
  const second = await app.launchSecond();
  expect(second).toBe(0);
  expect(app.electron.windows()).toHaveLength(1);
});

test('a second start opens the window of an app that runs unseen, also before that has loaded all', async ({
  app,
}) => {
  const vault = join(app.dataFolder, 'vault');
  mkdirSync(vault, { mode: 0o700 });
  writeFileSync(join(vault, 'settings.json'), JSON.stringify({ version: 1, tray: true }));
  const { executable } = await ensureElectron();
  const early = join(import.meta.dirname, 'early-second-start.cjs');
  const started = spawn(
    executable,
    ['-r', early, ...electronFlags(), ROOT, `--user-data-dir=${app.dataFolder}`, '--hidden'],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  try {
    await expect(text(started.stdout)).resolves.toContain('shown');
  } finally {
    started.kill('SIGKILL');
  }
});
