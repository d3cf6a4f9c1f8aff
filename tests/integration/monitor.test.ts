import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Lease } from '../../electron/core/channel/channel-lease.ts';
import { later } from '../../electron/core/later.ts';
import { ConnectionMonitor } from '../../electron/core/status/monitor.ts';
import type { DeviceAddress } from '../../shared/inputs.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { type ConnectionState, type PairingStatus, statusAction } from '../../shared/status.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { testRegister } from '../support/register.ts';
import { steadyClock } from '../support/steady-clock.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const MINUTE_MS = 60_000;
let pki: VendorPki;
let device: SimulatedDevice;
let register: ReturnType<typeof testRegister>;
let monitor: ConnectionMonitor;
let id: string;
let searches: number;
let located: readonly FoundDevice[];
let moves: { from: DeviceAddress; to: DeviceAddress }[];
let history: ConnectionState[];
let listeners: (() => void)[];
const settings = { checkIntervalMinutes: 15, followAddressChanges: true };
let offset: number;

beforeAll(async () => {
  pki = await createVendorPki();
});

beforeEach(async () => {
  device = await startSimulatedDevice({ pki });
  register = testRegister(device.rootCaPem);
  offset = 0;
  register.setClock(() => Date.now() + offset);
  searches = 0;
  located = [];
  moves = [];
  history = [];
  listeners = [];
  settings.followAddressChanges = true;
  const paired = await register.pair(device, 'wss');
  expect(paired.result).toMatchObject({ ok: true });
  id = paired.result.ok ? paired.result.value.id : '';
  monitor = new ConnectionMonitor({
    context: register.context,
    settings: () => settings,
    search: async () => {
      searches += 1;
      return located;
    },
    heartbeat: { everyMs: 100, pongWithinMs: 300, clock: steadyClock() },
    random: () => 0,
    later,
    tell: (news) => {
      if (news.type === 'pairing-moved') moves.push({ from: news.from, to: news.pairing.address });
      if (news.type !== 'status-changed') return;
      if (news.status.state !== news.before.state) history.push(news.status.state);
      for (const listener of listeners) listener();
    },
  });
});

afterEach(async () => {
  await monitor.close();
  await device.stop();
});

const status = () => {
  const found = monitor.statuses[id];
  if (!found) throw new Error('no status');
  return found;
};

/** Resolves once the status is as wanted; fails by the test's own time limit. */
const until = (wanted: (status: PairingStatus) => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!wanted(status())) return;
      listeners = listeners.filter((listener) => listener !== look);
      resolve();
    };
    listeners.push(look);
    look();
  });
const untilState = (state: ConnectionState) => until((now) => now.state === state);

const foundAt = (other: SimulatedDevice): FoundDevice => {
  const certificate = register.vault.pairings[0]?.deviceCertificate;
  if (!certificate) throw new Error('no pairing');
  return {
    address: { host: other.host, port: other.port },
    identity: { kind: 'serial', serial: other.serial },
    certificate,
    trustAnchorFingerprint256: other.pki.root.certificate.fingerprint256,
    responseMs: 1,
  };
};

describe('scheduled checks', () => {
  it('checks at the start, every 15 minutes and on demand', async () => {
    const connectionsOf = async (work: () => Promise<unknown>) => {
      const before = device.connections.length;
      await work();
      return device.connections.length - before;
    };
    const upgradesBefore = device.counts.upgrades;
    const one = await connectionsOf(async () => {
      monitor.tick();
      await untilState('connected');
    });
    expect(one).toBe(1);
    expect(device.counts).toMatchObject({ upgrades: upgradesBefore });
    expect(await connectionsOf(async () => monitor.tick())).toBe(0);
    offset += 14 * MINUTE_MS;
    expect(await connectionsOf(async () => monitor.tick())).toBe(0);
    offset += 2 * MINUTE_MS;
    expect(
      await connectionsOf(async () => {
        monitor.tick();
        await monitor.check(id);
      }),
    ).toBe(one);
    expect(history).toEqual(['checking', 'connected', 'checking', 'connected']);
  });

  it('joins two checks of one pairing', async () => {
    const [a, b] = await Promise.all([monitor.check(id), monitor.check(id)]);
    expect(a).toBe(b);
  });

  it('names what happened to the device', async () => {
    device.setFault('other-serial');
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'wrong-device', error: { code: 'serial-mismatch' } });
    device.setFault('wrong-issuer');
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'wrong-device', error: { code: 'device-issuer-unknown' } });
    device.setFault('none');
    device.revoke('POS-1');
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'refused' });
    await device.stop();
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'unreachable' });
  });

  it('accepts a restarted device with a new certificate of the same serial', async () => {
    await monitor.check(id);
    await device.restart({ newCertificate: true });
    await monitor.check(id);
    expect(status().state).toBe('connected');
    expect(register.vault.find(id)?.deviceCertificate.fingerprint256).toBe(device.certificateFingerprint);
  });

  it('does not know a device by another Root CA than the one it was paired under', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    const otherPki = await createVendorPki();
    register.vault.removeRootCa(device.pki.root.certificate.fingerprint256);
    register.trust(otherPki.root.certificatePem);
    await monitor.trustChanged([id]);
    await untilState('failed');
    expect(status()).toMatchObject({ live: false, error: { code: 'root-ca-replaced' } });
    expect(statusAction(status())).toBe('pair-again');

    // The same serial number under the new Root CA is not taken for the same device either: it does not know us.
    const { port, serial } = device;
    await device.stop();
    const renewed = await startSimulatedDevice({ pki: otherPki, serial, port });
    await monitor.check(id);
    expect(status().error?.code).toBe('root-ca-replaced');
    expect(renewed.counts).toMatchObject({ requests: 0, upgrades: 0 });

    const { result } = await register.pair(renewed, 'wss', { replaces: id });
    expect(result).toMatchObject({ ok: true, value: { id, lastCheck: { result: 'mtls' } } });
    await monitor.check(id);
    expect(status().state).toBe('connected');
    await renewed.stop();
  });

  it('sees certificates end by the clock alone', async () => {
    await monitor.check(id);
    const end = Date.parse(register.vault.find(id)?.clientCertificate.validTo ?? '');
    const daysBefore = (days: number) => {
      offset = end - Date.now() - days * 86_400_000 + 1000;
      monitor.tick();
      return status().expiry?.level ?? null;
    };
    expect([31, 30, 7, 1].map(daysBefore)).toEqual([null, '30-days', '7-days', '1-day']);
    expect(daysBefore(0)).toBe('expired');
  });
});

describe('a watched channel', () => {
  it('stays open with a heartbeat, comes back after drops and restarts, and closes on demand', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    expect(device.channelOpen).toBe(true);
    device.dropConnections();
    await until(({ live }) => !live);
    await until(({ live }) => live);
    expect(history).toContain('reconnecting');
    await device.restart();
    await until(({ live }) => !live);
    await until(({ live }) => live);
    await monitor.setWatchLive(id, false);
    expect(status().live).toBe(false);
    expect(register.vault.find(id)?.watchLive).toBe(false);
  });

  it('lets a full test have the channel and takes it back', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    const checked = await monitor.fullTest(id);
    expect(checked.lastCheck).toMatchObject({ result: 'mtls' });
    await until(({ live }) => live);
  });

  it('does not hide that the device lets everybody in', async () => {
    device.setFault('tls-only');
    await monitor.fullTest(id);
    expect(status().state).toBe('tls-only');
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    device.dropConnections();
    await until(({ live }) => !live);
    await until(({ live }) => live);
    expect(status()).toMatchObject({ state: 'tls-only', error: null });
    expect(history).not.toContain('connected');
    device.setFault('none');
    await monitor.fullTest(id);
    await until(({ live }) => live);
    expect(status().state).toBe('connected');
  });

  it('never goes back by itself to a device with another serial', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    device.setFault('other-serial');
    device.dropConnections();
    await untilState('wrong-device');
    const before = device.connections.length;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(device.connections.length).toBe(before);
    expect(status()).toMatchObject({ live: false, nextTryAt: null });
  });

  it('tries again at once when the computer wakes', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    await device.stop();
    await untilState('reconnecting');
    await device.restart();
    monitor.wake();
    await until(({ live }) => live);
  });

  it('is given up while a pairing needs the device', async () => {
    await monitor.setWatchLive(id, true);
    await until(({ live }) => live);
    device.rotateCode();
    const live: boolean[] = [];
    const again = await register.pair(device, 'wss', {
      replaces: id,
      onProgress: ({ stages }) => {
        monitor.tick();
        if (stages.some(({ stage, state }) => stage === 'verify' && state !== 'waiting'))
          live.push(status().live);
      },
    });
    expect(again.result).toMatchObject({ ok: true, value: { watchLive: true } });
    expect(new Set(live)).toEqual(new Set([false]));
    await until(({ live }) => live);
  });
});

describe('a device that is swapped for another one', () => {
  let other: SimulatedDevice;
  beforeEach(async () => {
    other = await startSimulatedDevice({ pki, serial: '1850099999', host: '127.0.0.2' });
    const swapped = await register.pair(other, 'wss', {
      replaces: id,
      allowSwap: true,
      onEnd: ({ stored }) => stored && monitor.pairingChanged(stored),
      onProgress: ({ stages }) => {
        if (stages.find(({ stage }) => stage === 'prove')?.state === 'running') void other.stop();
      },
    });
    expect(swapped.last?.outcome).toMatchObject({ kind: 'waiting' });
  });
  afterEach(() => other.stop());

  const pendingOf = async () => (await register.vault.credentials(id)).map(({ pending }) => pending);
  const shown = () => register.vault.find(id);
  const serialOf = ({ serial }: SimulatedDevice) => ({ kind: 'serial', serial });

  it('stays in use as long as the other one is not proved, and is replaced once it is', async () => {
    const checked = await monitor.check(id);
    expect(checked).toMatchObject({ identity: serialOf(device), lastCheck: { result: 'mtls' } });
    expect(status()).toMatchObject({ state: 'connected', error: null });
    expect(shown()).toMatchObject({
      identity: serialOf(device),
      address: { host: device.host, port: device.port },
      deviceCertificate: { fingerprint256: device.certificateFingerprint },
      proved: true,
    });
    expect(await pendingOf()).toEqual([true, false]);

    await other.restart();
    expect(await monitor.check(id)).toMatchObject({
      identity: serialOf(other),
      lastCheck: { result: 'mtls' },
      deviceCertificate: { fingerprint256: other.certificateFingerprint },
    });
    expect(shown()?.address.host).toBe('127.0.0.2');
    expect(await pendingOf()).toEqual([false]);
  });

  it('stays in use for good when the other one refuses', async () => {
    await other.restart();
    other.revoke('POS-1');
    await monitor.check(id);
    expect(status().state).toBe('connected');
    expect(shown()?.identity).toMatchObject(serialOf(device));
    expect(await pendingOf()).toEqual([false]);
  });

  it('decides about the outcome when neither answers', async () => {
    device.setFault('other-serial');
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'wrong-device', error: { code: 'serial-mismatch' } });
    expect(shown()?.identity).toMatchObject(serialOf(device));
    expect(await pendingOf()).toEqual([true, false]);
  });
});

describe('a moved device', () => {
  let moved: SimulatedDevice;
  beforeEach(async () => {
    const state = await device.exportState();
    await device.stop();
    moved = await startSimulatedDevice({ state, host: '127.0.0.2' });
  });
  afterEach(() => moved.stop());

  it('is followed to its new address, and that is told', async () => {
    located = [foundAt(moved)];
    await monitor.check(id);
    await untilState('connected');
    expect(register.vault.find(id)?.address).toEqual({ host: '127.0.0.2', port: moved.port });
    expect(moves).toMatchObject([{ from: { host: '127.0.0.1' }, to: { host: '127.0.0.2' } }]);
  });

  it('is not followed while a pairing has it', async () => {
    located = [foundAt(moved)];
    const identity = { kind: 'serial' as const, serial: device.serial };
    const { signal } = new AbortController();
    let lease: Promise<Lease> | undefined;
    listeners.push(() => {
      if (status().state === 'unreachable')
        lease ??= register.context.leases.acquire(identity, { holder: 'pairing', signal });
    });
    await monitor.check(id);
    await new Promise((resolve) => setImmediate(resolve));
    expect([searches, moves, register.vault.find(id)?.address.host]).toEqual([1, [], '127.0.0.1']);
    (await lease)?.release();
  });

  it('is looked for only when asked while the setting is off, and then offered', async () => {
    settings.followAddressChanges = false;
    located = [foundAt(moved)];
    await monitor.check(id);
    expect([searches, status().movedTo]).toEqual([0, null]);
    await monitor.findMoved(id);
    expect(status().movedTo).toEqual({ host: '127.0.0.2', port: moved.port });
    expect(register.vault.find(id)?.address.host).toBe('127.0.0.1');
    await monitor.moveAddress(id, { host: moved.host, port: moved.port });
    expect(status()).toMatchObject({ state: 'connected', movedTo: null });
  });

  it('is searched for at most once in five minutes, unless asked', async () => {
    await monitor.check(id);
    await monitor.check(id);
    expect(searches).toBe(1);
    expect(await monitor.findMoved(id)).toBeNull();
    expect(searches).toBe(2);
    offset += 6 * MINUTE_MS;
    await monitor.check(id);
    expect(searches).toBe(3);
  });

  it('is not mistaken for another one', async () => {
    const stranger = await startSimulatedDevice({ pki, serial: '1850077777', host: '127.0.0.3' });
    located = [foundAt(stranger)];
    await monitor.check(id);
    expect(status()).toMatchObject({ state: 'unreachable', movedTo: null });
    expect(moves).toEqual([]);
    await stranger.stop();
  });

  it('whose old address now belongs to an impostor is found, and the impostor gets nothing', async () => {
    const impostor = await startSimulatedDevice({ pki, serial: '1850066666', port: device.port });
    located = [foundAt(moved)];
    await monitor.check(id);
    await untilState('connected');
    expect(register.vault.find(id)?.address.host).toBe('127.0.0.2');
    expect(impostor.received).toEqual([]);
    await impostor.stop();
  });
});
