import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Authorize } from '../../electron/core/access/manager-access.ts';
import { createCore } from '../../electron/core/core.ts';
import { failure } from '../../electron/core/failure.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import { confirmOtherRootCa } from '../../electron/core/root-ca/confirm-other-root-ca.ts';
import { removeRootCa } from '../../electron/core/root-ca/remove-root-ca.ts';
import { RootCaImport } from '../../electron/core/root-ca/root-ca-import.ts';
import { trustRootCas } from '../../electron/core/root-ca/trust-root-cas.ts';
import type { Vault } from '../../electron/core/vault/vault.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import { MOST_ROOT_CAS } from '../../shared/root-ca.ts';
import { needsAttention, statusAction } from '../../shared/status.ts';
import {
  createVendorPki,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  type VendorPki,
} from '../simulator/device.ts';
import { createCa } from '../simulator/pki.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { EVERYBODY } from '../support/manager.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

/** The vendor's two: A is trusted first. */
let a: VendorPki;
let b: VendorPki;
let historyFolder: string;
let news: News[];
let listeners: ((each: News) => void)[];
let core: ReturnType<typeof createCore>;
let devices: SimulatedDevice[];
let ranges: { cidr: string; interfaceName: string; hostCount: number; virtual: boolean }[];

beforeAll(async () => {
  [a, b] = await Promise.all([createVendorPki('live'), createVendorPki('test')]);
});
beforeEach(async () => {
  historyFolder = mkdtempSync(join(tmpdir(), 'pos-roots-'));
  news = [];
  listeners = [];
  devices = [];
  ranges = [];
  core = createCore({
    documents: new MemoryDocuments(),
    historyFolder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    searchRanges: () => ranges,
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener(each);
    },
  });
  await trust(a.root.certificatePem + b.root.certificatePem);
});
afterEach(async () => {
  await core.close();
  await Promise.all(devices.map((device) => device.stop()));
  rmSync(historyFolder, { recursive: true, force: true });
});

const bytes = (pem: string) => new TextEncoder().encode(pem);
const fingerprintOf = ({ root }: VendorPki) => root.certificate.fingerprint256;
const trusted = () => core.vault.rootCas.map(({ root }) => root.fingerprint256);

const trust = (pem: string) => trustAll(core, pem);

async function start(options: SimulatedDeviceOptions): Promise<SimulatedDevice> {
  const device = await startSteadyDevice(options);
  devices.push(device);
  return device;
}

const heard = <T extends News['type']>(
  type: T,
  isMeant: (each: Extract<News, { type: T }>) => boolean = () => true,
): Promise<Extract<News, { type: T }>> =>
  new Promise((resolve) => {
    listeners.push((each) => {
      if (each.type !== type) return;
      const meant = each as Extract<News, { type: T }>;
      if (isMeant(meant)) resolve(meant);
    });
  });
const question = () => heard('pairing-progress', ({ progress }) => progress.identityQuestion !== undefined);

const request = (device: SimulatedDevice, change: Partial<PairingRequest> = {}): PairingRequest =>
  requestFor(device, change);

async function attempt(device: SimulatedDevice, change: Partial<PairingRequest> = {}): Promise<AttemptEnd> {
  const ended = heard('pairing-ended');
  core.pairing.start(request(device, change));
  return (await ended).end;
}

async function pair(device: SimulatedDevice, change: Partial<PairingRequest> = {}): Promise<string> {
  const { result } = await attempt(device, change);
  if (!result.ok) throw new Error(`not paired: ${JSON.stringify(result.error)}`);
  return result.value.id;
}

const rootOf = (id: string) => core.vault.find(id)?.trustAnchorFingerprint256;
const status = (id: string) => core.monitor.statuses[id] ?? expect.unreachable();
const kinds = () => core.history.all().map(({ kind }) => kind);

describe('two Root CAs side by side', () => {
  it('each pairing belongs to one of them, and its checks go by that one', async () => {
    const live = await start({ pki: a, serial: '1850000001' });
    const test = await start({ pki: b, serial: '1850000002' });
    const [underA, underB] = [await pair(live), await pair(test)];
    expect([rootOf(underA), rootOf(underB)]).toEqual([fingerprintOf(a), fingerprintOf(b)]);
    for (const id of [underA, underB]) {
      expect((await core.monitor.check(id)).lastCheck).toMatchObject({ result: 'mtls', depth: 'quiet' });
      expect((await core.monitor.fullTest(id)).lastCheck).toMatchObject({ result: 'mtls', depth: 'full' });
      expect(status(id).state).toBe('connected');
    }
    // The other one may go.
    await core.removeRootCa(fingerprintOf(a));
    expect((await core.monitor.check(underB)).lastCheck).toMatchObject({ result: 'mtls' });
  });

  it('finds devices under both', async () => {
    const port = (await start({ pki: a, host: '127.0.0.2', serial: '1850000001' })).port;
    await start({ pki: b, host: '127.0.0.3', port, serial: '1850000002' });
    await start({ pki: await createVendorPki(), host: '127.0.0.4', port, serial: '1850000003' });
    ranges = [{ cidr: '127.0.0.0/29', interfaceName: 'test', hostCount: 6, virtual: false }];
    const ended = heard('search-progress', ({ progress }) => progress.finished);
    core.search.start(String(port), ['127.0.0.0/29']);
    const { found } = (await ended).progress;
    expect(
      found.map(({ address, trustAnchorFingerprint256 }) => [address.host, trustAnchorFingerprint256]),
    ).toEqual([
      ['127.0.0.2', fingerprintOf(a)],
      ['127.0.0.3', fingerprintOf(b)],
    ]);
  });

  it('asks about the same serial number under another one, though it was typed', async () => {
    const serial = '1850000001';
    const first = await pair(await start({ pki: a, serial }));
    const namesake = await start({ pki: b, serial });
    const asked = question();
    const ended = heard('pairing-ended');
    const { attemptId } = core.pairing.start(request(namesake, { posId: 'POS-2' }));
    await asked;
    expect(namesake.hasReceived(namesake.code)).toBe(false);
    core.pairing.answerIdentity(attemptId, true);
    expect((await ended).end.result).toMatchObject({
      ok: true,
      value: { trustAnchorFingerprint256: fingerprintOf(b) },
    });
    // Confirmed once under this Root CA, it is asked about no more.
    const second = core.vault.pairings.find(({ posId }) => posId === 'POS-2')?.id ?? '';
    namesake.rotateCode();
    expect(await pair(namesake, { replaces: second, posId: 'POS-2', serial: '' })).toBe(second);
    expect(rootOf(first)).toBe(fingerprintOf(a));
    expect((await core.monitor.check(first)).lastCheck).toMatchObject({ result: 'mtls' });
  });
});

describe('a device whose chain ends at another trusted Root CA now', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('keeps its pairing after one confirmation (%s)', async (tls) => {
    const device = await start({ pki: a, tls });
    const id = await pair(device);
    await device.restart({ pki: b });
    device.clearJournal();
    for (const check of [() => core.monitor.check(id), () => core.monitor.fullTest(id)]) {
      await check();
      expect(status(id)).toMatchObject({
        state: 'other-root-ca',
        error: { code: 'device-other-root-ca', params: { fingerprint: fingerprintOf(b) } },
      });
    }
    expect(statusAction(status(id))).toBe('confirm-root-ca');
    expect(needsAttention(status(id))).toBe(true);
    // Nobody has confirmed: nothing is sent to it, and the pairing stays what it was.
    expect(device.counts).toMatchObject({ upgrades: 0, requests: 0, messages: 0 });
    expect(rootOf(id)).toBe(fingerprintOf(a));

    const kept = await core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) });
    expect(kept).toMatchObject({
      trustAnchorFingerprint256: fingerprintOf(b),
      deviceCertificate: { fingerprint256: device.certificateFingerprint },
      lastCheck: { result: 'mtls' },
    });
    expect(status(id).state).toBe('connected');
    expect((await core.monitor.fullTest(id)).lastCheck).toMatchObject({ result: 'mtls', depth: 'full' });
    expect(kinds()).toContain('pairing-root-ca-changed');
    // From now on the old one is the other one.
    await device.restart({ pki: a });
    await core.monitor.check(id);
    expect(status(id).state).toBe('other-root-ca');
  });

  it('is not watched before that, and is again afterwards', async () => {
    const device = await start({ pki: a });
    const id = await pair(device);
    await device.restart({ pki: b });
    const noticed = heard('status-changed', (each) => each.status.state === 'other-root-ca');
    await core.monitor.setWatchLive(id, true);
    expect((await noticed).status).toMatchObject({ live: false, nextTryAt: null });
    expect(device.channelOpen).toBe(false);
    const again = heard('status-changed', (each) => each.status.live);
    await core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) });
    await again;
  });

  it('takes new keys along that wait for their first proof', async () => {
    const device = await start({ pki: a });
    const id = await pair(device);
    device.configure({ afterPairing: 'away-until-connected' });
    device.rotateCode();
    const ended = await attempt(device, { replaces: id });
    expect(ended).toMatchObject({ isProved: false, result: { ok: true } });
    await device.restart({ pki: b });
    await core.monitor.check(id);
    expect(status(id).state).toBe('other-root-ca');
    await core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) });
    expect(core.vault.pending(id)).toBeUndefined();
    expect(status(id).state).toBe('connected');
  });

  it('stays an error under one that is not trusted, and cannot be confirmed', async () => {
    const stranger = await createVendorPki();
    const device = await start({ pki: a });
    const id = await pair(device);
    await device.restart({ pki: stranger });
    await core.monitor.check(id);
    expect(status(id)).toMatchObject({
      state: 'wrong-device',
      error: { code: 'device-issuer-unknown' },
    });
    await expect(
      core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(stranger) }),
    ).rejects.toMatchObject({ appError: { code: 'not-found' } });
    expect(rootOf(id)).toBe(fingerprintOf(a));
  });

  it.each([
    ['another serial number', { serial: '1850099999' }],
    ['the same serial number of another brand', { brand: 'pgw' }],
  ])('is a stranger with %s', async (_what, label) => {
    const device = await start({ pki: a });
    const id = await pair(device);
    await device.stop();
    const other = await start({ pki: b, port: device.port, ...label });
    await core.monitor.check(id);
    expect(status(id)).toMatchObject({ state: 'wrong-device', error: { code: 'device-issuer-unknown' } });
    await expect(
      core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) }),
    ).rejects.toMatchObject({ appError: { code: 'serial-mismatch' } });
    expect(rootOf(id)).toBe(fingerprintOf(a));
    expect(other.counts).toMatchObject({ upgrades: 0, requests: 0 });
  });

  it('is asked once more at the confirmation: what it is then counts', async () => {
    const device = await start({ pki: a });
    const id = await pair(device);
    await device.restart({ pki: b });
    await core.monitor.check(id);
    await device.restart({ pki: a });
    const confirm = () => core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) });
    await expect(confirm()).rejects.toMatchObject({ appError: { code: 'device-issuer-unknown' } });
    // Set up anew, it does not know this register any more.
    await device.restart({ pki: b });
    device.revoke('POS-1');
    await expect(confirm()).rejects.toMatchObject({ appError: { code: 'mtls-refused' } });
    await device.stop();
    await expect(confirm()).rejects.toMatchObject({ appError: { code: 'connection-refused' } });
    expect(rootOf(id)).toBe(fingerprintOf(a));
    expect(kinds()).not.toContain('pairing-root-ca-changed');
  });
});

describe('removing a Root CA', () => {
  it('ends a pairing that is under way, keeps the others with their keys, and can be taken back', async () => {
    const device = await start({ pki: a });
    const id = await pair(device);
    device.rotateCode();
    const asked = question();
    core.pairing.start(request(device, { serial: '', posId: 'POS-2', code: device.code }));
    await asked;
    const from = news.length;
    expect(await core.removeRootCa(fingerprintOf(a))).toMatchObject([
      { root: { fingerprint256: fingerprintOf(b) } },
    ]);
    const told = news.slice(from).map(({ type }) => type);
    expect(told.indexOf('pairing-ended')).toBeGreaterThan(-1);
    expect(told.indexOf('root-ca-removed')).toBeGreaterThan(told.indexOf('pairing-ended'));
    expect(device.hasReceived(device.code)).toBe(false);

    await core.monitor.check(id);
    expect(status(id)).toMatchObject({ state: 'failed', error: { code: 'root-ca-replaced' } });
    expect(statusAction(status(id))).toBe('pair-again');
    expect((await (core.vault as Vault).credentials(id))[0]?.credentials?.privateKeyPem).toContain(
      'PRIVATE KEY',
    );

    await trust(a.root.certificatePem);
    await core.monitor.check(id);
    expect(status(id).state).toBe('connected');
    expect(kinds()).toEqual(
      expect.arrayContaining(['root-ca-added', 'root-ca-removed', 'pairing-failed', 'paired']),
    );
    await expect(core.removeRootCa('AA:BB')).rejects.toMatchObject({ appError: { code: 'not-found' } });
  });

  it('ends the channels of its pairings and no others', async () => {
    const ids = [];
    for (const pki of [a, b]) {
      const id = await pair(await start({ pki, serial: pki === a ? '1850000001' : '1850000002' }));
      const live = heard('status-changed', (each) => each.pairing.id === id && each.status.live);
      await core.monitor.setWatchLive(id, true);
      await live;
      ids.push(id);
    }
    const [underA = '', underB = ''] = ids;
    const failed = heard('status-changed', (each) => each.status.state === 'failed');
    await core.removeRootCa(fingerprintOf(a));
    expect((await failed).pairing.id).toBe(underA);
    expect(status(underA)).toMatchObject({ live: false, error: { code: 'root-ca-replaced' } });
    expect(status(underB)).toMatchObject({ live: true, state: 'connected' });
  });

  it('still leaves a device that has moved to another trusted one its confirmation', async () => {
    const device = await start({ pki: a });
    const id = await pair(device);
    await device.restart({ pki: b });
    await core.removeRootCa(fingerprintOf(a));
    await core.monitor.check(id);
    expect(status(id)).toMatchObject({
      state: 'other-root-ca',
      error: { params: { fingerprint: fingerprintOf(b) } },
    });
    await core.confirmOtherRootCa({ pairingId: id, fingerprint256: fingerprintOf(b) });
    expect(status(id).state).toBe('connected');
  });
});

describe('a file with several Root CAs', () => {
  it('offers a choice, and only what was chosen is trusted', async () => {
    const [c, d] = await Promise.all([
      createCa({ commonName: 'C', keyType: 'ec' }),
      createCa({ commonName: 'D', keyType: 'ec' }),
    ]);
    const before = trusted();
    const preview = core.rootCaImport.preview(
      bytes(c.certificatePem + a.root.certificatePem + d.certificatePem),
    );
    expect(preview.candidates.map(({ root, isTrusted }) => [root.subject, isTrusted])).toEqual([
      ['CN=C', false],
      [expect.stringContaining('Root CA'), true],
      ['CN=D', false],
    ]);
    await expect(core.trustRootCas([])).rejects.toMatchObject({ appError: { code: 'invalid-request' } });
    await expect(core.trustRootCas(['AA:BB'])).rejects.toMatchObject({
      appError: { code: 'root-ca-changed' },
    });
    expect(trusted()).toEqual(before);
    await core.trustRootCas([d.certificate.fingerprint256]);
    expect(trusted()).toEqual([...before, d.certificate.fingerprint256]);
    await expect(core.trustRootCas([c.certificate.fingerprint256])).rejects.toMatchObject({
      appError: { code: 'root-ca-changed' },
    });
  });

  it('has a limit, and nothing is trusted beyond it', async () => {
    const many = await Promise.all(
      Array.from({ length: MOST_ROOT_CAS - 1 }, (_, index) =>
        createCa({ commonName: `Root ${index}`, keyType: 'ec' }),
      ),
    );
    await expect(trust(many.map(({ certificatePem }) => certificatePem).join(''))).rejects.toMatchObject({
      appError: { code: 'root-ca-limit', params: { most: String(MOST_ROOT_CAS) } },
    });
    expect(trusted()).toHaveLength(2);
    await trust(
      many
        .slice(1)
        .map(({ certificatePem }) => certificatePem)
        .join(''),
    );
    expect(trusted()).toHaveLength(MOST_ROOT_CAS);
  });
});

describe('who may change what is trusted', () => {
  const refuse = () => {
    throw failure('busy', 'nobody is there who may');
  };
  const idle = async () => {};

  it('is asked from the second Root CA on, or once something is paired', async () => {
    const register = testRegister(a.root.certificatePem);
    const { vault } = register;
    const rootCaImport = new RootCaImport(register.context);
    const parts = { vault, rootCaImport, endPairing: idle, onAdded: () => {}, tell: () => {} };
    const device = await start({ pki: a });
    const add = (authorize: Authorize) => {
      const { candidates } = rootCaImport.preview(bytes(b.root.certificatePem));
      return trustRootCas(
        { ...parts, authorize },
        candidates.map(({ root }) => root.fingerprint256),
      );
    };
    const remove = (authorize: Authorize) =>
      removeRootCa({ vault, authorize, endPairing: idle, onRemoved: idle, tell: () => {} }, fingerprintOf(a));
    for (const change of [add, remove]) {
      await expect(change(refuse)).rejects.toMatchObject({ appError: { code: 'busy' } });
      expect(vault.rootCas.map(({ root }) => root.fingerprint256)).toEqual([fingerprintOf(a)]);
    }
    const { result } = await register.pair(device, 'wss');
    await remove(EVERYBODY);
    // Nothing is trusted, but something is paired.
    await expect(add(refuse)).rejects.toMatchObject({ appError: { code: 'busy' } });
    const id = result.ok ? result.value.id : '';
    await expect(
      confirmOtherRootCa(
        {
          context: register.context,
          authorize: refuse,
          check: () => expect.unreachable(),
          signal: new AbortController().signal,
          tell: () => {},
        },
        { pairingId: id, fingerprint256: fingerprintOf(b) },
      ),
    ).rejects.toMatchObject({ appError: { code: 'busy' } });
    vault.remove(id);
    await add(refuse);
    expect(vault.rootCas.map(({ root }) => root.fingerprint256)).toEqual([fingerprintOf(b)]);
  });
});
