import { randomUUID } from 'node:crypto';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLiveChannel } from '../../electron/core/device/live-channel.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { checkConnection } from '../../electron/core/pairing/check-connection.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { createVendorPki, type VendorPki } from '../simulator/device.ts';
import { issuePair } from '../support/issued.ts';
import { testRegister } from '../support/register.ts';
import { type Manner, startStrictDevice } from '../support/strict-device.ts';

const SERIAL = '1850012345';
let pki: VendorPki;
let issued: Awaited<ReturnType<typeof issuePair>>;
let device: Awaited<ReturnType<typeof startStrictDevice>>;
let till: Awaited<ReturnType<typeof openChannel>>;

beforeAll(async () => {
  pki = await createVendorPki();
  issued = await issuePair(pki, SERIAL);
});

/** Opens a channel with our certificate, and tells how it ends. */
async function openChannel() {
  const lost: string[] = [];
  let tell = (_code: string) => {};
  const ended = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const channel = await openLiveChannel(
    {
      address: device.address,
      trust: { rootCas: [{ root: pki.root.certificate, intermediates: [] }], now: Date.now, knownPast: 0 },
      signal: AbortSignal.timeout(2_000),
      identity: { kind: 'serial', serial: SERIAL },
      clientCertificate: issued.own,
    },
    { everyMs: 50, pongWithinMs: 60_000 },
    ({ appError }) => {
      lost.push(appError.code);
      tell(appError.code);
    },
  );
  return { channel, lost, ended };
}

beforeEach(async () => {
  device = await startStrictDevice(issued.device, pki, {
    maxVersion: 'TLSv1.3',
    own: issued.own,
    ours: 'answers',
    strangers: { alert: 46 },
  });
  till = await openChannel();
});
afterEach(async () => {
  await till.channel.close();
  await device.stop();
});

/** New credentials beside old ones, none of them proved by this register yet. */
async function registerWithPending() {
  const register = testRegister(pki.root.certificatePem, { proofMs: 2_000 });
  const certificate = summarize(issued.client.certificate);
  const record: PairingRecord = {
    id: randomUUID(),
    posId: 'POS-1',
    name: '',
    watchLive: false,
    address: device.address,
    transport: 'wss',
    identity: { kind: 'serial', serial: SERIAL },
    pairedAt: new Date().toISOString(),
    protection: null,
    proved: false,
    deviceCertificate: summarize(issued.device.certificate),
    clientCertificate: certificate,
    clientIssuer: summarize(pki.intermediate.certificate),
    trustAnchorFingerprint256: pki.root.certificate.fingerprint256,
    credentialNotes: [],
    lastCheck: null,
  };
  const credentials = { ...issued.own, issuerPem: pki.intermediate.certificatePem };
  await register.vault.storePending(record, credentials);
  register.vault.promote(record.id, {});
  await register.vault.storePending(record, credentials);
  return { register, id: record.id };
}

/** What is stored besides the outcome of the check. */
const kept = async ({ vault }: ReturnType<typeof testRegister>, id: string) =>
  (await vault.credentials(id)).map(({ pending, credentials }) => ({ pending, credentials }));

const http = (status: number): Manner => ({ http: status, body: '' });
const close = (code: number): Manner => ({ end: { close: code } });

/** What a device may do with a second channel while the till has the first, and what the app calls it. */
const POLICIES: readonly (readonly [policy: string, Manner, check: string, watched: string])[] = [
  ['closes with 1000', close(1000), 'device-in-use', 'device-in-use'],
  ['closes with 1001', close(1001), 'device-in-use', 'device-in-use'],
  ['closes with 1008', close(1008), 'certificate-or-channel-refused', 'certificate-or-channel-refused'],
  ['closes with 1011', close(1011), 'device-in-use', 'device-in-use'],
  ['closes with 1013', close(1013), 'device-in-use', 'device-in-use'],
  ['closes with 4000', close(4000), 'device-in-use', 'device-in-use'],
  ['closes with 4001', close(4001), 'device-in-use', 'device-in-use'],
  ['answers HTTP 401', http(401), 'certificate-or-channel-refused', 'certificate-or-channel-refused'],
  ['answers HTTP 403', http(403), 'certificate-or-channel-refused', 'certificate-or-channel-refused'],
  ['answers HTTP 409', http(409), 'device-in-use', 'device-in-use'],
  ['answers HTTP 423', http(423), 'device-in-use', 'device-in-use'],
  ['answers HTTP 429', http(429), 'device-in-use', 'device-in-use'],
  ['answers HTTP 500', http(500), 'mtls-inconclusive', 'mtls-inconclusive'],
  ['answers HTTP 503', http(503), 'device-in-use', 'device-in-use'],
  ['cuts after the upgrade', { end: 'cut' }, 'device-in-use', 'device-in-use'],
  ['resets after the upgrade', { end: 'reset' }, 'device-in-use', 'device-in-use'],
  ['closes in the handshake', 'close-in-handshake', 'connection-lost', 'connection-lost'],
  ['resets in the handshake', 'reset-in-handshake', 'connection-lost', 'connection-lost'],
  ['says nothing', 'silent', 'timed-out', 'timed-out'],
];

/** The catalogue code of a check's outcome. */
function reasonOf(check: PairingRecord['lastCheck']): string | undefined {
  if (check?.result === 'in-use') return 'device-in-use';
  if (check?.result === 'unclear') return 'certificate-or-channel-refused';
  return check?.result === 'failed' ? check.error.code : check?.result;
}

describe('a device whose channel the till has', () => {
  it.each(POLICIES)('%s: a check discards nothing', async (_policy, manner, expected) => {
    const { register, id } = await registerWithPending();
    const before = await kept(register, id);
    device.treatOurs(manner);
    const { pairing: checked } = await checkConnection(
      id,
      'full',
      register.context,
      new AbortController().signal,
    );
    expect(reasonOf(checked.lastCheck)).toBe(expected);
    expect(before).toHaveLength(2);
    expect(await kept(register, id)).toEqual(before);
    expect(till.lost).toEqual([]);
  });

  it.each(POLICIES)(
    '%s: a second channel ends with that reason',
    async (_policy, manner, _check, expected) => {
      device.treatOurs(manner);
      const ended = openChannel().then(
        (second) => second.ended,
        (thrown) => toAppError(thrown).code,
      );
      expect(await ended).toBe(expected);
      expect(till.lost).toEqual([]);
    },
  );

  it('gives it to the newest: both are told', async () => {
    const { register, id } = await registerWithPending();
    const second = await openChannel();
    expect(await till.ended).toBe('device-in-use');
    const { pairing: checked } = await checkConnection(
      id,
      'full',
      register.context,
      new AbortController().signal,
    );
    expect(await second.ended).toBe('device-in-use');
    expect(checked).toMatchObject({ proved: true, lastCheck: { result: 'mtls' } });
    expect(await register.vault.credentials(id)).toHaveLength(1);
  });

  it('refuses the certificate: only then new credentials are discarded, and never those in use', async () => {
    const { register, id } = await registerWithPending();
    device.treatOurs({ alert: 46 });
    const { pairing: checked } = await checkConnection(
      id,
      'full',
      register.context,
      new AbortController().signal,
    );
    expect(checked.lastCheck).toMatchObject({ result: 'failed', error: { code: 'mtls-refused' } });
    expect(await register.vault.credentials(id)).toMatchObject([{ pending: false }]);
  });
});
