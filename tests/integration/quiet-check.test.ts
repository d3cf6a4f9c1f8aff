import { TLSSocket } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openLiveChannel } from '../../electron/core/device/live-channel.ts';
import { type QuietCheckOptions, quietCheck } from '../../electron/core/device/quiet-check.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { createVendorPki, type VendorPki } from '../simulator/device.ts';
import { issuePair } from '../support/issued.ts';
import { type Manner, startStrictDevice } from '../support/strict-device.ts';
import { startUnsteadyNetwork } from '../support/unsteady-network.ts';

const SERIAL = '1850012345';
let pki: VendorPki;
let issued: Awaited<ReturnType<typeof issuePair>>;
const started: { stop(): Promise<void> }[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
  issued = await issuePair(pki, SERIAL);
});
afterEach(async () => {
  for (const part of started.splice(0).reverse()) await part.stop();
});

async function serve(maxVersion: 'TLSv1.2' | 'TLSv1.3', ours: Manner, strangers: Manner = { alert: 46 }) {
  const device = await startStrictDevice(issued.device, pki, {
    maxVersion,
    own: issued.own,
    ours,
    strangers,
  });
  started.push(device);
  return device;
}

const optionsFor = (
  { address }: { readonly address: QuietCheckOptions['address'] },
  more: Partial<QuietCheckOptions> = {},
): QuietCheckOptions => ({
  address,
  trust: { rootCas: [{ root: pki.root.certificate, intermediates: [] }], now: Date.now, knownPast: 0 },
  signal: AbortSignal.timeout(5_000),
  identity: { kind: 'serial', serial: SERIAL },
  clientCertificate: issued.own,
  ...more,
});

const check = async (...args: Parameters<typeof optionsFor>): Promise<string> => {
  try {
    return (await quietCheck(optionsFor(...args))).kind;
  } catch (thrown) {
    return `thrown: ${toAppError(thrown).code}`;
  }
};

const CERTIFICATE_ALERTS = [42, 43, 44, 45, 46, 48, 49, 116];

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s, a quiet check', (maxVersion) => {
  it('sees that our certificate is accepted, and leaves nothing behind', async () => {
    const device = await serve(maxVersion, 'answers');
    const outcome = await quietCheck(optionsFor(device));
    expect(outcome).toMatchObject({ kind: 'accepted', tlsVersion: maxVersion });
    if (outcome.kind !== 'accepted') return;
    expect(outcome.cipher).toMatch(/AES_?128/);
    expect(outcome.certificate.fingerprint256).toBe(issued.device.certificate.fingerprint256);
    expect(outcome.roundTripMs).toBeGreaterThan(0);
    expect(device.open.size).toBe(0);
  });

  it('does without what Node never frees, where nothing is odd about the chain', async () => {
    const device = await serve(maxVersion, 'answers');
    const askedOf: unknown[] = [];
    const { getPeerX509Certificate } = TLSSocket.prototype;
    const leaking = vi.spyOn(TLSSocket.prototype, 'getPeerX509Certificate').mockImplementation(function (
      this: TLSSocket,
    ) {
      // The device is in this process, too.
      if (this.remotePort === device.address.port) askedOf.push(this.remotePort);
      return getPeerX509Certificate.call(this);
    });
    try {
      expect(await check(device)).toBe('accepted');
      expect(askedOf).toEqual([]);
      // Told apart all the same, by all that the device has sent.
      const other = { root: (await createVendorPki()).root.certificate, intermediates: [] };
      const trust = { rootCas: [other], now: Date.now, knownPast: 0 };
      expect(await check(device, { trust })).toBe('thrown: device-issuer-unknown');
      expect(askedOf).not.toEqual([]);
    } finally {
      leaking.mockRestore();
    }
  });

  it('sends no byte of HTTP or WebSocket, and the till keeps its channel', async () => {
    const device = await serve(maxVersion, 'answers');
    const lost: string[] = [];
    const till = await openLiveChannel(
      optionsFor(device),
      { everyMs: 60_000, pongWithinMs: 60_000 },
      ({ appError }) => lost.push(appError.code),
    );
    expect(device.requests).toBe(1);
    for (let count = 0; count < 10; count += 1) expect(await check(device)).toBe('accepted');
    expect(device.requests).toBe(1);
    expect(lost).toEqual([]);
    await till.close();
  });

  it.each(CERTIFICATE_ALERTS)('is refused by alert %i', async (alert) => {
    expect(await check(await serve(maxVersion, { alert }))).toBe('refused');
  });

  it.each([40, 51, 80])('is ambiguous after alert %i', async (alert) => {
    expect(await check(await serve(maxVersion, { alert }))).toBe('thrown: certificate-or-channel-refused');
  });

  it.each(['close-in-handshake', 'reset-in-handshake'] as const)('%s is a lost network', async (manner) => {
    expect(await check(await serve(maxVersion, manner))).toBe('thrown: connection-lost');
  });

  it('bridges one dropped connection', async () => {
    const device = await serve(maxVersion, 'answers');
    const network = await startUnsteadyNetwork(device.address);
    started.push(network);
    network.expect('reset', 'through');
    expect(await check(network)).toBe('accepted');
    network.expect('close', 'close', 'through');
    expect(await check(network)).toBe('thrown: connection-lost');
    expect(network.met).toBe(2);
  });

  it('knows another device, another certificate, another issuer and an absent device', async () => {
    const device = await serve(maxVersion, 'answers');
    expect(await check(device, { identity: { kind: 'serial', serial: '1850099999' } })).toBe(
      'thrown: serial-mismatch',
    );
    expect(await check(device, { pinnedCertificate: pki.intermediate.certificate })).toBe(
      'thrown: device-changed',
    );
    const other = await createVendorPki();
    const trust = {
      rootCas: [{ root: other.root.certificate, intermediates: [] }],
      now: Date.now,
      knownPast: 0,
    };
    expect(await check(device, { trust })).toBe('thrown: device-issuer-unknown');
    await device.stop();
    expect(await check(device)).toBe('thrown: connection-refused');
  });

  it('can be cancelled while it listens', async () => {
    const device = await serve(maxVersion, 'answers');
    const cancel = new AbortController();
    const network = await startUnsteadyNetwork(device.address);
    started.push(network);
    const outcome = check(device, { signal: cancel.signal });
    setImmediate(() => cancel.abort());
    expect(await outcome).toBe('thrown: cancelled');
  });
});

describe('a quiet check of a device whose TLS 1.3 lets everybody in', () => {
  it.each(CERTIFICATE_ALERTS)('is refused by alert %i right behind the tickets', async (alertBehind) => {
    expect(await check(await serve('TLSv1.3', { alertBehind }))).toBe('refused');
  });

  it('is ambiguous after alert 40 right behind the tickets', async () => {
    expect(await check(await serve('TLSv1.3', { alertBehind: 40 }))).toBe(
      'thrown: certificate-or-channel-refused',
    );
  });

  it('takes a close right behind the tickets for its software’s business', async () => {
    // A server of BoringSSL keeps its tickets until it has something else to send: nothing shows a yes.
    const showsTickets = process.versions['electron'] === undefined;
    const outcome = await check(await serve('TLSv1.3', 'close-behind'));
    expect(outcome).toBe(showsTickets ? 'accepted' : 'thrown: connection-lost');
  });
});
