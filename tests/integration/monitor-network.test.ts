import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { watchRegister } from '../support/monitor.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

/** The network: devices live at the first addresses, the last ones are free to move to. */
const HOSTS = ['127.0.0.11', '127.0.0.12', '127.0.0.13', '127.0.0.21', '127.0.0.22'];
const MINUTE_MS = 60_000;
let pki: VendorPki;
let register: ReturnType<typeof testRegister>;
let watched: ReturnType<typeof watchRegister>;
let devices: SimulatedDevice[];
let ids: string[];
let offset: number;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  devices = [];
  ids = [];
  offset = 0;
  const first = await start({ pki, serial: '1850000001', host: HOSTS[0] ?? '' });
  await start({ pki, serial: '1850000002', host: HOSTS[1] ?? '', port: first.port });
  await start({ pki, serial: '1850000003', host: HOSTS[2] ?? '', port: first.port });
  register = testRegister(first.rootCaPem);
  register.setClock(() => Date.now() + offset);
  for (const device of devices) {
    const { result } = await register.pair(device, 'wss');
    if (result.ok) ids.push(result.value.id);
  }
  watched = watchRegister(register, HOSTS);
});
afterEach(async () => {
  await watched.monitor.close();
  await Promise.all(devices.map((device) => device.stop()));
});

async function start(options: Parameters<typeof startSimulatedDevice>[0]): Promise<SimulatedDevice> {
  const device = await startSimulatedDevice(options);
  devices.push(device);
  return device;
}
const nth = <T>(list: readonly T[], index: number): T => {
  const item = list[index];
  if (item === undefined) throw new Error(`no item ${index}`);
  return item;
};
const hostOf = (id: string) => register.vault.find(id)?.address.host;

/** The same device, with all it remembers, at another address and the same port. */
async function move(index: number, host: string): Promise<SimulatedDevice> {
  const device = nth(devices, index);
  const state = await device.exportState();
  await device.stop();
  return start({ state, host, port: device.port });
}

describe('several devices', () => {
  it('are watched side by side through a drop, a restart with a new certificate, and a move', async () => {
    for (const id of ids) await watched.monitor.setWatchLive(id, true);
    await watched.until(() => ids.every((id) => watched.status(id).live));
    const [steady, restarted, moving] = [nth(ids, 0), nth(ids, 1), nth(ids, 2)];

    await nth(devices, 1).stop();
    await watched.untilState(restarted, 'reconnecting');
    expect(watched.status(restarted).nextTryAt).not.toBeNull();
    await nth(devices, 1).restart({ newCertificate: true });
    watched.monitor.wake();
    await watched.untilLive(restarted);
    expect(register.vault.find(restarted)?.deviceCertificate.fingerprint256).toBe(
      nth(devices, 1).certificateFingerprint,
    );

    // The search made for the drop is recent; a search is made at most once in five minutes.
    offset += 6 * MINUTE_MS;
    await move(2, '127.0.0.21');
    await watched.until(() => hostOf(moving) === '127.0.0.21' && watched.status(moving).live);
    expect(watched.moves).toMatchObject([
      { id: moving, from: { host: '127.0.0.13' }, to: { host: '127.0.0.21' } },
    ]);

    expect([hostOf(steady), hostOf(restarted)]).toEqual(['127.0.0.11', '127.0.0.12']);
    expect(watched.told.some(({ id, status }) => id === steady && status.state === 'reconnecting')).toBe(
      false,
    );
  });

  it('are all found again when all of them moved, with one search', async () => {
    await Promise.all([move(0, '127.0.0.21'), move(1, '127.0.0.22')]);
    watched.monitor.tick();
    await watched.until(() => ids.every((id) => watched.status(id).state === 'connected'));
    expect(ids.map(hostOf)).toEqual(['127.0.0.21', '127.0.0.22', '127.0.0.13']);
    expect(watched.searches()).toBe(1);
  });
});

describe('an impostor at the address of a device', () => {
  it.each([
    ['another serial number', 'serial-mismatch', { serial: '1850066666' }],
    [
      'the same serial number from another issuer',
      'device-issuer-unknown',
      { serial: '1850000001', fault: 'wrong-issuer' },
    ],
  ] as const)('with %s is never connected to, checked or watched', async (_what, code, identity) => {
    const id = nth(ids, 0);
    const { port } = nth(devices, 0);
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    await nth(devices, 0).stop();
    const impostor = await start({ pki, host: '127.0.0.11', port, ...identity });
    watched.monitor.wake();
    await watched.untilState(id, 'wrong-device');
    expect(watched.status(id)).toMatchObject({ live: false, error: { code } });
    for (let i = 0; i < 3; i += 1) {
      await watched.monitor.check(id);
      watched.monitor.tick();
      expect(watched.status(id)).toMatchObject({ state: 'wrong-device', live: false, nextTryAt: null });
    }
    expect(hostOf(id)).toBe('127.0.0.11');
    expect(watched.moves).toEqual([]);
    expect(impostor.received).toEqual([]);
    expect(impostor.channelOpen).toBe(false);

    // The real one comes back.
    await impostor.stop();
    await nth(devices, 0).restart();
    await watched.monitor.check(id);
    await watched.untilLive(id);
  });

  it('elsewhere is not followed, neither with another serial number nor with another issuer', async () => {
    const id = nth(ids, 0);
    const { port } = nth(devices, 0);
    await nth(devices, 0).stop();
    await start({ pki, host: '127.0.0.21', port, serial: '1850066666' });
    await start({ pki, host: '127.0.0.22', port, serial: '1850000001', fault: 'wrong-issuer' });
    await watched.monitor.check(id);
    expect(await watched.monitor.findMoved(id)).toBeNull();
    expect(watched.searches()).toBeGreaterThan(0);
    expect(watched.status(id)).toMatchObject({ state: 'unreachable', movedTo: null });
    expect(hostOf(id)).toBe('127.0.0.11');
  });
});

describe('the search for a moved device', () => {
  it('is made at most once in five minutes for all pairings, unless somebody asks, and then once', async () => {
    await Promise.all([nth(devices, 0).stop(), nth(devices, 1).stop()]);
    const [a, b] = [nth(ids, 0), nth(ids, 1)];
    await Promise.all([watched.monitor.check(a), watched.monitor.check(b)]);
    await watched.monitor.check(a);
    expect(watched.searches()).toBe(1);
    await Promise.all([watched.monitor.findMoved(a), watched.monitor.findMoved(b)]);
    expect(watched.searches()).toBeLessThanOrEqual(2);
    const before = watched.searches();
    offset -= 24 * 60 * MINUTE_MS;
    await watched.monitor.check(a);
    expect(watched.searches()).toBe(before + 1);
  });

  it('is not made by itself when changes are not followed; when asked for, the address is offered', async () => {
    watched.settings.followAddressChanges = false;
    const id = nth(ids, 0);
    await move(0, '127.0.0.21');
    const before = watched.searches();
    await watched.monitor.check(id);
    expect(watched.searches()).toBe(before);
    await watched.monitor.findMoved(id);
    expect(watched.status(id)).toMatchObject({ state: 'unreachable', movedTo: { host: '127.0.0.21' } });
    expect([hostOf(id), watched.moves.length]).toEqual(['127.0.0.11', 0]);
    await watched.monitor.moveAddress(id, { host: '127.0.0.21', port: nth(devices, 0).port });
    expect(watched.status(id)).toMatchObject({ state: 'connected', movedTo: null });
  });
});

describe('certificates', () => {
  it('that end are told 30, 7 and 1 days before, and when they have ended, also for a live channel', async () => {
    const id = nth(ids, 0);
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    const record = register.vault.find(id);
    const end = Math.min(
      ...[record?.clientCertificate, record?.deviceCertificate].map((c) => Date.parse(c?.validTo ?? '')),
    );
    const levels = [31, 30, 7, 1, 0].map((days) => {
      offset = end - Date.now() - days * 86_400_000 + 1000;
      watched.monitor.tick();
      return [watched.status(id).expiry?.level ?? null, watched.status(id).live];
    });
    expect(levels).toEqual([
      [null, true],
      ['30-days', true],
      ['7-days', true],
      ['1-day', true],
      ['expired', true],
    ]);
  });

  it('that are not valid yet by a clock before this app was made mean that the clock is wrong', async () => {
    const id = nth(ids, 0);
    offset = -10 * 365 * 86_400_000;
    await watched.monitor.check(id);
    expect(watched.status(id)).toMatchObject({ state: 'clock-wrong', error: { clockSuspect: true } });
    offset = 0;
    await watched.monitor.check(id);
    expect(watched.status(id).state).toBe('connected');
  });

  it('that are not asked for mean TLS only', async () => {
    nth(devices, 0).setFault('tls-only');
    await watched.monitor.fullTest(nth(ids, 0));
    expect(watched.status(nth(ids, 0))).toMatchObject({ state: 'tls-only', error: null });
    // A quiet check cannot tell, and takes nothing back.
    await watched.monitor.check(nth(ids, 0));
    expect(watched.status(nth(ids, 0)).state).toBe('tls-only');
  });
});
