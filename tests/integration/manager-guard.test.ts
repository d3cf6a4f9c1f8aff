import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createCore } from '../../electron/core/core.ts';
import { settle } from '../../electron/core/failure.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { choice } from '../support/bridge-rig.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

const PIN = '295713';
const bytes = (pem: string) => new TextEncoder().encode(pem);
let pki: VendorPki;
let elsewhere: VendorPki;
let historyFolder: string;
let documents: MemoryDocuments;
let device: SimulatedDevice;
let other: SimulatedDevice;
let steady: number;
let news: News[];
let listeners: ((each: News) => void)[];
let core: ReturnType<typeof createCore>;

const start = () =>
  createCore({
    documents,
    historyFolder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    scrypt: CHEAP_SCRYPT,
    steadyNow: () => steady,
    autostart: { isOn: () => false, set: () => {} },
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener(each);
    },
  });

beforeAll(async () => {
  [pki, elsewhere] = await Promise.all([createVendorPki(), createVendorPki()]);
});
beforeEach(async () => {
  historyFolder = mkdtempSync(join(tmpdir(), 'pos-manager-'));
  documents = new MemoryDocuments();
  device = await startSteadyDevice({ pki, serial: '1850000001' });
  other = await startSteadyDevice({ pki, serial: '1850000002' });
  steady = 0;
  news = [];
  listeners = [];
  core = start();
});
afterEach(async () => {
  await core.close();
  await device.stop();
  await other.stop();
  rmSync(historyFolder, { recursive: true, force: true });
});

const trust = (pem: string) => trustAll(core, pem);

const heard = <T extends News['type']>(type: T): Promise<Extract<News, { type: T }>> =>
  new Promise((resolve) => {
    listeners.push((each) => {
      if (each.type === type) resolve(each as Extract<News, { type: T }>);
    });
  });

const request = (change: Partial<PairingRequest> = {}): PairingRequest => requestFor(device, change);
const swap = (replaces: string): PairingRequest =>
  request({
    replaces,
    allowSwap: true,
    address: other.addresses.wss,
    code: other.code,
    serial: other.serial,
  });

async function pair(asked: PairingRequest): Promise<AttemptEnd> {
  const ended = heard('pairing-ended');
  core.pairing.start(asked);
  return (await ended).end;
}
async function paired(change: Partial<PairingRequest> = {}): Promise<string> {
  const { stored, result } = await pair(request(change));
  expect(result).toMatchObject({ ok: true });
  return stored?.id ?? '';
}

/** A register with a Root CA, one pairing and a PIN. */
async function guarded(): Promise<string> {
  await trust(device.rootCaPem);
  const id = await paired();
  await core.manager.set(PIN);
  return id;
}

async function codeFrom(work: () => unknown): Promise<string> {
  const result = await settle(work);
  return result.ok ? 'ok' : result.error.code;
}

/** Everything the PIN guards, as the window and a command line call it. */
const GUARDED: readonly (readonly [string, (id: string) => unknown])[] = [
  ['re-pairing to another device', (id) => core.pairing.start(swap(id))],
  ['removing a pairing', (id) => core.removePairing(id)],
  ['trusting the same Root CA again', () => trust(device.rootCaPem)],
  ['trusting another Root CA', () => trust(elsewhere.root.certificatePem)],
  ['removing a Root CA', () => core.removeRootCa(core.vault.rootCas[0]?.root.fingerprint256 ?? '')],
  [
    'exporting the keys',
    (pairingId) =>
      core.connectionKit.export({
        pairingId,
        format: 'pem-plain',
        password: { kind: 'none' },
        chooseFolder: async () => join(historyFolder, 'kit'),
      }),
  ],
  ['switching on a bridge', (id) => core.bridges.configure(id, choice())],
  ['replacing the token of a bridge', (id) => core.bridges.replaceToken(id)],
  ['starting with the computer', () => core.bridges.setStartsWithComputer(true)],
  ['changing a setting', () => core.updateSettings({ tray: true })],
  ['changing a setting along with the language', () => core.updateSettings({ language: 'ja', tray: true })],
  ['exporting the history as CSV', () => core.exportHistory('csv')],
  ['exporting the history as JSON', () => core.exportHistory('json')],
];

describe('what the manager PIN guards', () => {
  it.each(GUARDED)('needs the manager: %s', async (_, use) => {
    const id = await guarded();
    const before = [...documents.files];
    const [rootCas, settings] = [core.vault.rootCas, core.settings.get()];
    const from = news.length;
    // Without, with one that has been given back, and with one that has expired.
    expect(await codeFrom(() => use(id))).toBe('manager-needed');
    await core.manager.unlock(PIN);
    core.manager.lock();
    expect(await codeFrom(() => use(id))).toBe('manager-needed');
    await core.manager.unlock(PIN);
    steady += 5 * 60_000;
    expect(await codeFrom(() => use(id))).toBe('manager-needed');

    expect([...documents.files]).toEqual(before);
    expect(core.vault.rootCas).toEqual(rootCas);
    expect(core.settings.get()).toBe(settings);
    const told = new Set(news.slice(from).map(({ type }) => type));
    expect([...told].filter((type) => type !== 'manager-changed')).toEqual([]);

    await core.manager.unlock(PIN);
    steady += 5 * 60_000 - 1;
    expect(await codeFrom(() => use(id))).toBe('ok');
  });

  it.each(GUARDED)('needs nobody while no PIN is set: %s', async (_, use) => {
    await trust(device.rootCaPem);
    expect(await codeFrom(async () => use(await paired()))).toBe('ok');
  });

  it('needs the manager after a restart, also when the PIN cannot be read any more', async () => {
    const id = await guarded();
    await core.manager.unlock(PIN);
    await core.close();
    core = start();
    expect(await codeFrom(() => core.removePairing(id))).toBe('manager-needed');
    await core.close();
    documents.files.set('manager-pin', '{"version":1');
    core = start();
    expect(await codeFrom(() => core.removePairing(id))).toBe('manager-needed');
    expect(core.vault.notices).toMatchObject([{ what: 'manager-pin', kind: 'damaged' }]);
    expect(core.vault.find(id)).toBeDefined();
  });

  it('writes no keys when the manager has left while the folder was chosen', async () => {
    const pairingId = await guarded();
    await core.manager.unlock(PIN);
    const folder = join(historyFolder, 'kit');
    const written = codeFrom(() =>
      core.connectionKit.export({
        pairingId,
        format: 'pem-plain',
        password: { kind: 'none' },
        chooseFolder: async () => {
          steady += 5 * 60_000;
          return folder;
        },
      }),
    );
    expect(await written).toBe('manager-needed');
    expect(existsSync(folder)).toBe(false);
  });

  it('goes on for five minutes with each use', async () => {
    const id = await guarded();
    await core.manager.unlock(PIN);
    for (const tray of [true, false, true]) {
      steady += 4 * 60_000;
      expect(await codeFrom(() => core.updateSettings({ tray }))).toBe('ok');
    }
    steady += 5 * 60_000;
    expect(await codeFrom(() => core.removePairing(id))).toBe('manager-needed');
  });

  it('lets a device without a serial number take another one’s place by the manager only', async () => {
    await trust(device.rootCaPem);
    listeners.push((each) => {
      if (each.type !== 'pairing-progress' || !each.progress.identityQuestion) return;
      core.pairing.answerIdentity(each.progress.attemptId, true);
    });
    const nameless = (from: SimulatedDevice, replaces: string | null) =>
      request({ address: from.addresses.wss, code: from.code, serial: '', replaces });
    const first = await startSteadyDevice({ pki, fault: 'ip-san' });
    const { stored } = await pair(nameless(first, null));
    const { port } = first;
    await first.stop();
    const second = await startSteadyDevice({ pki, fault: 'ip-san', port });
    try {
      await core.manager.set(PIN);
      const again = nameless(second, stored?.id ?? '');
      expect((await pair(again)).result).toMatchObject({
        ok: false,
        error: { code: 'manager-needed', stage: 'identify' },
      });
      expect(second.hasReceived(again.code)).toBe(false);
      await core.manager.unlock(PIN);
      expect((await pair(again)).result).toMatchObject({ ok: true });
    } finally {
      await second.stop();
    }
  });

  it('lets a device that belongs to another Root CA take its namesake’s place by the manager only', async () => {
    await trust(device.rootCaPem);
    await trust(elsewhere.root.certificatePem);
    const id = await paired();
    listeners.push((each) => {
      if (each.type !== 'pairing-progress' || !each.progress.identityQuestion) return;
      core.pairing.answerIdentity(each.progress.attemptId, true);
    });
    const namesake = await startSteadyDevice({ pki: elsewhere, serial: device.serial });
    try {
      await core.manager.set(PIN);
      const again = request({ address: namesake.addresses.wss, code: namesake.code, replaces: id });
      expect((await pair(again)).result).toMatchObject({
        ok: false,
        error: { code: 'manager-needed', stage: 'identify' },
      });
      expect(namesake.hasReceived(again.code)).toBe(false);
      expect(core.vault.find(id)?.trustAnchorFingerprint256).toBe(pki.root.certificate.fingerprint256);
      await core.manager.unlock(PIN);
      expect((await pair(again)).result).toMatchObject({ ok: true });
    } finally {
      await namesake.stop();
    }
  });
});

describe('what a cashier does without the manager', () => {
  it('sets up a new register: the first Root CA and the first pairing, even under a PIN', async () => {
    await core.manager.set(PIN);
    expect(await codeFrom(() => trust(device.rootCaPem))).toBe('ok');
    expect(await paired()).not.toBe('');
  });

  it('pairs a further device, pairs the same one again, checks, names, watches, and looks', async () => {
    const id = await guarded();
    expect(
      await paired({ posId: 'POS-2', address: other.addresses.wss, code: other.code, serial: other.serial }),
    ).not.toBe(id);
    device.rotateCode();
    expect(await paired({ replaces: id, code: device.code })).toBe(id);
    const free: (() => unknown)[] = [
      () => core.monitor.check(id),
      () => core.monitor.fullTest(id),
      () => core.checkAll(),
      () => core.renamePairing(id, 'Bar'),
      () => core.monitor.setWatchLive(id, true),
      () => core.monitor.findMoved(id),
      () => core.monitor.moveAddress(id, { host: '127.0.0.1', port: device.port }),
      () => core.history.read({ filter: {}, offset: 0, limit: 10 }),
      () => core.timeline.read(id),
      () => core.rootCaImport.preview(bytes(device.rootCaPem)),
      () => core.updateSettings({ language: 'ja' }),
      // Says nothing new.
      () => core.updateSettings({ tray: false }),
    ];
    for (const use of free) expect([await codeFrom(use), String(use)]).toEqual(['ok', String(use)]);
    expect(core.settings.get().language).toBe('ja');
    expect(core.manager.state.state).toBe('locked');
  });
});

describe('a forgotten PIN', () => {
  it('is reset together with all pairings, which end like removed ones, and the history tells it', async () => {
    await guarded();
    await paired({ posId: 'POS-2', address: other.addresses.wss, code: other.code, serial: other.serial });
    const from = news.length;
    expect(await core.resetManagerPin()).toBe(2);
    expect(core.vault.pairings).toEqual([]);
    expect(core.manager.state).toEqual({ state: 'off' });
    expect([...documents.files.keys()].filter((name) => /pairings|manager/.test(name))).toEqual([]);
    expect(core.monitor.statuses).toEqual({});
    expect(news.slice(from).filter(({ type }) => type === 'pairing-removed')).toHaveLength(2);
    expect(core.vault.rootCas).toHaveLength(1);
    expect(
      core.history
        .all()
        .slice(0, 3)
        .map(({ kind }) => kind),
    ).toEqual(['manager-pin-reset', 'removed', 'removed']);
  });

  it('stays when a pairing cannot be removed', async () => {
    const id = await guarded();
    documents.remove = () => {
      throw new Error('EROFS: read-only file system');
    };
    expect(await codeFrom(() => core.resetManagerPin())).toBe('storage-failed');
    expect(core.manager.state.state).toBe('locked');
    expect(core.vault.find(id)).toBeDefined();
  });

  it('ends the pairing that is under way', async () => {
    const id = await guarded();
    device.rotateCode();
    device.setFault('silence');
    const ended = heard('pairing-ended');
    core.pairing.start(request({ replaces: id, code: device.code }));
    await core.resetManagerPin();
    expect((await ended).end.result).toMatchObject({ ok: false });
    expect(core.vault.pairings).toEqual([]);
  });
});

it('remembers what happened to the PIN, and the PIN itself nowhere', async () => {
  await core.manager.set(PIN);
  for (let tries = 0; tries < 5; tries += 1) await codeFrom(() => core.manager.unlock('804621'));
  steady += 30_000;
  await core.manager.change(PIN, '804622');
  await core.manager.clear('804622');
  const entries = core.history.all();
  expect(entries.map(({ kind }) => kind)).toEqual([
    'manager-pin-removed',
    'manager-pin-changed',
    'manager-locked-out',
    'manager-pin-set',
  ]);
  const everything = JSON.stringify([entries, news, [...documents.files]]);
  for (const pin of [PIN, '804621', '804622']) expect(everything).not.toContain(pin);
});
