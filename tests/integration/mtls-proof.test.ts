import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ClientCertificate } from '../../electron/core/device/connection.ts';
import { type ProofOutcome, proveMtls } from '../../electron/core/device/mtls-proof.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { checkConnection } from '../../electron/core/pairing/check-connection.ts';
import type { Transport } from '../../shared/inputs.ts';
import { createVendorPki, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import type { CertifiedKey } from '../simulator/pki.ts';
import { issuePair } from '../support/issued.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { type Manner, startStrictDevice } from '../support/strict-device.ts';
import { acceptChannels, startTlsServer, type TestServer } from '../support/tls-server.ts';
import { type Fate, startUnsteadyNetwork, type UnsteadyNetwork } from '../support/unsteady-network.ts';

const SERIAL = '1850012345';
const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const;
const TRANSPORTS = ['wss', 'https'] as const;
let pki: VendorPki;
let shown: CertifiedKey;
let own: ClientCertificate;

beforeAll(async () => {
  pki = await createVendorPki();
  const issued = await issuePair(pki, SERIAL);
  shown = issued.device;
  own = issued.own;
});

function prove(
  address: UnsteadyNetwork['address'],
  transport: Transport,
  timeoutMs = 5_000,
): Promise<ProofOutcome> {
  return proveMtls({
    address,
    trust: { rootCas: [{ root: pki.root.certificate, intermediates: [] }], now: Date.now, knownPast: 0 },
    signal: new AbortController().signal,
    identity: { kind: 'serial', serial: SERIAL },
    transport,
    clientCertificate: own,
    timeoutMs,
  });
}

/** The outcome in a word: the result, the network's error, or the kind of what was not proved. */
async function proofAt(...args: Parameters<typeof prove>): Promise<string> {
  try {
    const outcome = await prove(...args);
    if (outcome.kind === 'proved') return outcome.result;
    return outcome.kind === 'away' ? outcome.error.code : outcome.kind;
  } catch (thrown) {
    return `thrown: ${toAppError(thrown).code}`;
  }
}

const ANSWERS: Manner = 'answers';
const alert = (number: number): Manner => ({ alert: number });
const http = (status: number, body = ''): Manner => ({ http: status, body });
const close = (code: number): Manner => ({ end: { close: code } });
const SSL_ERROR_PAGE = '<title>400 The SSL certificate error</title>';

/** A row: what becomes of our certificate, of a stranger's, and what the proof makes of it over WSS and over HTTPS. */
type Row = readonly [own: Manner, stranger: Manner, wss: string | null, https: string | null];

/** Nothing of a WebSocket can be seen over HTTPS. */
const overWssOnly = (end: Manner, wss: string): Row => [end, ANSWERS, wss, null];

const CERTIFICATE_ALERTS = [41, 42, 43, 44, 45, 46, 48, 49, 111, 113, 114, 116];
const OTHER_ALERTS = [40, 51, 80];

const ROWS: readonly Row[] = [
  // What the stranger comes to, when ours is answered.
  [ANSWERS, ANSWERS, 'tls-only', 'tls-only'],
  ...CERTIFICATE_ALERTS.map((number): Row => [ANSWERS, alert(number), 'mtls', 'mtls']),
  ...OTHER_ALERTS.map((number): Row => [ANSWERS, alert(number), 'mtls', 'mtls']),
  [ANSWERS, 'close-in-handshake', 'mtls', 'mtls'],
  [ANSWERS, 'reset-in-handshake', 'mtls', 'mtls'],
  [ANSWERS, http(495), 'mtls', 'mtls'],
  [ANSWERS, http(496), 'mtls', 'mtls'],
  [ANSWERS, http(400), 'mtls', 'mtls'],
  [ANSWERS, http(400, SSL_ERROR_PAGE), 'mtls', 'mtls'],
  [ANSWERS, http(401), 'mtls', 'mtls'],
  [ANSWERS, http(403), 'mtls', 'mtls'],
  [ANSWERS, http(404), 'mtls', 'tls-only'],
  [ANSWERS, http(500), 'mtls', 'mtls'],
  [ANSWERS, close(1008), 'mtls', null],
  [ANSWERS, close(4001), 'mtls', null],
  [ANSWERS, { end: 'cut' }, 'mtls', null],
  [ANSWERS, { end: 'reset' }, 'mtls', null],
  [ANSWERS, 'silent', 'inconclusive', 'inconclusive'],
  [ANSWERS, 'speaks-first', 'tls-only', null],

  // An explicit word against ours.
  ...CERTIFICATE_ALERTS.map((number): Row => [alert(number), ANSWERS, 'refused', 'refused']),
  [alert(46), alert(46), 'refused', 'refused'],
  [http(495), http(495), 'refused', 'refused'],
  [http(496), http(496), 'refused', 'refused'],
  [http(400, SSL_ERROR_PAGE), http(400, SSL_ERROR_PAGE), 'refused', 'refused'],

  // A refusal of ours that need not be about the certificate.
  ...OTHER_ALERTS.map((number): Row => [alert(number), alert(number), 'ambiguous', 'ambiguous']),
  [http(401), http(401), 'ambiguous', 'ambiguous'],
  [http(403), http(403), 'ambiguous', 'ambiguous'],
  [http(400), http(400), 'ambiguous', 'ambiguous'],
  [http(400), ANSWERS, 'ambiguous', 'ambiguous'],
  [http(400), alert(46), 'ambiguous', 'mtls'],
  [http(400), 'close-in-handshake', 'ambiguous', 'mtls'],

  // HTTP in place of the answer: over WSS it is none, whatever it says.
  [http(200), ANSWERS, 'inconclusive', 'tls-only'],
  [http(302), http(302), 'inconclusive', 'tls-only'],
  [http(404), http(404), 'inconclusive', 'tls-only'],
  [http(404), alert(46), 'inconclusive', 'mtls'],
  [http(405), alert(46), 'inconclusive', 'mtls'],
  [http(426), alert(46), 'inconclusive', 'mtls'],
  [http(500), http(500), 'inconclusive', 'inconclusive'],
  [http(502), ANSWERS, 'inconclusive', 'inconclusive'],

  // Silence.
  ['close-in-handshake', ANSWERS, 'connection-lost', 'connection-lost'],
  ['reset-in-handshake', ANSWERS, 'connection-lost', 'connection-lost'],
  ['speaks-first', alert(46), 'mtls', null],

  // A second channel that the device does not want to have, whatever it does instead.
  overWssOnly(close(1000), 'in-use'),
  overWssOnly(close(1001), 'in-use'),
  overWssOnly(close(1008), 'ambiguous'),
  overWssOnly(close(1011), 'in-use'),
  overWssOnly(close(1013), 'in-use'),
  overWssOnly(close(4000), 'in-use'),
  overWssOnly(close(4001), 'in-use'),
  overWssOnly({ end: 'cut' }, 'in-use'),
  overWssOnly({ end: 'reset' }, 'in-use'),
  [http(409), http(409), 'in-use', 'in-use'],
  [http(423), http(423), 'in-use', 'in-use'],
  [http(429), http(429), 'in-use', 'in-use'],
  [http(503), http(503), 'in-use', 'in-use'],
  ['silent', 'silent', 'timed-out', 'timed-out'],
];

describe.each(VERSIONS)('over %s, the verdict of the proof', (maxVersion) => {
  it.each(ROWS)(
    'ours: %j, a stranger’s: %j, over WSS %s, over HTTPS %s',
    async (ours, strangers, ...expected) => {
      const device = await startStrictDevice(shown, pki, { maxVersion, own, ours, strangers });
      for (const [index, transport] of TRANSPORTS.entries()) {
        const wanted = expected[index];
        const silent = ours === 'silent' || strangers === 'silent';
        if (wanted) expect(await proofAt(device.address, transport, silent ? 700 : 5_000)).toBe(wanted);
      }
      await device.stop();
    },
  );

  it('is that somebody else has the channel, if it was taken between ours and the stranger’s', async () => {
    const device = await startStrictDevice(shown, pki, {
      maxVersion,
      own,
      ours: ANSWERS,
      strangers: http(409),
    });
    device.afterAnswer(() => device.treatOurs(http(409)));
    expect(await proofAt(device.address, 'wss')).toBe('in-use');
    await device.stop();
  });

  it('is TLS only, if somebody else had the channel while the stranger asked', async () => {
    const device = await startStrictDevice(shown, pki, {
      maxVersion,
      own,
      ours: ANSWERS,
      strangers: close(1013),
    });
    device.afterAnswer(() => device.afterAnswer(() => device.treatStrangers(ANSWERS)));
    expect(await proofAt(device.address, 'wss')).toBe('tls-only');
    await device.stop();
  });

  it('is a refusal too when the alert comes while we are sending', async () => {
    const device = await startStrictDevice(shown, pki, {
      maxVersion,
      own,
      ours: alert(46),
      strangers: alert(46),
    });
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => prove(device.address, 'https')));
    expect(new Set(outcomes.map(({ kind }) => kind))).toEqual(new Set(['refused']));
    await device.stop();
  });
});

it('an alert that comes before our certificate is no word about it', async () => {
  // A fatal unknown_ca in place of the ServerHello, as anybody on the way could send it.
  const network = await startUnsteadyNetwork({ host: '127.0.0.1', port: 9 });
  network.expect('alert-at-hello');
  expect(await proofAt(network.address, 'wss')).toBe('thrown: tls-failed');
  await network.stop();
});

describe.each(VERSIONS)('over %s, a device that lets everybody in', (maxVersion) => {
  let server: TestServer;
  let network: UnsteadyNetwork;

  beforeEach(async () => {
    server = await startTlsServer(shown, { chainPem: pki.intermediate.certificatePem, maxVersion });
    acceptChannels(server, { pongs: true, goodbyes: true });
    server.server.on('request', (_request, response) => response.end());
    network = await startUnsteadyNetwork(server.address);
  });
  afterEach(async () => {
    await network.stop();
    await server.stop();
  });

  it.each<readonly [string, readonly [Fate, ...Fate[]]]>([
    ['tls-only', ['through']],
    ['tls-only', ['through', 'reset', 'through']],
    ['tls-only', ['close', 'through', 'close', 'through']],
    ['tls-only', ['reset', 'through']],
    ['inconclusive', ['through', 'reset']],
    ['inconclusive', ['through', 'close']],
    ['connection-lost', ['close']],
    ['connection-lost', ['reset']],
  ])('is %s, whatever the network does: %j', async (expected, fates) => {
    for (const transport of TRANSPORTS) {
      network.expect(...fates);
      expect(await proofAt(network.address, transport)).toBe(expected);
    }
  });
});

describe('a device that only closes the connections of strangers', () => {
  let server: TestServer;
  let network: UnsteadyNetwork;

  const start = async (maxVersion: 'TLSv1.2' | 'TLSv1.3') => {
    server = await startTlsServer(shown, { chainPem: pki.intermediate.certificatePem, maxVersion });
    acceptChannels(server, { pongs: true, goodbyes: true });
    network = await startUnsteadyNetwork(server.address);
  };
  /** What becomes of the connections whose handshake is done, in order; later ones meet the last. */
  const afterHandshake = (...fates: readonly ('kept' | 'closed')[]) => {
    let seen = 0;
    server.server.on('secureConnection', (socket) => {
      if ((fates[seen] ?? fates[fates.length - 1]) === 'closed') socket.destroy();
      seen += 1;
    });
  };
  afterEach(async () => {
    await network.stop();
    await server.stop();
  });

  it('is proved if ours is let in afterwards', async () => {
    await start('TLSv1.3');
    afterHandshake('kept', 'closed', 'closed', 'kept');
    expect(await proofAt(network.address, 'wss')).toBe('mtls');
    expect(network.met).toBe(4);
  });

  it('is not proved if ours is closed afterwards as well', async () => {
    await start('TLSv1.3');
    afterHandshake('kept', 'closed');
    expect(await proofAt(network.address, 'wss')).toBe('inconclusive');
  });

  it('is not proved if ours does not get through afterwards', async () => {
    await start('TLSv1.3');
    afterHandshake('kept', 'closed', 'closed', 'kept');
    network.expect('through', 'through', 'through', 'reset');
    expect(await proofAt(network.address, 'wss')).toBe('inconclusive');
    expect(network.met).toBe(4);
  });

  it('may do so within the handshake of TLS 1.2', async () => {
    await start('TLSv1.2');
    network.expect('through', 'cut-at-certificate', 'cut-at-certificate', 'through');
    expect(await proofAt(network.address, 'wss')).toBe('mtls');
    network.expect('through', 'cut-at-certificate', 'cut-at-certificate', 'cut-at-certificate');
    expect(await proofAt(network.address, 'wss')).toBe('inconclusive');
  });

  it('refuses ours never, however often it closes', async () => {
    await start('TLSv1.2');
    network.expect('cut-at-certificate');
    expect(await proofAt(network.address, 'wss')).toBe('connection-lost');
    expect(network.met).toBe(2);
    network.expect('cut-at-certificate', 'through');
    expect(await proofAt(network.address, 'wss')).toBe('tls-only');
  });
});

describe('on a network that ends every connection', () => {
  let device: SimulatedDevice;
  let network: UnsteadyNetwork;
  let register: ReturnType<typeof testRegister>;

  beforeEach(async () => {
    device = await startSteadyDevice({ pki });
    network = await startUnsteadyNetwork({ host: device.host, port: device.port });
    register = testRegister(device.rootCaPem);
  });
  afterEach(async () => {
    await network.stop();
    await device.stop();
  });

  const check = async (id: string) =>
    (await checkConnection(id, 'full', register.context, new AbortController().signal)).pairing;
  /** Pairs over the network, which fails as soon as only the proof is missing. */
  const pairUnproved = (fate: Fate, replaces: string | null = null) => {
    network.expect('through');
    device.rotateCode();
    return register.pair(device, 'wss', {
      address: `127.0.0.1:${network.address.port}`,
      replaces,
      onProgress: ({ stages }) => {
        if (stages.find(({ stage }) => stage === 'prove')?.state === 'running') network.expect(fate);
      },
    });
  };

  it.each(['close', 'reset'] as const)('new credentials are kept and proved later (%s)', async (fate) => {
    const { result, last } = await pairUnproved(fate);
    expect(result).toMatchObject({ ok: true, value: { proved: false } });
    expect(last?.outcome).toMatchObject({ kind: 'waiting' });
    const [kept] = register.vault.pairings;
    expect(kept?.proved).toBe(false);
    expect(await check(kept?.id ?? '')).toMatchObject({ lastCheck: { error: { code: 'connection-lost' } } });
    network.expect('through');
    expect(await check(kept?.id ?? '')).toMatchObject({ proved: true, lastCheck: { result: 'mtls' } });
  });

  it('neither new nor old credentials are given up', async () => {
    const first = await register.pair(device, 'wss', { address: `127.0.0.1:${network.address.port}` });
    const id = first.result.ok ? first.result.value.id : '';
    const again = await pairUnproved('reset', id);
    expect(again.last?.outcome).toMatchObject({ kind: 'waiting' });
    const both = await register.vault.credentials(id);
    expect(both.map(({ pending }) => pending)).toEqual([true, false]);
    expect(await check(id)).toMatchObject({ lastCheck: { error: { code: 'connection-lost' } } });
    expect((await register.vault.credentials(id)).map(({ credentials }) => credentials)).toEqual(
      both.map(({ credentials }) => credentials),
    );
    network.expect('through');
    expect(await check(id)).toMatchObject({ lastCheck: { result: 'mtls' } });
    expect(await register.vault.credentials(id)).toMatchObject([
      { pending: false, credentials: both[0]?.credentials },
    ]);
  });
});
