import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { proveMtls } from '../../electron/core/device/mtls-proof.ts';
import { strangerAt } from '../../electron/core/device/stranger.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { checkConnection } from '../../electron/core/pairing/check-connection.ts';
import type { Transport } from '../../shared/inputs.ts';
import { createVendorPki, deviceDnsName, type SimulatedDevice, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, issueCertificate } from '../simulator/pki.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { acceptChannels, startTlsServer, type TestServer } from '../support/tls-server.ts';
import { type Fate, startUnsteadyNetwork, type UnsteadyNetwork } from '../support/unsteady-network.ts';

const SERIAL = '1850012345';
const TRIES = 3;
let pki: VendorPki;
let shown: CertifiedKey;

beforeAll(async () => {
  pki = await createVendorPki();
  shown = await issueCertificate({
    commonName: 'device',
    issuer: pki.intermediate,
    extendedKeyUsage: ['serverAuth'],
    dnsNames: [deviceDnsName(SERIAL)],
  });
});

/** What the proof comes to at an address, under a certificate that is as good as issued to whoever asks nobody. */
async function proofAt(address: UnsteadyNetwork['address'], transport: Transport = 'wss'): Promise<string> {
  try {
    const { result } = await proveMtls({
      address,
      trust: { rootCa: { root: pki.root.certificate, intermediates: [] }, now: Date.now, knownPast: 0 },
      signal: new AbortController().signal,
      identity: { kind: 'serial', serial: SERIAL },
      transport,
      clientCertificate: await strangerAt(Date.now()),
      retry: { delayMs: 1, tries: TRIES },
      timeoutMs: 5_000,
    });
    return result;
  } catch (thrown) {
    return toAppError(thrown).code;
  }
}

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s, a device that lets everybody in', (maxVersion) => {
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
    ['tls-only', ['through', 'reset', 'close', 'through']],
    ['tls-only', ['reset', 'through', 'close', 'reset', 'through']],
    ['mtls-inconclusive', ['through', 'reset']],
    ['mtls-inconclusive', ['through', 'close']],
    ['connection-lost', ['close']],
    ['connection-lost', ['reset']],
  ])('is %s, whatever the network does: %j', async (expected, fates) => {
    for (const transport of ['wss', 'https'] as const) {
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
    expect(await proofAt(network.address)).toBe('mtls');
    expect(network.met).toBe(4);
  });

  it('is not proved if ours is closed afterwards as well', async () => {
    await start('TLSv1.3');
    afterHandshake('kept', 'closed');
    expect(await proofAt(network.address)).toBe('mtls-inconclusive');
  });

  it('is not proved if ours does not get through afterwards', async () => {
    await start('TLSv1.3');
    afterHandshake('kept', 'closed', 'closed', 'kept');
    network.expect('through', 'through', 'through', 'reset');
    expect(await proofAt(network.address)).toBe('mtls-inconclusive');
    expect(network.met).toBe(4);
  });

  it('may do so within the handshake of TLS 1.2', async () => {
    await start('TLSv1.2');
    network.expect('through', 'cut-at-certificate', 'cut-at-certificate', 'through');
    expect(await proofAt(network.address)).toBe('mtls');
    network.expect('through', 'cut-at-certificate', 'cut-at-certificate', 'cut-at-certificate');
    expect(await proofAt(network.address)).toBe('mtls-inconclusive');
    network.expect('cut-at-certificate');
    expect(await proofAt(network.address)).toBe('mtls-refused');
    expect(network.met).toBe(TRIES);
  });

  it('refuses ours only if it closes each time', async () => {
    await start('TLSv1.2');
    network.expect('cut-at-certificate', 'reset', 'cut-at-certificate');
    expect(await proofAt(network.address)).toBe('connection-lost');
    network.expect('cut-at-certificate', 'cut-at-certificate', 'reset');
    expect(await proofAt(network.address)).toBe('connection-lost');
    network.expect('cut-at-certificate', 'cut-at-certificate', 'through');
    expect(await proofAt(network.address)).toBe('tls-only');
  });
});

describe('on a network that ends every connection', () => {
  let device: SimulatedDevice;
  let network: UnsteadyNetwork;
  let register: ReturnType<typeof testRegister>;

  beforeEach(async () => {
    device = await startSimulatedDevice({ pki });
    network = await startUnsteadyNetwork({ host: device.host, port: device.port });
    register = testRegister(device.rootCaPem);
  });
  afterEach(async () => {
    await network.stop();
    await device.stop();
  });

  const check = (id: string) => checkConnection(id, register.context, new AbortController().signal);
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
    expect(result).toMatchObject({ ok: false, error: { code: 'connection-lost', stage: 'prove' } });
    expect(last?.outcome).toMatchObject({ credentialsKept: true });
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
    expect(again.last?.outcome).toMatchObject({ kind: 'failed', credentialsKept: true });
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
