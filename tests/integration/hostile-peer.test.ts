import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectionOptions, openConnection } from '../../electron/core/device/connection.ts';
import { openLiveChannel } from '../../electron/core/device/live-channel.ts';
import { proveMtls } from '../../electron/core/device/mtls-proof.ts';
import { makeStranger } from '../../electron/core/device/stranger.ts';
import { searchHosts } from '../../electron/core/discovery/search-hosts.ts';
import { toAppError } from '../../electron/core/failure.ts';
import type { AppError } from '../../shared/errors.ts';
import { createVendorPki, deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, createCa, DAY_MS, issueCertificate } from '../simulator/pki.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { acceptChannels, startTlsServer, type TestServer } from '../support/tls-server.ts';

const SERIAL = '1850012345';
let pki: VendorPki;
let device: CertifiedKey;
let servers: TestServer[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
  device = await certify([deviceDnsName(SERIAL)]);
});
afterEach(async () => {
  await Promise.all(servers.map((server) => server.stop()));
  servers = [];
});

const certify = (dnsNames: readonly string[]) =>
  issueCertificate({
    commonName: 'device',
    issuer: pki.intermediate,
    extendedKeyUsage: ['serverAuth'],
    dnsNames,
  });

async function serve(shown: CertifiedKey, options: Parameters<typeof startTlsServer>[1] = {}) {
  const server = await startTlsServer(shown, { chainPem: pki.intermediate.certificatePem, ...options });
  servers.push(server);
  return server;
}

const optionsFor = (
  { address }: TestServer,
  intermediates: readonly X509Certificate[] = [],
): ConnectionOptions => ({
  address,
  trust: { rootCas: [{ root: pki.root.certificate, intermediates }], now: Date.now, knownPast: 0 },
  signal: new AbortController().signal,
});

const outcome = async (server: TestServer, intermediates?: readonly X509Certificate[]): Promise<string> => {
  try {
    const { socket, identity } = await openConnection(optionsFor(server, intermediates));
    socket.destroy();
    return identity.kind === 'serial' ? identity.serial : identity.host;
  } catch (thrown) {
    return toAppError(thrown).code;
  }
};

/** A certificate whose alternative names claim to be longer than they are: OpenSSL shows it, nobody can read it. */
async function unreadable(): Promise<CertifiedKey> {
  const good = await certify(['x.example']);
  const der = Buffer.from(good.certificate.raw);
  der[der.indexOf('x.example') - 1] = 100;
  return { ...good, certificatePem: new X509Certificate(der).toString() };
}

describe('names in a device certificate', () => {
  it.each([
    ['1850012345', [deviceDnsName(SERIAL)]],
    ['ABC-1', ['abc-1.CYBS.seclib.IO']],
    ['1850012345', ['other.example', deviceDnsName(SERIAL), deviceDnsName(SERIAL)]],
    ['1850012345', [`${SERIAL}.pgw.seclib.io`]],
    ['1850012345', [`${SERIAL}.a-brand-2.seclib.io`, deviceDnsName(SERIAL)]],
    ['device-identity-ambiguous', [deviceDnsName(SERIAL), deviceDnsName('1850099999')]],
    ['device-identity-ambiguous', [deviceDnsName(SERIAL), '1850099999.pgw.seclib.io']],
    ['device-identity-missing', [`${SERIAL}.seclib.io`]],
    ['device-identity-missing', [`${SERIAL}.*.seclib.io`]],
    ['device-identity-missing', [`${SERIAL}.cybs.seclib.io.`]],
    ['device-identity-missing', [`${SERIAL}.cybs.xseclib.io`]],
    ['device-identity-missing', [`${SERIAL}.xn--pgw-abc.seclib.io`]],
    ['device-identity-missing', ['xn--1850012345-abc.cybs.seclib.io']],
    ['device-identity-missing', [`${SERIAL}.-pgw.seclib.io`]],
    ['device-identity-missing', ['*.cybs.seclib.io']],
    ['device-identity-missing', ['a.b.cybs.seclib.io']],
    ['device-identity-missing', ['1850012345.cybs.seclib.io.']],
    ['device-identity-missing', ['1850012345.cybs.seclib.io\0.evil.example']],
    ['device-identity-missing', ['1850012345\0.cybs.seclib.io']],
    ['device-identity-missing', ['1850012345.cybs.seclib.io.evil.example']],
    ['device-identity-missing', ['1850012345.cybs.seclib.io\n']],
    ['device-identity-missing', ['.cybs.seclib.io']],
  ] as const)('mean %s: %j', async (expected, names) => {
    expect(await outcome(await serve(await certify(names)))).toBe(expected);
  });
});

describe('certificates made to harm', () => {
  it('that cannot be read are refused as invalid, and a search goes on to the next host', async () => {
    const bad = await serve(await unreadable(), { host: '127.0.0.2' });
    expect(await outcome(bad)).toBe('device-certificate-invalid');
    const good = await startSimulatedDevice({ pki, host: '127.0.0.3', port: bad.address.port });
    const found = await searchHosts({
      hosts: ['127.0.0.2', '127.0.0.3'],
      port: bad.address.port,
      trust: optionsFor(bad).trust,
      signal: new AbortController().signal,
    });
    expect(found.map(({ address }) => address.host)).toEqual(['127.0.0.3']);
    await good.stop();
  });

  it('that all issue each other cost no more than a moment', async () => {
    const first = await createCa({ commonName: 'loop' });
    const others = await Promise.all(
      Array.from({ length: 30 }, () => createCa({ commonName: 'loop', key: first.key })),
    );
    const leaf = await issueCertificate({
      commonName: 'device',
      issuer: first,
      dnsNames: [deviceDnsName(SERIAL)],
    });
    const chainPem = others.map(({ certificatePem }) => certificatePem).join('');
    expect(await outcome(await serve(leaf, { chainPem }))).toBe('device-issuer-unknown');
  });

  it('do not become trusted because an intermediate is known without its root', async () => {
    const server = await serve(device);
    const { trust, ...rest } = optionsFor(server);
    const otherRoot = await createCa({ commonName: 'Other root' });
    const opened = openConnection({
      ...rest,
      trust: {
        ...trust,
        rootCas: [{ root: otherRoot.certificate, intermediates: [pki.intermediate.certificate] }],
      },
    });
    await expect(opened).rejects.toMatchObject({ appError: { code: 'device-issuer-unknown' } });
  });
});

it('certificates are taken in whatever order they come (RFC 8446 section 4.4.2)', async () => {
  const below = await createCa({ commonName: 'CA below', issuer: pki.root });
  const lowest = await createCa({ commonName: 'Lowest CA', issuer: below });
  const leaf = await issueCertificate({
    commonName: 'device',
    issuer: lowest,
    dnsNames: [deviceDnsName(SERIAL)],
  });
  for (const behind of [
    [lowest, below],
    [below, lowest],
    [pki.root, below, pki.intermediate, lowest],
  ]) {
    const chainPem = behind.map(({ certificatePem }) => certificatePem).join('');
    expect(await outcome(await serve(leaf, { chainPem }))).toBe(SERIAL);
  }
});

describe('a renewed CA certificate', () => {
  it('counts beside the ended one with the same key, wherever each of them is known from', async () => {
    const inDays = (days: number) => new Date(Date.now() + days * DAY_MS);
    const name = { commonName: 'Issuing CA', issuer: pki.root };
    const ended = await createCa({ ...name, notBefore: inDays(-9), notAfter: inDays(-1) });
    const renewed = await createCa({ ...name, key: ended.key });
    const leaf = await issueCertificate({
      commonName: 'device',
      issuer: renewed,
      dnsNames: [deviceDnsName(SERIAL)],
    });
    const cases = [
      [SERIAL, [renewed, ended], []],
      [SERIAL, [renewed], [ended]],
      [SERIAL, [ended], [renewed]],
      [SERIAL, [], [ended, renewed]],
      ['device-certificate-expired', [ended], [ended]],
    ] as const;
    for (const [expected, presented, known] of cases) {
      const chainPem = presented.map(({ certificatePem }) => certificatePem).join('');
      const server = await serve(leaf, { chainPem });
      const intermediates = known.map(({ certificate }) => certificate);
      expect(await outcome(server, intermediates)).toBe(expected);
    }
  });
});

describe('a connection', () => {
  it('is verified anew each time: no TLS session is resumed', async () => {
    const server = await serve(device);
    for (let i = 0; i < 2; i += 1) {
      const { socket } = await openConnection(optionsFor(server));
      expect(socket.isSessionReused()).toBe(false);
      socket.destroy();
    }
  });

  it('may be reset at any moment without harm to the app', async () => {
    const server = await serve(device);
    const accepted = new Promise<Socket>((resolve) => server.server.once('connection', resolve));
    const { socket } = await openConnection(optionsFor(server));
    const closed = new Promise((resolve) => socket.once('close', resolve));
    // An error nobody listens to would fail this test run as uncaught.
    (await accepted).resetAndDestroy();
    await closed;

    const rude = createTcpServer((tcp) => tcp.once('data', () => tcp.resetAndDestroy()));
    await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
    const bound = rude.address();
    const port = typeof bound === 'object' && bound ? bound.port : 0;
    const opened = openConnection({ ...optionsFor(server), address: { host: '127.0.0.1', port } });
    await expect(opened).rejects.toMatchObject({ appError: { code: 'connection-lost' } });
    await new Promise((resolve) => rude.close(resolve));
  });
});

describe('a live channel', () => {
  const open = async (server: TestServer, everyMs: number, pongWithinMs: number) => {
    let lose: (error: AppError) => void = () => {};
    const lost = new Promise<AppError>((resolve) => {
      lose = resolve;
    });
    const options = { ...optionsFor(server), clientCertificate: await makeStranger(Date.now()) };
    const channel = await openLiveChannel(options, { everyMs, pongWithinMs }, ({ appError }) =>
      lose(appError),
    );
    return { channel, lost };
  };

  it('is lost when pings stay unanswered, also when they are more frequent than the wait for an answer', async () => {
    const server = await serve(device);
    acceptChannels(server, { pongs: false });
    const { lost } = await open(server, 20, 100);
    expect((await lost).code).toBe('timed-out');
  });

  it('is closed soon even when the device does not say goodbye', async () => {
    const server = await serve(device);
    acceptChannels(server, { pongs: true });
    const { channel } = await open(server, 10_000, 10_000);
    await channel.close();
    await channel.close();
  });

  it('leaves no connection behind when an HTTP answer comes instead', async () => {
    const server = await serve(device);
    const gone = new Promise((resolve) =>
      server.server.once('secureConnection', (socket) => socket.once('close', resolve)),
    );
    server.server.on('upgrade', (_request, socket) => {
      socket.write('HTTP/1.1 503 Busy\r\nContent-Length: 4\r\nConnection: keep-alive\r\n\r\nbusy');
    });
    await expect(open(server, 1000, 1000)).rejects.toMatchObject({ appError: { code: 'device-in-use' } });
    await gone;
  });
});

describe('the mTLS proof', () => {
  it('counts a ping that was answered, whatever the device does with the goodbye', async () => {
    const server = await serve(device);
    acceptChannels(server, { pongs: true });
    const proof = await proveMtls({
      ...optionsFor(server),
      identity: { kind: 'serial', serial: SERIAL },
      transport: 'wss',
      clientCertificate: await makeStranger(Date.now()),
      timeoutMs: 5_000,
    });
    expect(proof).toMatchObject({ kind: 'proved', result: 'tls-only' });
  });
});
