import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { type Channel, type ClientIdentity, openWebSocket } from '../simulator/clients.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { registerThroughDays } from '../support/simulated-days.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const TEST_MS = 60_000;

let pki: VendorPki;
let device: SimulatedDevice;
let days: ReturnType<typeof registerThroughDays>;
let id: string;
let till: Awaited<ReturnType<typeof startTill>> | undefined;

beforeAll(async () => {
  pki = await createVendorPki();
});
afterEach(async () => {
  till?.stop();
  till = undefined;
  await days.monitor.close();
  await device.stop();
});

async function pair(
  options: Parameters<typeof startSimulatedDevice>[0] = {},
  settings: Partial<typeof DEFAULT_SETTINGS> = {},
): Promise<void> {
  device = await startSimulatedDevice({ pki, ...options });
  days = registerThroughDays(device.rootCaPem, { ...DEFAULT_SETTINGS, ...settings });
  const { result } = await days.register.pair(device, 'wss', {
    onEnd: ({ stored }) => stored && days.monitor.pairingChanged(stored),
  });
  if (!result.ok) throw new Error(result.error.code);
  id = result.value.id;
  device.clearJournal();
}

const stateOf = () => days.monitor.statuses[id];

/** The point-of-sale software beside this app: the same keys, one WebSocket, opened again whenever it ends. */
async function startTill(identity: ClientIdentity) {
  let evictions = 0;
  let channel: Channel;
  let reopened: Promise<void> | undefined;
  let stopped = false;
  const open = async (): Promise<void> => {
    channel = await openWebSocket(device, identity);
    void channel.closed.then(() => {
      if (stopped) return;
      evictions += 1;
      reopened = open();
    });
  };
  await open();
  return {
    get evictions() {
      return evictions;
    },
    /** Waits until it has its channel back, if it was taken away. */
    settled: () => reopened ?? Promise.resolve(),
    ask: () => {
      channel.ws.send(JSON.stringify({ type: 'StatusRequest' }));
      return channel.next();
    },
    stop: () => {
      stopped = true;
      channel.ws.terminate();
    },
  };
}

async function tillOfRegister() {
  const [stored] = await days.register.vault.credentials(id);
  if (!stored?.credentials) throw new Error('no credentials');
  const { privateKeyPem: key, certificateChainPem: cert } = stored.credentials;
  till = await startTill({ key, cert });
  return till;
}

describe('24 hours of the schedule', () => {
  it(
    'beside the open channel of a till open no other, and leave it open',
    async () => {
      await pair();
      const opened = await tillOfRegister();
      expect(device.counts.upgrades).toBe(1);
      await days.pass(DAY_MS);
      expect(device.counts).toMatchObject({ upgrades: 1 });
      expect(opened.evictions).toBe(0);
      expect(await opened.ask()).toContain('TransactionStatusResponse');
      // It did look: once in each quarter of an hour, with a handshake alone.
      expect(device.connections).toHaveLength(1 + DAY_MS / (15 * MINUTE_MS));
      expect(stateOf()).toMatchObject({ state: 'connected', live: false });
      expect(days.searchedAt).toEqual([]);
    },
    TEST_MS,
  );

  it.each([
    { secondChannel: 'newest-wins-1000', hours: 24 },
    { secondChannel: 'newest-wins-1008', hours: 4 },
    { secondChannel: 'newest-wins-4000', hours: 4 },
    { secondChannel: 'newest-wins-cut', hours: 4 },
  ] as const)(
    'with Watch live on cost the till its channel at most once ($secondChannel, $hours hours)',
    async ({ secondChannel, hours }) => {
      await pair({ secondChannel });
      await days.monitor.setWatchLive(id, true);
      await days.settled();
      expect(stateOf()).toMatchObject({ state: 'connected', live: true });
      await days.pass(HOUR_MS);
      expect(device.counts.upgrades).toBe(1);

      // In the morning the till is switched on, and takes the channel.
      const opened = await tillOfRegister();
      for (let hour = 1; hour < hours; hour += 1) {
        await days.pass(HOUR_MS);
        await opened.settled();
        await days.settled();
        expect(stateOf()?.live).toBe(false);
      }
      expect(opened.evictions).toBeLessThanOrEqual(1);
      expect(await opened.ask()).toContain('TransactionStatusResponse');
      // Ours, the till's, and for each eviction one more of either.
      expect(device.counts.upgrades).toBe(2 + 2 * opened.evictions);
    },
    TEST_MS,
  );

  it(
    'with Watch live switched on beside a till take its channel once, and leave it the second time',
    async () => {
      await pair();
      const opened = await tillOfRegister();
      await days.monitor.setWatchLive(id, true);
      await days.settled();
      await expect.poll(() => opened.evictions).toBe(1);
      await opened.settled();
      await days.pass(DAY_MS);
      expect(opened.evictions).toBe(1);
      expect(device.counts.upgrades).toBe(3);
      expect(await opened.ask()).toContain('TransactionStatusResponse');
      expect(stateOf()).toMatchObject({ live: false });
    },
    TEST_MS,
  );
});

describe('8 hours in which the device is off', () => {
  it.each([
    { watchLive: false, what: 'checked' },
    { watchLive: true, what: 'watched' },
  ])(
    'cost at most twelve searches, in the end one an hour, when it is $what',
    async ({ watchLive }) => {
      await pair();
      if (watchLive) {
        await days.monitor.setWatchLive(id, true);
        await days.settled();
      }
      await days.pass(HOUR_MS);
      expect(stateOf()).toMatchObject({ state: 'connected', live: watchLive });
      await device.stop();
      await days.pass(8 * HOUR_MS);
      expect(['unreachable', 'reconnecting']).toContain(stateOf()?.state);
      expect(days.searchedAt.length).toBeGreaterThan(0);
      expect(days.searchedAt.length).toBeLessThanOrEqual(12);
      const pauses = days.searchedAt.slice(1).map((at, index) => at - (days.searchedAt[index] ?? 0));
      for (const pause of pauses.slice(-3)) expect(pause).toBeGreaterThanOrEqual(HOUR_MS);

      // It is on again in the morning, and known at the next look.
      await device.restart();
      await days.pass(16 * MINUTE_MS);
      expect(stateOf()).toMatchObject({ state: 'connected', live: watchLive });
    },
    TEST_MS,
  );

  it(
    'cost no search while Follow address changes is off',
    async () => {
      await pair({}, { followAddressChanges: false });
      await device.stop();
      await days.pass(8 * HOUR_MS);
      expect(stateOf()?.state).toBe('unreachable');
      expect(days.searchedAt).toEqual([]);
    },
    TEST_MS,
  );
});
