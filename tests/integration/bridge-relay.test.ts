import { createServer } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { onDiagnosis } from '../../electron/core/diagnostics/diagnose.ts';
import { later } from '../../electron/core/later.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import { confirmOtherRootCa } from '../../electron/core/root-ca/confirm-other-root-ca.ts';
import { ConnectionMonitor } from '../../electron/core/status/monitor.ts';
import { bridgeCloseCode } from '../../shared/bridge-close-codes.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { createVendorPki, deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { bridgeRig, choice, SERIAL, till } from '../support/bridge-rig.ts';
import { issuePair } from '../support/issued.ts';
import { EVERYBODY } from '../support/manager.ts';
import { startRecordingDevice } from '../support/recording-device.ts';

let pki: VendorPki;
let issued: Awaited<ReturnType<typeof issuePair>>;
let device: Awaited<ReturnType<typeof startRecordingDevice>>;
let rig: Awaited<ReturnType<typeof bridgeRig>>;
let token: string;

beforeAll(async () => {
  pki = await createVendorPki();
  issued = await issuePair(pki, SERIAL);
});
beforeEach(async () => {
  device = await startRecordingDevice(issued.device, pki);
  rig = await bridgeRig(pki, issued, device.address);
  token = await rig.switchOn();
});

/** A bridge that keeps nobody waiting for long. */
async function beImpatient() {
  await rig.bridges.close();
  rig = await bridgeRig(pki, issued, device.address, { waitMs: 600 });
  token = await rig.switchOn();
}
afterEach(async () => {
  await rig.bridges.close();
  await device.stop();
});

async function connected() {
  const one = till(rig.port(), token);
  await one.opened();
  return one;
}

const until = async (wanted: () => boolean) => {
  while (!wanted()) await new Promise((resolve) => setTimeout(resolve, 2));
};

describe('messages through the bridge', () => {
  it('pass 10,000 times both ways, in order, unchanged', async () => {
    const count = 10_000;
    device.onMessage((text, channel) => channel.send(`answer to ${text}`));
    const one = await connected();
    const sent = Array.from({ length: count }, (_, index) => `${index} – größer, 支払い, 💳`);
    for (const text of sent) one.socket.send(text);
    await until(() => one.received.length >= count);
    expect(device.received).toEqual(sent);
    expect(one.received).toEqual(sent.map((text) => `answer to ${text}`));
    expect(rig.view().till).toMatchObject({ connected: true, fromTill: count, fromDevice: count });
    await one.close();
    await rig.until(() => rig.view().lastTill !== null);
    expect(rig.view().lastTill).toMatchObject({ fromTill: count, fromDevice: count });
  });

  it('are not told to the diagnosis, which would be full of them; that the channel opens and ends is', async () => {
    const told: string[] = [];
    const stop = onDiagnosis(({ kind }) => told.push(kind));
    try {
      device.onMessage((text, channel) => channel.send(text));
      const one = await connected();
      for (let index = 0; index < 20; index += 1) one.socket.send('paid');
      await until(() => one.received.length === 20);
      await one.close();
      await until(() => told.includes('ws-close'));
    } finally {
      stop();
    }
    expect(told).toContain('ws-open');
    expect(told).not.toContain('ws-message');
  });

  it('tell the device’s first words, said before anybody listened', async () => {
    device.onChannel((channel) => channel.send('{"type":"Hello"}'));
    const one = await connected();
    await until(() => one.received.length > 0);
    expect(one.received).toEqual(['{"type":"Hello"}']);
    await one.close();
  });

  it('may be as large as the limit, and no larger', async () => {
    device.onMessage((text, channel) => channel.send(text));
    const one = await connected();
    const whole = 'x'.repeat(1024 * 1024);
    one.socket.send(whole);
    await until(() => one.received.length > 0);
    expect(one.received[0] === whole).toBe(true);
    one.socket.send(`${whole}x`);
    const { code, reason } = await one.ended;
    // The first one may be a payment that is not settled yet.
    expect(code).toBe(bridgeCloseCode('outcome-unknown', 'too-large'));
    expect(JSON.parse(reason)).toEqual({ handedOver: 1 });
    expect(device.received).toHaveLength(1);
    const two = await connected();
    two.socket.send(`${whole}x`);
    expect(await two.ended).toEqual({
      code: bridgeCloseCode('not-handed-over', 'too-large'),
      reason: '{"handedOver":0}',
    });
  });

  it('that are larger than all that may wait pass one after the other', async () => {
    await rig.bridges.configure(rig.id, choice({ port: String(rig.port()), messageLimitKib: '4096' }));
    device.onMessage((text, channel) => channel.send(text));
    const one = await connected();
    const large = ['a', 'b', 'c'].map((letter) => letter.repeat(3 * 1024 * 1024));
    for (const text of large) one.socket.send(text);
    await until(() => one.received.length === large.length);
    expect(one.received.every((text, index) => text === large[index])).toBe(true);
    await one.close();
  });

  it('arrive before the goodbye that follows at once, from both sides', async () => {
    const one = await connected();
    one.socket.send('the last');
    one.socket.close(1000);
    await until(() => device.channel === undefined);
    expect(device.received).toEqual(['the last']);
    device.onMessage((text, channel) => {
      channel.send(`${text} one`);
      channel.ping();
      channel.send(`${text} two`);
      channel.close(4000, 'enough');
    });
    const two = await connected();
    two.socket.send('answer');
    expect((await two.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'device-closed'));
    expect(two.received).toEqual(['answer one', 'answer two']);
  });

  it('of the device that are too large leave the till’s own unknown', async () => {
    device.onMessage((_text, channel) => channel.send('x'.repeat(1024 * 1024 + 1)));
    const one = await connected();
    one.socket.send('ask');
    expect((await one.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'too-large'));
  });

  it('are text: binary is refused on both sides', async () => {
    const one = await connected();
    one.socket.send('text');
    one.socket.send(Buffer.from('binary'));
    // The text before it may be a payment that is not settled yet.
    expect(await one.ended).toEqual({
      code: bridgeCloseCode('outcome-unknown', 'binary'),
      reason: '{"handedOver":1}',
    });
    await until(() => device.channel === undefined);
    expect(device.received).toEqual(['text']);
    device.onMessage((_text, channel) => channel.send(Buffer.from('binary')));
    const two = await connected();
    two.socket.send('ask');
    expect((await two.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'binary'));
    expect(two.received).toEqual([]);
  });
});

describe('the end of the device', () => {
  it('comes with its own code and reason', async () => {
    const one = await connected();
    const reason = `the certificate is not of this pairing ${'é'.repeat(20)}`;
    device.channel?.close(1008, reason);
    const { code, reason: told } = await one.ended;
    expect(code).toBe(bridgeCloseCode('not-handed-over', 'device-closed'));
    const detail = JSON.parse(told);
    expect(detail).toMatchObject({ handedOver: 0, deviceCode: 1008 });
    expect(reason.startsWith(detail.deviceReason)).toBe(true);
    expect(detail.deviceReason.length).toBeGreaterThan(40);
    expect(rig.view().lastTill).toMatchObject({ closeCode: code, deviceCode: 1008, deviceReason: reason });
  });

  it('without a goodbye after a message: its outcome is unknown', async () => {
    const one = await connected();
    one.socket.send('pay');
    await until(() => device.received.length === 1);
    device.kill();
    const { code, reason } = await one.ended;
    expect(code).toBe(bridgeCloseCode('outcome-unknown', 'device-away'));
    expect(JSON.parse(reason)).toMatchObject({ handedOver: 1, error: 'connection-lost' });
  });

  it('is told although the device never closes the connection', async () => {
    const one = await connected();
    // A close frame with 1001, and nothing after it.
    const [raw] = device.open;
    raw?.write(Buffer.from([0x88, 2, 1001 >> 8, 1001 & 0xff]));
    const startedAt = performance.now();
    expect((await one.ended).code).toBe(bridgeCloseCode('not-handed-over', 'device-closed'));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });

  it('at 200 random moments delivers nothing twice and tells each message’s fate', async () => {
    let seed = 20_261_128;
    const random = () => {
      seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
      return seed / 2 ** 31;
    };
    let next = 0;
    /** Those whose fate the till was told to be unknown. */
    const unknown = new Set<string>();
    const answered = new Set<string>();
    device.onMessage((text, channel) => channel.send(`done ${text}`));
    for (let round = 0; round < 200; round += 1) {
      const one = await connected();
      const messages = Array.from({ length: 1 + Math.floor(random() * 40) }, () => {
        next += 1;
        return `${next} ${'x'.repeat(Math.floor(random() * 3_000))}`;
      });
      const killAfter = Math.floor(random() * messages.length);
      messages.forEach((text, index) => {
        one.socket.send(text);
        if (index === killAfter) setTimeout(() => device.kill(), random() * 3);
      });
      const { code, reason } = await one.ended;
      const { handedOver } = JSON.parse(reason) as { handedOver: number };
      const fate = handedOver > 0 ? 'outcome-unknown' : 'not-handed-over';
      expect(code).toBe(bridgeCloseCode(fate, 'device-away'));
      for (const text of one.received) answered.add(text.slice('done '.length));
      for (const text of messages.slice(0, handedOver)) if (!answered.has(text)) unknown.add(text);
      // Certainly not handed over: neither now nor later.
      for (const text of messages.slice(handedOver)) {
        expect(device.received.includes(text)).toBe(false);
        expect(answered.has(text)).toBe(false);
      }
    }
    expect(new Set(device.received).size).toBe(device.received.length);
    const numbers = device.received.map((text) => Number.parseInt(text, 10));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    // What the device has, was answered or told as unknown; nothing else can be there.
    expect(device.received.filter((text) => !answered.has(text) && !unknown.has(text))).toEqual([]);
    expect(unknown.size).toBeGreaterThan(0);
    expect(answered.size).toBeGreaterThan(0);
  }, 120_000);
});

describe('back-pressure', () => {
  const BIG = 'x'.repeat(256 * 1024);
  const BIGS = 200;
  /**
   * Bytes that one end gave away and the other has not read: twice the mark with a message beyond it, and the buffers
   * of four sockets, which grow to some megabytes each.
   */
  const MOST_UNDERWAY = 32 * 1024 * 1024;

  it('holds a till that sends faster than the device takes, and loses nothing', async () => {
    const one = await connected();
    device.channel?.pause();
    for (let index = 0; index < BIGS; index += 1) one.socket.send(BIG);
    await until(() => rig.view().till?.fromTill === lastCount() || false);
    const stuckAt = rig.view().till?.fromTill ?? 0;
    expect(stuckAt).toBeLessThan(BIGS / 2);
    device.channel?.resume();
    await until(() => device.received.length === BIGS);
    expect(device.received.every((text) => text === BIG)).toBe(true);
    await one.close();

    function lastCount() {
      // Nothing moves any more once the till's own socket is full.
      return one.socket.bufferedAmount > BIG.length * (BIGS / 2) ? rig.view().till?.fromTill : -1;
    }
  });

  it('holds a device that sends faster than the till takes: what is underway stays bounded', async () => {
    const one = await connected();
    one.socket.pause();
    const { channel } = device;
    let given = 0;
    const give = () => {
      if (given >= BIGS) return;
      channel?.send(BIG, () => {
        given += 1;
        lastGivenAt = performance.now();
        give();
      });
    };
    let lastGivenAt = performance.now();
    give();
    await until(() => performance.now() - lastGivenAt > 300);
    expect(given).toBeGreaterThan(0);
    expect(given * BIG.length).toBeLessThan(MOST_UNDERWAY);
    one.socket.resume();
    await until(() => one.received.length === BIGS);
    expect(one.received.every((text) => text === BIG)).toBe(true);
    await one.close();
  });
});

describe('a device that is away', () => {
  it('is waited for: the till’s WebSocket opens when the device’s is open', async () => {
    const { address } = device;
    await device.stop();
    const one = till(rig.port(), token);
    await rig.until(() => rig.view().state === 'device-away');
    expect(rig.view()).toMatchObject({ till: { connected: false }, reason: { code: 'connection-refused' } });
    device = await startRecordingDevice(issued.device, pki, { port: address.port });
    rig.bridges.wake();
    await one.opened();
    one.socket.send('hello');
    await until(() => device.received.length === 1);
    await one.close();
  });

  it('for too long: the till is told, and nothing was handed over', async () => {
    await beImpatient();
    await device.stop();
    const one = till(rig.port(), token);
    expect(await one.ended).toEqual({
      code: bridgeCloseCode('not-handed-over', 'device-away'),
      reason: '{"handedOver":0,"error":"connection-refused"}',
    });
    expect(rig.context.leases.size).toBe(0);
  });

  it('and is waited for when the bridge ends: the till is told before that is done', async () => {
    await device.stop();
    const one = till(rig.port(), token);
    await rig.until(() => rig.view().state === 'device-away');
    let isTold = false;
    void one.ended.then(() => {
      isTold = true;
    });
    await rig.bridges.close();
    expect(isTold).toBe(true);
    expect(await one.ended).toMatchObject({ code: bridgeCloseCode('not-handed-over', 'bridge-ended') });
    expect(rig.context.leases.size).toBe(0);
  });

  it('is tried only while a till waits', async () => {
    await device.stop();
    let tries = 0;
    const away = createServer((socket) => {
      tries += 1;
      socket.destroy();
    });
    await new Promise<void>((resolve) => away.listen(device.address.port, '127.0.0.1', resolve));
    const one = till(rig.port(), token);
    await until(() => tries > 1);
    one.socket.terminate();
    await rig.until(() => rig.view().till === null);
    expect(rig.context.leases.size).toBe(0);
    expect(rig.view().state).toBe('ready');
    const triesThen = tries;
    // Longer than the next try would have been away.
    await new Promise((resolve) => setTimeout(resolve, 400));
    expect(tries).toBe(triesThen);
    await new Promise((resolve) => away.close(resolve));
  });

  it('and is another one: somebody has to look', async () => {
    await device.stop();
    const other = await issuePair(pki, '1850099999');
    device = await startRecordingDevice(other.device, pki, { port: device.address.port });
    const one = till(rig.port(), token);
    const { code, reason } = await one.ended;
    expect(code).toBe(bridgeCloseCode('not-handed-over', 'needs-person'));
    expect(JSON.parse(reason)).toMatchObject({ error: 'serial-mismatch' });
    expect(device.channels).toBe(0);
  });
});

describe('a till whose device is under another Root CA now', () => {
  it('goes on, and its old channel is not what the new Root CA is checked by', async () => {
    const other = await createVendorPki();
    const renewed = await issuePair(other, SERIAL);
    rig.trust(other.root.certificatePem);
    const name = deviceDnsName(SERIAL);
    rig.vault.updateRecord(rig.id, { identity: { kind: 'serial', serial: SERIAL, name } });
    const monitor = new ConnectionMonitor({
      context: rig.context,
      settings: () => ({ checkIntervalMinutes: 60, followAddressChanges: false }),
      search: async () => [],
      tills: rig.bridges,
      heartbeat: { everyMs: 15_000, pongWithinMs: 10_000 },
      random: () => 0.1,
      later,
      tell: () => {},
    });
    device.onMessage((text, channel) => channel.send(text));
    const one = await connected();
    device.show(renewed.device, other);
    expect(rig.bridges.hasTill(rig.id)).toBe(true);
    const kept = await confirmOtherRootCa(
      {
        context: rig.context,
        authorize: EVERYBODY,
        check: (id) => monitor.checkAnew(id),
        signal: new AbortController().signal,
        tell: () => {},
      },
      { pairingId: rig.id, fingerprint256: other.root.certificate.fingerprint256 },
    );
    const certificate = { fingerprint256: renewed.device.certificate.fingerprint256 };
    expect(kept).toMatchObject({ deviceCertificate: certificate, lastCheck: { result: 'mtls' } });
    expect(rig.vault.find(rig.id)?.deviceCertificate).toMatchObject(certificate);
    expect(rig.bridges.hasTill(rig.id)).toBe(false);
    one.socket.send('still here');
    await until(() => one.received.length === 1);
    await one.close();
    await monitor.close();
    // One that comes now has a channel under the new Root CA.
    const two = await connected();
    expect(rig.bridges.hasTill(rig.id)).toBe(true);
    await two.close();
  });
});

describe('a computer that wakes', () => {
  beforeEach(async () => {
    await rig.bridges.close();
    rig = await bridgeRig(pki, issued, device.address, {
      // The heartbeat itself notices nothing within this test.
      heartbeat: { everyMs: 60_000, pongWithinMs: 500 },
    });
    token = await rig.switchOn();
  });

  it('asks the device at once, and what a till sends into a dead connection is not handed over', async () => {
    const one = await connected();
    // It says nothing any more, and nobody is told.
    device.channel?.pause();
    rig.bridges.wake();
    one.socket.send('pay');
    const { code, reason } = await one.ended;
    expect(code).toBe(bridgeCloseCode('not-handed-over', 'device-away'));
    expect(JSON.parse(reason)).toEqual({ handedOver: 0, error: 'timed-out' });
    device.channel?.resume();
    await until(() => device.channel === undefined);
    expect(device.received).toEqual([]);
  });

  it('disturbs no till whose device answers, however often it wakes', async () => {
    device.onMessage((text, channel) => channel.send(text));
    const one = await connected();
    let pings = 0;
    device.channel?.on('ping', () => {
      pings += 1;
    });
    for (let count = 1; count <= 3; count += 1) {
      rig.bridges.wake();
      rig.bridges.wake();
      one.socket.send(`${count}`);
      await until(() => one.received.length === count);
    }
    // Longer than it may take to answer.
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(pings).toBe(3);
    one.socket.send('still here');
    await until(() => one.received.length === 4);
    expect(one.received).toEqual(['1', '2', '3', 'still here']);
    await one.close();
  });

  it('tries the device of a waiting till, and pings nobody for it', async () => {
    await device.stop();
    const one = till(rig.port(), token);
    await rig.until(() => rig.view().state === 'device-away');
    rig.bridges.wake();
    expect(rig.view().till).toMatchObject({ connected: false });
    one.socket.terminate();
    await rig.until(() => rig.view().till === null);
  });
});

describe('one channel', () => {
  it('has one till: the second is told, the first goes on', async () => {
    const one = await connected();
    const two = till(rig.port(), token);
    expect((await two.ended).code).toBe(bridgeCloseCode('not-handed-over', 'another-till'));
    one.socket.send('still here');
    await until(() => device.received.length === 1);
    expect(device.channels).toBe(1);
    await one.close();
  });

  it('is held while a till is connected, and free without one', async () => {
    const { leases } = rig.context;
    expect(leases.holderOf(rig.record.identity)).toBeUndefined();
    const one = await connected();
    expect(leases.holderOf(rig.record.identity)).toBe('bridge');
    await one.close();
    await until(() => leases.size === 0);
    expect(device.channel?.readyState).not.toBe(WebSocket.OPEN);
  });

  it('is given to a pairing at once; the till is told and may come back', async () => {
    await beImpatient();
    const { leases } = rig.context;
    const one = await connected();
    one.socket.send('pay');
    await until(() => device.received.length === 1);
    const { signal } = new AbortController();
    const lease = await leases.acquire(rig.record.identity, { holder: 'pairing', signal });
    expect((await one.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'paused'));
    expect(device.channel?.readyState).not.toBe(WebSocket.OPEN);
    expect(rig.view()).toMatchObject({ state: 'paused', reason: { code: 'bridge-paused' } });
    const two = till(rig.port(), token);
    expect(await two.ended).toMatchObject({
      code: bridgeCloseCode('not-handed-over', 'paused'),
      reason: '{"handedOver":0,"error":"bridge-paused"}',
    });
    lease.release();
    const three = await connected();
    await three.close();
  });

  it('is not that of the device that took the place of its own: the till is told', async () => {
    const one = await connected();
    one.socket.send('pay');
    await until(() => device.received.length === 1);
    expect(rig.bridges.hasTill(rig.id)).toBe(true);
    const other = await issuePair(pki, '1850099999');
    const swapped: PairingRecord = {
      ...rig.record,
      identity: { kind: 'serial', serial: '1850099999' },
      clientCertificate: summarize(other.client.certificate),
    };
    await rig.vault.storePending(swapped, { ...other.own, issuerPem: pki.intermediate.certificatePem });
    const pairing = rig.vault.promote(rig.id, {});
    // What its channel shows is not evidence of the new one.
    expect(rig.bridges.hasTill(rig.id)).toBe(false);
    rig.bridges.hear({ type: 'pairing-proved', pairing });
    expect((await one.ended).code).toBe(bridgeCloseCode('outcome-unknown', 'paused'));
  });

  it('answers a check by a ping of its own', async () => {
    const one = await connected();
    const connections = device.open.size;
    const seen = await rig.bridges.check(rig.id, new AbortController().signal);
    expect(seen).toMatchObject({ tlsVersion: 'TLSv1.3' });
    expect(seen?.certificate.fingerprint256).toBe(issued.device.certificate.fingerprint256);
    expect(device.open.size).toBe(connections);
    await one.close();
    await rig.until(() => rig.view().till === null);
    expect(await rig.bridges.check(rig.id, new AbortController().signal)).toBeUndefined();
  });
});
