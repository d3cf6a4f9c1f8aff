import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { later } from '../../electron/core/later.ts';
import type { News } from '../../electron/core/news.ts';
import { ConnectionMonitor } from '../../electron/core/status/monitor.ts';
import type { PairingProgress } from '../../shared/pairing.ts';
import {
  createVendorPki,
  type SimulatedDevice,
  startSimulatedDevice,
  type VendorPki,
} from '../simulator/device.ts';
import { testRegister } from '../support/register.ts';

const MINUTE_MS = 60_000;
let pki: VendorPki;
let device: SimulatedDevice;
let news: News[];
let offset: number;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  // As real ones: away after a pairing until somebody taps Close and Connect Device.
  device = await startSimulatedDevice({ pki });
  news = [];
  offset = 0;
});
afterEach(() => device.stop());

async function connectDevice(): Promise<void> {
  await device.tapClose();
  await device.tapConnectDevice();
}

function registerWith(proofPatienceMs: number) {
  const register = testRegister(device.rootCaPem, { proofPatienceMs, waitingCheckMs: 15_000 });
  register.setClock(() => Date.now() + offset);
  return register;
}

const monitorOf = (register: ReturnType<typeof testRegister>) =>
  new ConnectionMonitor({
    context: register.context,
    settings: () => ({ checkIntervalMinutes: 60, followAddressChanges: true }),
    search: async () => [],
    heartbeat: { everyMs: 1_000, pongWithinMs: 1_000 },
    random: () => 0,
    later,
    tell: (each) => news.push(each),
  });

const proveStage = ({ stages }: PairingProgress) => stages.find(({ stage }) => stage === 'prove')?.state;

describe.each(['wss', 'https'] as const)('after the code was accepted over %s', (transport) => {
  it('the pairing waits for Connect Device without an error, and then goes on by itself', async () => {
    const register = registerWith(15 * MINUTE_MS);
    let connected: Promise<void> | undefined;
    let toldWaiting = 0;
    const { result, progress, last } = await register.pair(device, transport, {
      onWaiting: () => {
        toldWaiting += 1;
      },
      onProgress: ({ waiting }) => {
        if (waiting) connected ??= connectDevice();
      },
    });
    await connected;
    expect(result).toMatchObject({ ok: true, value: { proved: true, protection: 'mtls' } });
    expect(last?.outcome).toMatchObject({ kind: 'paired' });
    expect(last?.waiting).toBeUndefined();
    const waited = progress.filter(({ waiting }) => waiting);
    expect(new Set(waited.map(proveStage))).toEqual(new Set(['needs-you']));
    expect(waited[0]?.waiting?.error?.code).toMatch(/connection-(refused|lost)/);
    expect(progress.some((each) => proveStage(each) === 'failed')).toBe(false);
    expect(toldWaiting).toBe(1);
  });

  it('it can be finished later: the monitor goes on every 15 seconds, and proves it', async () => {
    const register = registerWith(15 * MINUTE_MS);
    const cancel = new AbortController();
    const { result, last } = await register.pair(device, transport, {
      signal: cancel.signal,
      onProgress: ({ waiting }) => {
        if (waiting) cancel.abort();
      },
    });
    expect(result).toMatchObject({ ok: true, value: { proved: false } });
    expect(last?.outcome).toMatchObject({ kind: 'waiting' });
    expect(last && proveStage(last)).toBe('needs-you');
    const id = result.ok ? result.value.id : '';

    const monitor = monitorOf(register);
    expect(monitor.statuses[id]).toMatchObject({ state: 'waiting', error: null });
    await monitor.check(id);
    expect(monitor.statuses[id]).toMatchObject({ state: 'waiting', error: null });
    await connectDevice();
    offset += 10_000;
    monitor.tick();
    expect(monitor.statuses[id]?.state).toBe('waiting');
    offset += 6_000;
    const proved = new Promise<void>((resolve) => {
      const push = news.push.bind(news);
      news.push = (...items) => {
        if (items.some(({ type }) => type === 'pairing-proved')) resolve();
        return push(...items);
      };
    });
    monitor.tick();
    await proved;
    expect(register.vault.find(id)).toMatchObject({ proved: true, protection: 'mtls' });
    expect(monitor.statuses[id]?.state).toBe('connected');
    await monitor.close();
  });

  it('it is found waiting after a restart of the app, and proved then', async () => {
    const register = registerWith(0);
    const { result } = await register.pair(device, transport);
    const id = result.ok ? result.value.id : '';
    await connectDevice();
    const vault = register.reopen();
    const monitor = monitorOf({ ...register, context: { ...register.context, vault } });
    expect(monitor.statuses[id]?.state).toBe('waiting');
    expect(await monitor.check(id)).toMatchObject({
      proved: true,
      lastCheck: { result: 'mtls', depth: 'full' },
    });
    await monitor.close();
  });
});

it('after fifteen minutes the pairing stops waiting, and the new keys stay', async () => {
  const register = registerWith(15 * MINUTE_MS);
  const { last } = await register.pair(device, 'wss', {
    onProgress: ({ waiting }) => {
      if (waiting) offset += 8 * MINUTE_MS;
    },
  });
  expect(last?.outcome).toMatchObject({ kind: 'waiting', pairing: { proved: false } });
});

it('a device that refuses the new certificate by an alert ends the waiting at once', async () => {
  const register = registerWith(15 * MINUTE_MS);
  const { result, last } = await register.pair(device, 'wss', {
    onProgress: ({ waiting }) => {
      if (!waiting) return;
      device.revoke('POS-1');
      void connectDevice();
    },
  });
  expect(result).toMatchObject({ ok: false, error: { code: 'mtls-refused', stage: 'prove' } });
  expect(last?.outcome).toMatchObject({ kind: 'failed', credentialsKept: false });
});
