import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { hashPin } from '../../electron/core/access/pin-hash.ts';
import type { Autostart } from '../../electron/core/bridge/autostart.ts';
import { createCore } from '../../electron/core/core.ts';
import { failure, required } from '../../electron/core/failure.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import type { Policy } from '../../electron/core/policy/policy-schema.ts';
import { readPolicy } from '../../electron/core/policy/read-policy.ts';
import { unsafePolicy } from '../../electron/core/policy/wrong-policy.ts';
import { parsePin } from '../../shared/manager.ts';
import { policyViewSchema } from '../../shared/policy.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { createVendorPki, type VendorPki } from '../simulator/device.ts';
import { createCa, DAY_MS } from '../simulator/pki.ts';
import { CORE_PARTS, requestFor } from '../support/core.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

const FILE = '/etc/pos-pairing/policy.json';
const PIN = '295713';
let pki: VendorPki;
let elsewhere: VendorPki;
let pinHash: string;
let historyFolder: string;
let documents: MemoryDocuments;
/** What the policy file says; undefined where there is none. */
let file: string | undefined;
let isSafe: boolean;
let news: News[];
let listeners: ((each: News) => void)[];
let running: ReturnType<typeof createCore>[];
/** What the operating system keeps. */
let autostart: Autostart;

beforeAll(async () => {
  [pki, elsewhere] = await Promise.all([createVendorPki(), createVendorPki()]);
  pinHash = await hashPin(required(parsePin(PIN)), CHEAP_SCRYPT);
});
beforeEach(() => {
  historyFolder = mkdtempSync(join(tmpdir(), 'pos-policy-'));
  documents = new MemoryDocuments();
  file = undefined;
  isSafe = true;
  news = [];
  listeners = [];
  running = [];
  let isOn = false;
  autostart = {
    isOn: () => isOn,
    set: (on) => {
      isOn = on;
    },
  };
});
afterEach(async () => {
  vi.useRealTimers();
  for (const core of running) await core.close();
  rmSync(historyFolder, { recursive: true, force: true });
});

/** The app on this computer, started once more. */
function start(policy?: Policy | string | null) {
  if (policy !== undefined)
    file = typeof policy === 'string' ? policy : policy === null ? undefined : JSON.stringify(policy);
  const core = createCore({
    documents,
    historyFolder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    scrypt: CHEAP_SCRYPT,
    autostart,
    readPolicy: () =>
      readPolicy({
        system: null,
        file: FILE,
        files: {
          read: () => {
            if (!isSafe) throw unsafePolicy(`${FILE} can be written by everybody`);
            return file === undefined ? undefined : Buffer.from(file);
          },
        },
      }),
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener(each);
    },
  });
  running.push(core);
  core.start();
  return core;
}

type TestCore = ReturnType<typeof start>;
const told = () => news.flatMap(({ type }) => (type.startsWith('policy-') ? [type] : []));
const preview = (core: TestCore, pem: string) =>
  core.rootCaImport.preview(Buffer.from(pem)).candidates.map(({ root }) => root.fingerprint256);
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (thrown) => thrown.appError.code,
  );
const codeOfNow = (work: () => unknown) => codeOf(Promise.resolve().then(work));

async function pair(core: TestCore): Promise<AttemptEnd> {
  const device = await startSteadyDevice({ pki, serial: '1850000001' });
  try {
    const ended = new Promise<AttemptEnd>((resolve) => {
      listeners.push((each) => {
        if (each.type === 'pairing-ended') resolve(each.end);
      });
    });
    core.pairing.start(requestFor(device));
    return await ended;
  } finally {
    await device.stop();
  }
}

describe('what a policy decides', () => {
  it('nothing where there is none', () => {
    const core = start();
    expect(core.settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(core.policy.view).toMatchObject({ state: 'none', place: null, problem: null, allowsExport: true });
    expect(core.policy.suggestPosId('till-7.shop')).toBe('till-7');
    expect(told()).toEqual([]);
  });

  it('Root CAs, under which devices are paired at once, and which nobody removes', async () => {
    const core = start({ rootCas: [pki.root.certificatePem] });
    const [rootCa] = core.vault.rootCas;
    expect(rootCa?.managed).toBe(true);
    const { stored, result } = await pair(core);
    expect(result).toMatchObject({ ok: true });
    expect(stored?.trustAnchorFingerprint256).toBe(rootCa?.root.fingerprint256);
    expect(await codeOf(core.removeRootCa(rootCa?.root.fingerprint256 ?? ''))).toBe('managed-setting');
    // Not in the vault: it goes with the policy.
    expect([...documents.files.keys()].filter((name) => name.startsWith('root-cas/'))).toEqual([]);
    expect(start(null).vault.rootCas).toEqual([]);
  });

  it('Root CAs beside those of the user, which stay the user’s own', async () => {
    const core = start({ rootCas: [pki.root.certificatePem] });
    const [own = ''] = preview(core, elsewhere.root.certificatePem);
    const rootCas = await core.trustRootCas([own]);
    expect(rootCas.map(({ managed }) => managed)).toEqual([true, undefined]);
    const again = start({ rootCas: [pki.root.certificatePem, elsewhere.root.certificatePem] });
    expect(again.vault.rootCas.map(({ managed }) => managed)).toEqual([true, true]);
    expect(await codeOf(again.removeRootCa(own))).toBe('managed-setting');
    // When the organisation lets go of it, it is the user's again.
    const after = start({ rootCas: [pki.root.certificatePem] });
    expect((await after.removeRootCa(own)).map(({ managed }) => managed)).toEqual([true]);
  });

  it('that no Root CA is added or removed', async () => {
    const [own = ''] = preview(start(), elsewhere.root.certificatePem);
    expect(await codeOf(running[0]?.trustRootCas([own]) ?? Promise.resolve())).toBe('done');
    const core = start({ rootCas: [pki.root.certificatePem], locked: ['rootCas'] });
    const other = await createCa({ commonName: 'Another' });
    expect(await codeOf(core.trustRootCas(preview(core, other.certificatePem)))).toBe('managed-setting');
    expect(await codeOf(core.removeRootCa(own))).toBe('managed-setting');
    expect(core.vault.rootCas).toHaveLength(2);
  });

  it('settings: some as a proposal, some for good', async () => {
    const before = start();
    before.updateSettings({ tray: true, checkIntervalMinutes: 60 });
    const core = start({
      language: 'de',
      checkIntervalMinutes: 30,
      followAddressChanges: false,
      locked: ['checkIntervalMinutes', 'followAddressChanges', 'notifications'],
    });
    expect(core.settings.get()).toEqual({
      language: 'de',
      tray: true,
      checkIntervalMinutes: 30,
      followAddressChanges: false,
      notifications: true,
    });
    expect(await codeOfNow(() => core.updateSettings({ checkIntervalMinutes: 60 }))).toBe('managed-setting');
    expect(await codeOfNow(() => core.updateSettings({ notifications: false }))).toBe('managed-setting');
    // As it is anyway.
    core.updateSettings({ checkIntervalMinutes: 30, language: 'fr' });
    expect(start().settings.get().language).toBe('fr');
    // What was chosen before is there again when the policy is gone.
    expect(start(null).settings.get()).toMatchObject({
      language: 'fr',
      tray: true,
      checkIntervalMinutes: 60,
      followAddressChanges: true,
    });
  });

  it('what the pairing form begins with', () => {
    const core = start({
      defaultAddress: '192.168.178.67',
      defaultPort: 9443,
      posIdPattern: 'SHOP-{hostname:2}',
    });
    expect(core.policy.view).toMatchObject({ address: '192.168.178.67:9443', port: 9443 });
    expect(core.policy.suggestPosId('till-07.shop')).toBe('SHOP-07');
  });

  it('what a bridge begins with, as long as nothing else was chosen', async () => {
    const core = start({
      rootCas: [pki.root.certificatePem],
      bridgePort: 18_765,
      bridgeOrigins: ['https://till.example'],
    });
    const { stored } = await pair(core);
    const id = stored?.id ?? '';
    expect(core.bridges.view(id).settings).toMatchObject({
      on: false,
      port: 18_765,
      origins: ['https://till.example'],
    });
    const choice = { on: false, port: '', origins: '', messageLimitKib: '1024' };
    await core.bridges.configure(id, choice);
    expect(start().bridges.view(id).settings).toMatchObject({ port: null, origins: [] });
  });

  it('whether the app starts with the computer', async () => {
    expect(start({ bridgeStartWithComputer: true }).policy.view.managesAutostart).toBe(true);
    expect(autostart.isOn()).toBe(true);
    expect(await codeOfNow(() => running.at(-1)?.bridges.setStartsWithComputer(false))).toBe(
      'managed-setting',
    );
    start({ bridgeStartWithComputer: false });
    expect(autostart.isOn()).toBe(false);
    // The user's own again.
    const core = start(null);
    core.bridges.setStartsWithComputer(true);
    expect(start().bridges.startsWithComputer).toBe(true);
  });

  it('the manager PIN, which nobody changes or resets', async () => {
    const own = start();
    await own.manager.set('804621');
    const core = start({ managerPinHash: pinHash });
    expect(core.manager.state).toMatchObject({ state: 'locked', triesLeft: 5 });
    expect(await codeOfNow(() => core.updateSettings({ tray: true }))).toBe('manager-needed');
    expect(await codeOf(core.manager.unlock('804621'))).toBe('pin-wrong');
    for (const work of [
      core.manager.set('804622'),
      core.manager.change(PIN, '804622'),
      core.manager.clear(PIN),
      core.resetManagerPin(),
    ])
      expect(await codeOf(work)).toBe('managed-setting');
    // A wrong try outlasts a restart.
    const again = start();
    expect(again.manager.state).toMatchObject({ triesLeft: 4 });
    await again.manager.unlock(PIN);
    expect(again.updateSettings({ tray: true })).toMatchObject({ tray: true });
    // The PIN of this register comes back with the end of the policy.
    const after = start(null);
    expect(await codeOf(after.manager.unlock(PIN))).toBe('pin-wrong');
    await after.manager.unlock('804621');
    expect(JSON.stringify(news)).not.toContain('scrypt');
  });

  it('that no keys are exported', async () => {
    const core = start({ rootCas: [pki.root.certificatePem], allowExport: false });
    const { stored } = await pair(core);
    const pairingId = stored?.id ?? '';
    expect(() => core.connectionKit.plan(pairingId, 'p12')).toThrow('export-not-allowed');
    const chosen: string[] = [];
    const request = {
      pairingId,
      format: 'p12' as const,
      password: { kind: 'generated' as const },
      chooseFolder: async (name: string) => {
        chosen.push(name);
        return null;
      },
    };
    expect(await codeOf(core.connectionKit.export(request))).toBe('export-not-allowed');
    expect(chosen).toEqual([]);
    const free = start({ rootCas: [pki.root.certificatePem] });
    expect(await free.connectionKit.export(request)).toEqual({ outcome: 'cancelled' });
  });
});

describe('a wrong policy', () => {
  it('is used in no part; the last good one holds, also over another restart', () => {
    const good: Policy = { rootCas: [pki.root.certificatePem], language: 'de', locked: ['language'] };
    start(good);
    for (let times = 0; times < 2; times += 1) {
      const core = start('{"language":"fr","trey":true}');
      expect(core.settings.get().language).toBe('de');
      expect(core.vault.rootCas.map(({ managed }) => managed)).toEqual([true]);
      expect(core.policy.view).toMatchObject({
        state: 'last-good',
        place: FILE,
        problem: { code: 'policy-invalid', params: { place: FILE, reason: 'Unrecognized key: "trey"' } },
        locked: ['language'],
      });
      expect(policyViewSchema.parse(core.policy.view)).toEqual(core.policy.view);
    }
    // Told once, not at each start.
    expect(told()).toEqual(['policy-applied', 'policy-rejected']);
    start({ language: 'fr' });
    expect(told()).toEqual(['policy-applied', 'policy-rejected', 'policy-applied']);
    expect(start().settings.get().language).toBe('fr');
    start(null);
    expect(told().at(-1)).toBe('policy-removed');
    expect(running.at(-1)?.history.all()).toMatchObject([
      { kind: 'policy-removed', result: 'ok', note: FILE },
      { kind: 'policy-applied', result: 'ok' },
      { kind: 'policy-rejected', result: 'policy-invalid', note: `${FILE}: Unrecognized key: "trey"` },
      { kind: 'policy-applied', result: 'ok', note: FILE },
    ]);
  });

  it('leaves the defaults where there was no good one', () => {
    const core = start('nonsense');
    expect(core.settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(core.policy.view).toMatchObject({
      state: 'none',
      place: FILE,
      problem: { code: 'policy-invalid' },
    });
  });

  it('is told again when it is wrong in another way', () => {
    start('nonsense');
    start('{"tray":1}');
    start('{"tray":1}');
    expect(told()).toEqual(['policy-rejected', 'policy-rejected']);
  });

  it('that others may have written keeps the last good one too', () => {
    start({ tray: true });
    isSafe = false;
    const core = start({ tray: false });
    expect(core.settings.get().tray).toBe(true);
    expect(core.policy.view.problem?.code).toBe('policy-unsafe');
  });

  it('names a Root CA that is out of date; one that has become so meanwhile holds like any other', async () => {
    const short = await createCa({ commonName: 'Short', notAfter: new Date(Date.now() + DAY_MS) });
    const old = await createCa({ commonName: 'Old', notBefore: new Date(0), notAfter: new Date(DAY_MS) });
    start({ rootCas: [short.certificatePem] });
    const [first] = running[0]?.vault.rootCas ?? [];
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 2 * DAY_MS });
    const core = start();
    expect(core.policy.view).toMatchObject({ state: 'current', problem: null });
    expect(core.vault.rootCas[0]?.trustedAt).toBe(first?.trustedAt);
    const wrong = start({ rootCas: [old.certificatePem] });
    expect(wrong.policy.view).toMatchObject({ state: 'last-good', problem: { code: 'policy-invalid' } });
    expect(wrong.policy.view.problem?.detail).toContain('rootCas.0: root-ca-expired');
    expect(wrong.vault.rootCas).toHaveLength(1);
  });

  it('has no last good one to go back to when that was changed on the disk', () => {
    start({ rootCas: [pki.root.certificatePem], tray: true });
    const stored = JSON.parse(documents.files.get('policy') ?? '{}');
    stored.lastGood.rootCas[0].rootPem = elsewhere.root.certificatePem;
    documents.files.set('policy', JSON.stringify(stored));
    const core = start('nonsense');
    expect(core.vault.rootCas).toEqual([]);
    expect(core.settings.get().tray).toBe(false);
    documents.files.set('policy', '{"version":1');
    expect(start('nonsense').policy.view.state).toBe('none');
  });

  it('is told, and the app starts, where nothing can be saved', () => {
    documents.failWrites = true;
    expect(start({ tray: true }).settings.get().tray).toBe(true);
    documents.unreadable.add('policy');
    expect(start('nonsense').policy.view.problem?.code).toBe('policy-invalid');
    expect(told()).toEqual(['policy-applied', 'policy-rejected']);
  });
});

it('a failure of the policy’s source never keeps the app from starting', () => {
  const places = {
    system: null,
    file: FILE,
    files: {
      read: () => {
        throw failure('internal', 'odd');
      },
    },
  };
  expect(readPolicy(places)).toMatchObject({ kind: 'rejected', place: FILE, error: { code: 'internal' } });
});
