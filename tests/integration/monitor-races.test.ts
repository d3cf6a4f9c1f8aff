import { connect } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PairingService } from '../../electron/core/pairing/pairing-service.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { EVERYBODY } from '../support/manager.ts';
import { watchRegister } from '../support/monitor.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';

const DAY_MS = 86_400_000;
let pki: VendorPki;
let device: SimulatedDevice;
let register: ReturnType<typeof testRegister>;
let watched: ReturnType<typeof watchRegister>;
let id: string;

beforeAll(async () => {
  pki = await createVendorPki();
});
beforeEach(async () => {
  device = await startSimulatedDevice({ pki });
  register = testRegister(device.rootCaPem);
  const { result } = await register.pair(device, 'wss');
  expect(result).toMatchObject({ ok: true });
  id = result.ok ? result.value.id : '';
  watched = watchRegister(register);
});
afterEach(async () => {
  await watched.monitor.close();
  await device.stop();
});

const codeOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'ok',
    (thrown) => thrown?.appError?.code ?? String(thrown),
  );
const serialIdentity = () => ({ kind: 'serial' as const, serial: device.serial });
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

/** Accepted after all connections begun before, so that none of them is still on its way. */
async function allConnectionsSeen(): Promise<void> {
  const probe = connect(device.port, device.host);
  probe.on('error', () => {});
  await new Promise((resolve) => probe.once('connect', resolve));
  const own = probe.localPort;
  while (!device.connections.some(({ remotePort }) => remotePort === own)) await nextTurn();
  probe.destroy();
}

/** A check that waits for an answer which never comes. */
async function stuckCheck(kind: 'check' | 'fullTest' = 'check'): Promise<{ outcome: Promise<string> }> {
  device.setFault('silence');
  const before = device.connections.length;
  const outcome = codeOf(watched.monitor[kind](id));
  while (device.connections.length === before) await nextTurn();
  return { outcome };
}

describe('a check', () => {
  it('of a pairing that is removed meanwhile is broken off and brings nothing back', async () => {
    const check = await stuckCheck();
    register.vault.remove(id);
    await watched.monitor.pairingRemoved(id);
    expect(await check.outcome).toBe('cancelled');
    expect(register.vault.pairings).toEqual([]);
    expect([...register.documents.files.keys()]).toEqual([expect.stringMatching(/^root-cas\//)]);
    expect(watched.monitor.statuses).toEqual({});
    expect(await codeOf(watched.monitor.check(id))).toBe('not-found');
  });

  it('whose outcome cannot be stored is no news of the connection', async () => {
    register.documents.failWrites = true;
    expect(await codeOf(watched.monitor.check(id))).toBe('ok');
    expect(watched.status(id)).toMatchObject({ state: 'connected', error: null });
    register.documents.failWrites = false;
    await watched.monitor.check(id);
    expect(watched.status(id).state).toBe('connected');
  });

  it('has the channel for itself: nothing opens it meanwhile', async () => {
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    const check = await stuckCheck();
    const before = device.connections.length;
    watched.monitor.tick();
    await watched.monitor.setWatchLive(id, true);
    watched.monitor.wake();
    await allConnectionsSeen();
    expect(device.connections.length).toBe(before + 1);
    await watched.monitor.close();
    expect(await check.outcome).toBe('cancelled');
  });

  it('runs again soon when a pairing broke it off, and the status before holds meanwhile', async () => {
    await watched.monitor.check(id);
    const check = await stuckCheck('fullTest');
    const lease = await register.context.leases.acquire(serialIdentity(), {
      holder: 'pairing',
      signal: new AbortController().signal,
    });
    expect(await check.outcome).toBe('cancelled');
    expect(watched.status(id).state).toBe('connected');
    watched.monitor.tick();
    expect(watched.status(id).state).toBe('connected');
    device.setFault('none');
    lease.release();
    expect(watched.status(id).state).toBe('checking');
    await watched.untilState(id, 'connected');
  });

  it('asked for while its pairing is made anew waits, and then judges the new credentials', async () => {
    device.rotateCode();
    let check: Promise<string> | undefined;
    const before = register.vault.find(id)?.pairedAt;
    register.setClock(() => Date.now() + 1);
    const again = await register.pair(device, 'wss', {
      replaces: id,
      onProgress: ({ stages }) => {
        const sending = stages.some(({ stage, state }) => stage === 'send' && state === 'running');
        if (sending) check ??= codeOf(watched.monitor.check(id));
      },
    });
    expect(again.result).toMatchObject({ ok: true });
    expect(await check).toBe('ok');
    expect(register.vault.find(id)?.pairedAt).not.toBe(before);
    expect(watched.status(id).state).toBe('connected');
    expect(register.context.leases.size).toBe(0);
  });

  it('is due when the clock was set back by a day', async () => {
    await watched.monitor.check(id);
    watched.monitor.tick();
    expect(watched.status(id).state).toBe('connected');
    register.setClock(() => Date.now() - DAY_MS / 2);
    watched.monitor.tick();
    expect(watched.status(id).state).toBe('checking');
    await watched.monitor.check(id).catch(() => {});
  });
});

describe('a watched channel', () => {
  it('that was refused is not opened again by itself, however often the clock ticks', async () => {
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    device.setFault('mtls-refused-alert');
    await watched.monitor.check(id);
    expect(watched.status(id).state).toBe('refused');
    const before = device.connections.length;
    for (let i = 0; i < 5; i += 1) watched.monitor.tick();
    expect(watched.status(id)).toMatchObject({ state: 'refused', live: false, nextTryAt: null });
    expect(device.connections.length).toBe(before);
    // Once the device accepts the certificate again, the next check opens the channel too.
    device.setFault('none');
    await watched.monitor.check(id);
    await watched.untilLive(id);
  });

  it('notices a new certificate of its device', async () => {
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    await device.restart({ newCertificate: true });
    const seen = () => register.vault.find(id)?.deviceCertificate.fingerprint256;
    expect(seen()).not.toBe(device.certificateFingerprint);
    await watched.until(() => seen() === device.certificateFingerprint && watched.status(id).live);
  });

  it('goes on while another device is paired, and makes room when its own is', async () => {
    const other = await startSimulatedDevice({ pki, serial: '1850099999', host: '127.0.0.2' });
    const { result } = await register.pair(other, 'wss', { onEnd: watched.onEnd });
    const otherId = result.ok ? result.value.id : '';
    await watched.monitor.setWatchLive(id, true);
    await watched.monitor.setWatchLive(otherId, true);
    await watched.until(() => watched.status(id).live && watched.status(otherId).live);
    const before = watched.told.length;
    const ended = new Promise((resolve) => {
      const service = new PairingService({
        authorize: EVERYBODY,
        context: register.context,
        tell: (news) => {
          if (news.type === 'pairing-ended') resolve(news.end);
          if (news.type === 'pairing-progress' && news.progress.identityQuestion)
            service.answerIdentity(news.progress.attemptId, true);
        },
        onStored: (pairing) => watched.monitor.pairingChanged(pairing),
      });
      device.rotateCode();
      // By another name, so that only its serial number tells that it is the watched device.
      service.start({
        address: `localhost:${device.port}`,
        transport: 'wss',
        code: device.code,
        posId: 'POS-2',
        serial: '',
        serialSource: 'typed',
        replaces: null,
        allowSwap: false,
      });
    });
    expect(await ended).toMatchObject({ result: { ok: true } });
    const toldOf = (which: string) => watched.told.slice(before).filter((news) => news.id === which);
    expect(toldOf(otherId)).toEqual([]);
    expect(toldOf(id)[0]?.status.live).toBe(false);
    await watched.untilLive(id);
    expect(watched.status(otherId).live).toBe(true);
    await other.stop();
  });

  it('of a device that two pairings share is open once, and passes on when it is no longer wanted', async () => {
    device.rotateCode();
    const { result } = await register.pair(device, 'wss', { posId: 'POS-2', onEnd: watched.onEnd });
    const second = result.ok ? result.value.id : '';
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    await watched.monitor.setWatchLive(second, true);
    await watched.monitor.check(second);
    await watched.until(() => [id, second].some((each) => watched.status(each).live));
    const [holder, waiting] = watched.status(id).live ? [id, second] : [second, id];
    expect(watched.status(waiting).live).toBe(false);
    await watched.monitor.setWatchLive(holder, false);
    await watched.untilLive(waiting);
    expect(watched.status(holder).live).toBe(false);
  });

  it('is closed properly when the app ends, which is no news', async () => {
    await watched.monitor.setWatchLive(id, true);
    await watched.untilLive(id);
    const told = watched.told.length;
    const goodbye = device.nextEvent('channel-closed');
    await watched.monitor.close();
    await goodbye;
    watched.monitor.tick();
    watched.monitor.wake();
    expect(watched.told.length).toBe(told);
    expect(await codeOf(watched.monitor.check(id))).toBe('cancelled');
  });
});

describe('a pairing that is made anew', () => {
  it('stays removed when it is removed before the new credentials arrive', async () => {
    device.rotateCode();
    const again = await register.pair(device, 'wss', {
      replaces: id,
      onProgress: ({ stages }) => {
        const sending = stages.some(({ stage, state }) => stage === 'check' && state === 'running');
        if (sending && register.vault.find(id)) register.vault.remove(id);
      },
    });
    expect(again.result).toMatchObject({ ok: false, error: { code: 'not-found', stage: 'store' } });
    expect(register.vault.pairings).toEqual([]);
  });
});
