import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Core, createCore } from '../../electron/core/core.ts';
import type { News } from '../../electron/core/news.ts';
import { bridgeCloseCode } from '../../shared/bridge-close-codes.ts';
import type { PairingRequest } from '../../shared/ipc/pairing.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { createCa } from '../simulator/pki.ts';
import { choice, till } from '../support/bridge-rig.ts';
import { CORE_PARTS, requestFor, trustAll } from '../support/core.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

let folder: string;
let device: SimulatedDevice;
let core: Core;
let news: News[];
const listeners = new Set<() => void>();

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'pos-bridge-'));
  device = await startSteadyDevice();
  news = [];
  core = createCore({
    documents: new MemoryDocuments(),
    historyFolder: folder,
    cipher: new MemoryCipher(),
    ...CORE_PARTS,
    tell: (each) => {
      news.push(each);
      for (const listener of listeners) listener();
    },
  });
  await trustAll(core, device.rootCaPem);
});
afterEach(async () => {
  await core.close();
  await device.stop();
  rmSync(folder, { recursive: true, force: true });
});

const until = (wanted: () => boolean): Promise<void> =>
  new Promise((resolve) => {
    const look = () => {
      if (!wanted()) return;
      listeners.delete(look);
      setImmediate(resolve);
    };
    listeners.add(look);
    look();
  });

async function pair(change: Partial<PairingRequest> = {}): Promise<PairingRecord> {
  const ends = () => news.filter((each) => each.type === 'pairing-ended');
  const before = ends().length;
  core.pairing.start(requestFor(device, change));
  await until(() => ends().length > before);
  const stored = ends().at(-1)?.end.stored;
  if (!stored) throw new Error('not paired');
  return stored;
}

async function bridged() {
  const { id, identity } = await pair();
  const { token } = await core.bridges.configure(id, choice());
  const port = core.bridges.view(id).settings.port ?? 0;
  const connect = async () => {
    const one = till(port, token ?? '');
    await one.opened();
    return one;
  };
  return { id, identity, connect };
}

const state = (id: string) => core.monitor.statuses[id]?.state;
const types = (texts: readonly string[]) => texts.map((text) => JSON.parse(text).type);

describe('a till on the bridge of a paired device', () => {
  it('takes a payment, and the device is shown as connected to it', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    expect(state(id)).toBe('till-connected');
    one.socket.send(
      JSON.stringify({
        type: 'PaymentRequest',
        merchantReferenceCode: 'order-1',
        amountDetails: { amount: '12.50', currency: 'EUR' },
      }),
    );
    while (!types(one.received).includes('PaymentResponse'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    expect(device.operations).toMatchObject([{ id: 'order-1', posId: 'POS-1', state: 'approved' }]);
    const told = JSON.stringify([news, core.history.all(), core.bridges.views]);
    expect(told).not.toContain('order-1');
    expect(told).not.toContain('PaymentResponse');
    await one.close();
    await until(() => state(id) === 'connected');
  });

  it('is not disturbed by checks: they are its own ping', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    const before = device.counts;
    const checked = await core.monitor.check(id);
    await core.checkAll();
    expect(checked.lastCheck).toMatchObject({ result: 'mtls', depth: 'quiet' });
    expect(device.counts).toEqual(before);
    expect(device.channelOpen).toBe(true);
    expect(state(id)).toBe('till-connected');
    await one.close();
  });

  it('loses the channel to a full test that somebody allowed, and to nothing else', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    await core.monitor.setWatchLive(id, true);
    one.socket.send('{"type":"StatusRequest"}');
    while (one.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await expect(core.monitor.fullTest(id)).rejects.toThrow('device-in-use');
    await expect(core.doctor.askReadiness(id)).rejects.toThrow('device-in-use');
    const doctorEnds = () =>
      news.filter((each) => each.type === 'doctor-progress' && each.progress.endedAt !== null).length;
    core.doctor.start({ of: 'pairing', pairingId: id, takeChannel: false });
    await until(() => doctorEnds() === 1);
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    expect(device.channelOpen).toBe(true);
    core.doctor.start({ of: 'pairing', pairingId: id, takeChannel: true });
    expect((await one.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'paused'));
    const two = await connect();
    expect(state(id)).toBe('till-connected');
    expect(core.monitor.statuses[id]?.live).toBe(false);
    await two.close();
  });

  it('comes back with the new keys after its pairing was made anew', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    const old = core.vault.find(id)?.clientCertificate.fingerprint256;
    device.rotateCode();
    const ended = one.ended;
    const again = await pair({ replaces: id, code: device.code });
    expect((await ended).code).toBe(bridgeCloseCode('not-handed-over', 'paused'));
    const two = await connect();
    const shown = device.connections.at(-1)?.clientFingerprint;
    expect(shown).toBe(again.clientCertificate.fingerprint256);
    expect(shown).not.toBe(old);
    await two.close();
  });

  it('is not checked by a channel to where its device is no longer looked for', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    const away = { host: '127.0.0.1', port: 9 };
    const moved = await core.monitor.moveAddress(id, away);
    expect(moved.lastCheck).toMatchObject({ result: 'failed', error: { code: 'connection-refused' } });
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    await one.close();
  });

  it('goes on when another Root CA is trusted, and when one goes that its device does not need', async () => {
    const { connect } = await bridged();
    const one = await connect();
    const before = core.vault.rootCas.map(({ root }) => root.fingerprint256);
    const { certificatePem, certificate } = await createCa({ commonName: 'Another', keyType: 'ec' });
    await trustAll(core, certificatePem);
    await core.removeRootCa(certificate.fingerprint256);
    one.socket.send('{"type":"StatusRequest"}');
    while (one.received.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(one.socket.readyState).toBe(one.socket.OPEN);
    await core.removeRootCa(before[0] ?? '');
    expect((await one.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'paused'));
  });

  it('is told that the device is gone, which is then checked', async () => {
    const { id, connect } = await bridged();
    const one = await connect();
    core.start();
    await device.stop();
    expect((await one.ended).code).toBe(bridgeCloseCode('not-handed-over', 'device-away'));
    core.monitor.tick();
    await until(() => state(id) === 'unreachable');
    expect(core.bridges.view(id)).toMatchObject({ state: 'device-away', till: null });
    await device.restart();
  });

  it('goes with its pairing; what happened is in the history', async () => {
    const { id, connect } = await bridged();
    await core.bridges.replaceToken(id);
    await core.bridges.configure(id, choice({ on: false }));
    const { token } = await core.bridges.configure(id, choice({ port: '' }));
    expect(token).toBeNull();
    // The token that the test knows is the first one.
    await expect(connect()).rejects.toThrow();
    await core.removePairing(id);
    expect(core.bridges.views).toEqual({});
    const kinds = core.history.all().map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind.startsWith('bridge-')).reverse()).toEqual([
      'bridge-on',
      'bridge-token',
      'bridge-off',
      'bridge-on',
    ]);
  });
});
