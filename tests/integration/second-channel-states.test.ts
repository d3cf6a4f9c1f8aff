import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { needsAttention } from '../../shared/status.ts';
import { SECOND_CHANNEL_POLICY_NAMES, type SecondChannelPolicy } from '../simulator/channel-policies.ts';
import { type Channel, openWebSocket } from '../simulator/clients.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { watchRegister } from '../support/monitor.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

let pki: VendorPki;
let device: SimulatedDevice;
let register: ReturnType<typeof testRegister>;
let watched: ReturnType<typeof watchRegister>;
let id: string;
let till: Channel;
let tillLost: boolean;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  device = await startSimulatedDevice({ pki });
  register = testRegister(device.rootCaPem, { proofMs: 1_500 });
  watched = watchRegister(register);
  const { result } = await register.pair(device, 'wss', { onEnd: watched.onEnd });
  if (!result.ok) throw new Error(result.error.code);
  id = result.value.id;
});
afterEach(async () => {
  await watched.monitor.close();
  await device.stop();
});

/** The point-of-sale software, with the keys in use. */
async function openTill(secondChannel: SecondChannelPolicy): Promise<void> {
  const stored = await register.vault.credentials(id);
  const active = stored.find(({ pending }) => !pending);
  if (!active?.credentials) throw new Error('no credentials');
  const { privateKeyPem: key, certificateChainPem: cert } = active.credentials;
  device.configure({ secondChannel });
  till = await openWebSocket(device, { key, cert });
  tillLost = false;
  void till.closed.then(() => {
    tillLost = true;
  });
}

/** The same device is paired once more, and goes away before the new keys are proved. */
async function pairAgainWithoutProof(): Promise<void> {
  device.rotateCode();
  const { last } = await register.pair(device, 'wss', {
    posId: 'POS-2',
    replaces: id,
    onEnd: watched.onEnd,
    onProgress: ({ stages }) => {
      if (stages.find(({ stage }) => stage === 'prove')?.state === 'running') void device.stop();
    },
  });
  expect(last?.outcome).toMatchObject({ kind: 'waiting' });
  await device.restart();
}

const kept = async () =>
  (await register.vault.credentials(id)).map(({ pending, record, credentials }) => ({
    pending,
    credentials,
    fingerprint: record.clientCertificate.fingerprint256,
  }));

/** The state each policy leads to after the whole test. */
const SHOWN: Readonly<Record<SecondChannelPolicy, string>> = {
  'newest-wins-1000': 'connected',
  'newest-wins-1008': 'connected',
  'newest-wins-4000': 'connected',
  'newest-wins-cut': 'connected',
  'close-1000': 'in-use',
  'close-1001': 'in-use',
  'close-1008': 'unclear',
  'close-1013': 'in-use',
  'close-4000': 'in-use',
  'http-403': 'unclear',
  'http-409': 'in-use',
  'http-503': 'in-use',
  'cut-before-upgrade': 'unreachable',
  'cut-after-upgrade': 'in-use',
  unanswered: 'unreachable',
};

describe.each(SECOND_CHANNEL_POLICY_NAMES)('a second channel while a till has one: %s', (policy) => {
  const newestWins = policy.startsWith('newest-wins');

  it('Check connection leaves the till alone and shows a working pairing', async () => {
    await openTill(policy);
    const [before, { upgrades }] = [await kept(), device.counts];
    await watched.monitor.check(id);
    const status = watched.status(id);
    expect(status).toMatchObject({ state: 'connected', error: null });
    expect(needsAttention(status)).toBe(false);
    expect(device.counts).toMatchObject({ upgrades });
    expect(tillLost).toBe(false);
    expect(await kept()).toEqual(before);
  });

  it(`the full test shows "${SHOWN[policy]}" and discards nothing`, async () => {
    await openTill(policy);
    const before = await kept();
    await watched.monitor.fullTest(id);
    expect(watched.status(id).state).toBe(SHOWN[policy]);
    expect(await kept()).toEqual(before);
    if (newestWins) await till.closed;
    expect(tillLost).toBe(newestWins);

    // With the channel free again, the same keys are as good as before.
    till.ws.terminate();
    await till.closed;
    await expect.poll(() => device.channelOpen).toBe(false);
    await watched.monitor.fullTest(id);
    expect(watched.status(id)).toMatchObject({ state: 'connected', error: null });
  });

  it('new keys that wait for their proof are kept, and proved once the channel is free', async () => {
    await pairAgainWithoutProof();
    await openTill(policy);
    const before = await kept();
    expect(before.map(({ pending }) => pending)).toEqual([true, false]);
    await watched.monitor.fullTest(id);
    if (!newestWins) {
      expect(watched.status(id)).toMatchObject({ state: 'waiting', error: null });
      expect(await kept()).toEqual(before);
      expect(tillLost).toBe(false);
      till.ws.terminate();
      await till.closed;
      await expect.poll(() => device.channelOpen).toBe(false);
      await watched.monitor.check(id);
    }
    expect(watched.status(id)).toMatchObject({ state: 'connected', error: null });
    expect(await kept()).toMatchObject([{ pending: false, fingerprint: before[0]?.fingerprint }]);
  });
});

it('the table has all fifteen policies', () => {
  expect(Object.keys(SHOWN)).toEqual(SECOND_CHANNEL_POLICY_NAMES);
  expect(SECOND_CHANNEL_POLICY_NAMES).toHaveLength(15);
});
