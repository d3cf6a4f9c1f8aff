import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { ErrorCode } from '../../shared/errors.ts';
import { METHODS, type Method, type MethodRequest } from '../../shared/ipc/index.ts';
import type { Result } from '../../shared/result.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { HOSTILE_TEXTS, junk } from '../support/junk.ts';
import { TraceFinder, tracesOfKey, tracesOfText } from '../support/traces.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing, stateOf } from './state.ts';
import { pairFirst } from './steps.ts';

const names = Object.keys(METHODS) as Method[];
const NOBODY = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const MIB = 2 ** 20;
/** How long the app may be busy with 100 MB that it refuses, in milliseconds, on a machine that does other things. */
const PATIENCE_MS = 60_000;

interface Known {
  readonly pairingId: string;
  readonly rootCaPem: string;
  readonly fingerprint256: string;
  readonly address: string;
  readonly code: string;
  readonly serial: string;
}

/**
 * One request for each method that is right by the contract, in an order in which each has something to work on, and
 * what comes of it. `null` as an outcome: it succeeds.
 */
function requests(known: Known): { readonly [M in Method]: readonly [MethodRequest<M>, ErrorCode | null] } {
  const { pairingId, fingerprint256 } = known;
  return {
    getState: [null, null],
    pageShown: [null, null],
    getLicences: [null, null],
    dismissNotice: [{ id: 'no-notice' }, null],
    copyText: [{ text: 'copied' }, null],
    previewRootCa: [{ bytes: new TextEncoder().encode(known.rootCaPem) }, null],
    trustRootCas: [{ fingerprints: [fingerprint256] }, null],
    confirmOtherRootCa: [{ pairingId, fingerprint256 }, null],
    updateSettings: [{ notifications: false }, null],
    checkConnection: [{ pairingId }, null],
    fullTest: [{ pairingId }, null],
    checkAll: [null, null],
    renamePairing: [{ pairingId, name: 'By the window' }, null],
    setWatchLive: [{ pairingId, on: false }, null],
    moveAddress: [{ pairingId, address: known.address }, null],
    findMoved: [{ pairingId }, null],
    startPairing: [
      {
        address: known.address,
        transport: 'https',
        code: known.code,
        posId: 'Second',
        serial: known.serial,
        serialSource: 'typed',
        replaces: null,
        allowSwap: false,
      },
      null,
    ],
    answerIdentity: [{ attemptId: NOBODY, accepted: true }, 'not-found'],
    finishPairingLater: [{ attemptId: NOBODY }, null],
    cancelPairing: [{ attemptId: NOBODY }, null],
    planKit: [{ pairingId, format: 'pem-plain' }, null],
    exportKit: [{ pairingId, format: 'pem-plain', password: { kind: 'none' } }, null],
    startDoctor: [{ of: 'pairing', pairingId, takeChannel: true }, null],
    cancelDoctor: [{ runId: NOBODY }, null],
    askReadiness: [{ pairingId }, null],
    readBridge: [{ pairingId }, null],
    configureBridge: [{ pairingId, on: true, port: '', origins: '', messageLimitKib: '64' }, null],
    replaceBridgeToken: [{ pairingId }, null],
    setStartsWithComputer: [{ on: false }, null],
    planSearch: [null, null],
    startSearch: [{ port: '8443', cidrs: ['127.0.0.0/28'] }, null],
    cancelSearch: [{ searchId: NOBODY }, null],
    readHistory: [{ text: '', kinds: [], pairingId: null, offset: 0, limit: 500 }, null],
    readTimeline: [{ pairingId }, null],
    exportHistory: [{ format: 'json' }, null],
    saveSupportReport: [null, null],
    // Nobody has decided that this app updates itself.
    lookForUpdate: [null, 'not-found'],
    installUpdate: [null, 'not-found'],
    setManagerPin: [{ pin: '295713' }, null],
    lockManager: [null, null],
    changeManagerPin: [{ oldPin: '295713', newPin: '648209' }, null],
    unlockManager: [{ pin: '648209' }, null],
    removePairing: [{ pairingId }, null],
    removeRootCa: [{ fingerprint256 }, null],
    resetManagerPin: [{ confirmed: true }, null],
    clearManagerPin: [{ pin: '648209' }, 'pin-not-set'],
  };
}

/** Calls a method past the types of the contract, as a page that was taken over would. */
const callRaw = (page: Page, method: string, request: unknown): Promise<Result<unknown>> =>
  page.evaluate(
    ([name, value]) =>
      (window.pos.call as unknown as (method: string, request: unknown) => Promise<Result<unknown>>)(
        name,
        value,
      ),
    [method, request] as const,
  );

const codeOf = (answer: Result<unknown>): ErrorCode | null => (answer.ok ? null : answer.error.code);

/** The system's own dialogs cannot be driven: each answers with another new place in the app's data folder. */
const saveAnywhere = (app: RunningApp) =>
  app.electron.evaluate(
    ({ dialog }, folder) => {
      let times = 0;
      dialog.showSaveDialog = async () => {
        times += 1;
        return { canceled: false, filePath: `${folder}-${times}` };
      };
    },
    join(app.dataFolder, 'saved'),
  );

/** All the answers to requests that are right otherwise, each text of them replaced by this one. */
function withText(value: unknown, text: string): unknown {
  if (typeof value === 'string') return text;
  if (value instanceof Uint8Array) return new TextEncoder().encode(text);
  if (Array.isArray(value)) return value.map((each) => withText(each, text));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withText(each, text)]));
}

/** Waits until so many of what was told have something here: the ends of pairings, or of runs. */
const untilHeard = (page: Page, type: string, field: string, times: number) =>
  page.waitForFunction(
    ([wantedType, wantedField, wanted]) => {
      const { heard } = window as unknown as {
        heard: { type: string; progress?: Record<string, unknown> }[];
      };
      const ends = heard.filter((each) => each.type === wantedType && each.progress?.[wantedField]);
      return ends.length >= wanted;
    },
    [type, field, times] as const,
  );

async function knownOf(page: Page, device: SimulatedDevice): Promise<Known> {
  const pairing = await firstPairing(page);
  const [rootCa] = (await stateOf(page)).rootCas;
  if (!rootCa) throw new Error('Nothing is trusted.');
  return {
    pairingId: pairing.id,
    rootCaPem: device.rootCaPem,
    fingerprint256: rootCa.root.fingerprint256,
    address: device.addresses.https,
    code: device.code,
    serial: device.serial,
  };
}

// Starting with the computer is arranged in a place of the test's own.
test.beforeEach(({ app }) => {
  process.env['XDG_CONFIG_HOME'] = join(app.dataFolder, 'config');
});
test.afterEach(() => {
  delete process.env['XDG_CONFIG_HOME'];
});

test('every method refuses junk in place of a request, and tells none of it back', async ({ app }) => {
  test.setTimeout(180_000);
  const page = await app.launch({ flags: ['--search-range=127.0.0.0/28'] });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const values = junk();
  // What a method takes is no junk to it: without a request, null; for settings, any object.
  const refused = names.map((method) => ({
    method,
    which: values.flatMap((value, at) => (METHODS[method].request.safeParse(value).success ? [] : [at])),
  }));
  for (const { which } of refused) expect(which.length).toBeGreaterThan(values.length / 3);
  await page.evaluate(`window.junk = ${junk.toString()}`);
  const answers = await page.evaluate(async (asked) => {
    const call = window.pos.call as unknown as (method: string, request: unknown) => Promise<unknown>;
    const sent = (window as unknown as { junk: () => unknown[] }).junk();
    const all: { method: string; at: number; answer: unknown }[] = [];
    for (const { method, which } of asked)
      for (const at of which) all.push({ method, at, answer: await call(method, sent[at]) });
    return all;
  }, refused);
  expect(answers.length).toBeGreaterThan(names.length * 16);
  const notRefused = answers.filter(({ answer }) => codeOf(answer as Result<unknown>) !== 'invalid-request');
  expect(notRefused).toEqual([]);
  const told = JSON.stringify(answers.map(({ answer }) => answer));
  for (const word of ['bottom', 'etc/passwd', '../', 'thrown']) expect(told).not.toContain(word);

  // What cannot be cloned does not leave the page.
  const uncloned = await page.evaluate(async () => {
    const call = window.pos.call as unknown as (method: string, request: unknown) => Promise<unknown>;
    const deeper = (depth: number): unknown => (depth === 0 ? 0 : { inner: deeper(depth - 1) });
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    const values = [() => 1, Symbol('s'), new Proxy({}, {}), document.body, deeper(5_000), circular];
    return Promise.all(
      values.map(async (text) => {
        try {
          return await call('copyText', { text });
        } catch {
          return 'thrown';
        }
      }),
    );
  });
  expect(uncloned.filter((each) => each !== 'thrown').map((each) => codeOf(each as Result<unknown>))).toEqual(
    uncloned.filter((each) => each !== 'thrown').map(() => 'invalid-request'),
  );
  expect(await callRaw(page, 'getState', null)).toMatchObject({ ok: true });
});

test('every method answers hostile texts with an error of the catalogue', async ({ app, device }) => {
  test.setTimeout(180_000);
  const page = await app.launch({ flags: ['--search-range=127.0.0.0/28'] });
  await pairFirst(page, device, 'Bar 2');
  await app.electron.evaluate(({ dialog }) => {
    dialog.showSaveDialog = async () => ({ canceled: true, filePath: '' });
  });
  const right = requests(await knownOf(page, device));
  let asked = 0;
  for (const method of names) {
    const [request] = right[method];
    for (const text of HOSTILE_TEXTS) {
      const hostile = withText(request, text);
      if (JSON.stringify(hostile) === JSON.stringify(request)) continue;
      const answer = await page.evaluate(
        ({ name, value, bytes }) =>
          (window.pos.call as unknown as (method: string, request: unknown) => Promise<Result<unknown>>)(
            name,
            bytes === null ? value : { bytes: new TextEncoder().encode(bytes) },
          ),
        { name: method, value: hostile, bytes: method === 'previewRootCa' ? text : null },
      );
      asked += 1;
      expect([method, text.slice(0, 40), codeOf(answer)]).not.toEqual([
        method,
        text.slice(0, 40),
        'internal',
      ]);
    }
  }
  expect(asked).toBeGreaterThan(150);
  // Nothing of it has removed the pairing, or the trust it rests on.
  const { pairings, rootCas } = await stateOf(page);
  expect([pairings.length, rootCas.length]).toEqual([1, 1]);
});

test('no method takes 100 MB, and the app stays there for the next one', async ({ app, device }) => {
  test.setTimeout(300_000);
  const page = await app.launch({ flags: ['--search-range=127.0.0.0/28'] });
  await pairFirst(page, device, 'Bar 2');
  const right = requests(await knownOf(page, device));
  const hundred = 100 * MIB;
  const outcomes: [string, ErrorCode | null][] = [];
  for (const method of names) {
    const [request] = right[method];
    const began = performance.now();
    // Made in the page: it is the page that sends it.
    const answer = await page.evaluate(
      ({ name, value, size }) => {
        const large = 'x'.repeat(size);
        const isText = (each: unknown) => typeof each === 'string';
        const call = window.pos.call as unknown as (
          method: string,
          request: unknown,
        ) => Promise<Result<unknown>>;
        if (name === 'previewRootCa') return call(name, { bytes: new Uint8Array(size).fill(0x2d) });
        if (value === null || typeof value !== 'object') return call(name, large);
        const field = Object.entries(value).find(([, each]) => isText(each))?.[0];
        const list = Object.entries(value).find(([, each]) => Array.isArray(each))?.[0];
        if (field !== undefined) return call(name, { ...value, [field]: large });
        if (list !== undefined) return call(name, { ...value, [list]: [large] });
        return call(name, { [large]: true });
      },
      { name: method, value: request, size: hundred },
    );
    outcomes.push([method, codeOf(answer)]);
    expect(JSON.stringify(answer).length).toBeLessThan(10_000);
    expect(performance.now() - began).toBeLessThan(PATIENCE_MS);
  }
  expect(outcomes).toEqual(
    names.map((method) => [
      method,
      // Bytes have no limit in the contract: who reads the file has one. Settings leave out what they do not know.
      method === 'previewRootCa'
        ? 'root-ca-too-large'
        : method === 'updateSettings'
          ? null
          : 'invalid-request',
    ]),
  );
  const named = await page.evaluate(
    (size) =>
      (window.pos.call as unknown as (method: string, request: unknown) => Promise<Result<unknown>>)(
        'x'.repeat(size),
        null,
      ),
    hundred,
  );
  expect(codeOf(named)).toBe('invalid-request');
  expect(JSON.stringify(named).length).toBeLessThan(1_000);
  expect(await callRaw(page, 'getState', null)).toMatchObject({ ok: true });
});

test('another window, a frame and a view of the same pages get no answer', async ({ app }) => {
  test.setTimeout(120_000);
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const answers = await app.electron.evaluate(
    async ({ BrowserWindow, WebContentsView, session, app: main }, methods) => {
      const preload = `${main.getAppPath()}/out/preload/preload.cjs`;
      const ask = (name: string) => `window.pos.call(${JSON.stringify(name)}, null)`;
      const askAll = `Promise.all([${methods.map(ask).join(', ')}])`;
      const found: Record<string, unknown> = {};

      const stranger = new BrowserWindow({ show: false, webPreferences: { preload } });
      await stranger.loadURL('data:text/html,<title>another page</title>');
      found['another page'] = await stranger.webContents.executeJavaScript(askAll);
      stranger.destroy();

      const view = new WebContentsView({ webPreferences: { preload } });
      await view.webContents.loadURL('app://pos/index.html');
      found['a view'] = await view.webContents.executeJavaScript(askAll);
      view.webContents.close();

      // The policy of the app's pages lets nobody frame them, so these come from elsewhere, by the same address.
      const others = session.fromPartition('framing');
      others.protocol.handle('app', ({ url }) => {
        const html = url.endsWith('inner.html') ? 'inner' : '<iframe src="app://pos/inner.html"></iframe>';
        return new Response(html, { headers: { 'content-type': 'text/html' } });
      });
      const framing = new BrowserWindow({
        show: false,
        webPreferences: { preload, session: others, nodeIntegrationInSubFrames: true },
      });
      // Else no frame would get anywhere.
      framing.webContents.removeAllListeners('will-frame-navigate');
      await framing.loadURL('app://pos/outer.html');
      const [inner] = framing.webContents.mainFrame.frames;
      found['a frame'] = await inner?.executeJavaScript(askAll);
      // The same window, by its own page: the window alone is no reason to refuse.
      found['its own page'] = [await framing.webContents.executeJavaScript(ask('getState'))];
      framing.destroy();
      return found;
    },
    names,
  );
  for (const who of ['another page', 'a view', 'a frame'])
    expect([who, answers[who]]).toEqual([
      who,
      names.map(() => ({
        ok: false,
        error: expect.objectContaining({ code: 'invalid-request', detail: 'unknown sender' }),
      })),
    ]);
  expect(answers['its own page']).toMatchObject([{ ok: true }]);
  app.complaints.length = 0;
});

test('nothing but the two channels leads into the main process', async ({ app }) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  // What is told to a page is the news alone: no event, by which it would reach the sender.
  const heard = await page.evaluate(async () => {
    const told = new Promise<unknown[]>((resolve) => {
      window.pos.onPush((...all: unknown[]) => resolve(all.map((each) => Object.keys(Object(each)).sort())));
    });
    await window.pos.call('updateSettings', { notifications: false });
    return told;
  });
  expect(heard).toEqual([['language', 'settings', 'type']]);
  // After something was stored, since what stores it listens as well.
  const listening = await app.electron.evaluate(({ ipcMain }) => ({
    invoked: [...(ipcMain as unknown as { _invokeHandlers: Map<string, unknown> })._invokeHandlers.keys()],
    sent: ipcMain.eventNames().map(String),
  }));
  // `error` is Electron's own, of the emitter.
  expect({ ...listening, sent: listening.sent.filter((name) => name !== 'error') }).toEqual({
    invoked: ['pos:call'],
    sent: [],
  });
});

test('no answer of any method, and nothing that is told, has a key or a code in it', async ({
  app,
  device,
}) => {
  test.setTimeout(240_000);
  const page = await app.launch({ flags: ['--search-range=127.0.0.0/28'] });
  await page.evaluate(() => {
    const heard: unknown[] = [];
    Object.assign(window, { heard });
    window.pos.onPush((push) => heard.push(push));
  });
  const { code } = device;
  await pairFirst(page, device, 'Bar 2');
  await saveAnywhere(app);
  const known = { ...(await knownOf(page, device)), code: device.rotateCode() };
  const right = requests(known);
  const answers: { method: Method; answer: Result<unknown> }[] = [];
  const outcomes: [Method, ErrorCode | null][] = [];
  for (const method of Object.keys(right) as Method[]) {
    const answer = await page.evaluate(
      ({ name, value, pem }) =>
        (window.pos.call as unknown as (method: string, request: unknown) => Promise<Result<unknown>>)(
          name,
          pem === null ? value : { bytes: new TextEncoder().encode(pem) },
        ),
      {
        name: method,
        value: right[method][0],
        pem: method === 'previewRootCa' ? known.rootCaPem : null,
      },
    );
    answers.push({ method, answer });
    outcomes.push([method, codeOf(answer)]);
    // What goes on after the answer is told, and has something to work on only for a while.
    if (method === 'startPairing') await untilHeard(page, 'pairing-progress', 'outcome', 2);
    if (method === 'startDoctor') await untilHeard(page, 'doctor-progress', 'endedAt', 1);
  }
  expect(outcomes).toEqual((Object.keys(right) as Method[]).map((method) => [method, right[method][1]]));
  expect([...outcomes.map(([method]) => method)].sort()).toEqual([...names].sort());

  const heard = await page.evaluate(() => (window as unknown as { heard: unknown[] }).heard);
  const types = new Set(heard.map((push) => (push as { type: string }).type));
  for (const type of ['pairing-progress', 'pairing-changed', 'status-changed', 'doctor-progress'])
    expect(types).toContain(type);
  // Two pairings; without telling their keys where this fails.
  expect(device.deliveredKeyPems.length).toBe(2);
  const secrets = new TraceFinder([
    ...device.deliveredKeyPems.flatMap(tracesOfKey),
    ...[code, known.code].flatMap((each) => tracesOfText('code', each)),
  ]);
  for (const { method, answer } of answers)
    expect([method, secrets.namesIn(JSON.stringify(answer))]).toEqual([method, []]);
  for (const text of [JSON.stringify(answers), JSON.stringify(heard)]) {
    expect(secrets.namesIn(text)).toEqual([]);
    expect(text).not.toContain('PRIVATE KEY');
  }
  expect(secrets.namesIn(JSON.stringify({ key: device.deliveredKeyPems, code }))).not.toEqual([]);
});
