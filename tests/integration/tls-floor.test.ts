import dns from 'node:dns';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openConnection } from '../../electron/core/device/connection.ts';
import { meetDevice } from '../../electron/core/device/first-meeting.ts';
import { toAppError } from '../../electron/core/failure.ts';
import type { AppError } from '../../shared/errors.ts';
import { createVendorPki, deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, createCa, issueCertificate } from '../simulator/pki.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { startTlsServer, type TestServer } from '../support/tls-server.ts';

// Verdicts on TLS differ between OpenSSL (Node) and BoringSSL (Electron's Node): this file runs in both.
const isBoringSsl = process.versions.openssl === '0.0.0';
const LOCALHOST = '127.0.0.1';
let pki: VendorPki;
let device: CertifiedKey;
let running: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
  device = await certify(pki.intermediate);
});
afterEach(async () => {
  vi.restoreAllMocks();
  await Promise.all(running.map((stop) => stop()));
  running = [];
});

const certify = (issuer: CertifiedKey, more: Partial<Parameters<typeof issueCertificate>[0]> = {}) =>
  issueCertificate({
    commonName: 'device',
    issuer,
    extendedKeyUsage: ['serverAuth'],
    dnsNames: [deviceDnsName('1850012345')],
    ...more,
  });

async function serve(shown: CertifiedKey, chain: readonly CertifiedKey[], options = {}): Promise<TestServer> {
  const chainPem = chain.map(({ certificatePem }) => certificatePem).join('');
  const server = await startTlsServer(shown, { chainPem, ...options });
  running.push(() => server.stop());
  return server;
}

async function serveRaw(onConnection: (socket: Socket) => void): Promise<number> {
  const server: Server = createServer((socket) => {
    socket.on('error', () => {});
    onConnection(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, LOCALHOST, resolve));
  running.push(() => new Promise((resolve) => server.close(resolve)));
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : 0;
}

const optionsFor = (address: { readonly host: string; readonly port: number }) => ({
  address,
  trust: { rootCas: [{ root: pki.root.certificate, intermediates: [] }], now: Date.now, knownPast: 0 },
  signal: AbortSignal.timeout(20_000),
});

async function errorOf(opening: Promise<{ readonly socket?: { destroy(): void } }>): Promise<AppError> {
  try {
    (await opening).socket?.destroy();
    return { code: 'internal', detail: 'it was let through' };
  } catch (thrown) {
    return toAppError(thrown);
  }
}

const meeting = (address: { readonly host: string; readonly port: number }) =>
  errorOf(meetDevice({ ...optionsFor(address), earlierCertificate: async () => undefined }).then(() => ({})));

describe('a certificate that can be forged, anywhere in the chain', () => {
  // OpenSSL's own servers refuse to show such chains, unless they are told not to look.
  const anyStrength = isBoringSsl ? {} : { ciphers: 'DEFAULT:@SECLEVEL=0' };

  it.each([
    ['an RSA key of 1024 bits', 'RSA 1024', { keyBits: 1024 }],
    ['an RSA key of 512 bits', 'RSA 512', { keyBits: 512 }],
    ['an EC key on P-224', 'EC secp224r1', { keyType: 'ec', curve: 'secp224r1' }],
    ['a SHA-1 signature', 'SHA-1', { digest: 'sha1' }],
    // BoringSSL does not know the algorithm at all: to it the intermediate has no issuer.
    ...(isBoringSsl ? [] : ([['an MD5 signature', 'MD5', { digest: 'md5' }]] as const)),
  ] as const)('is refused: an intermediate with %s', async (_what, reason, weakness) => {
    const intermediate = await createCa({ commonName: 'Weak CA', issuer: pki.root, ...weakness });
    const server = await serve(await certify(intermediate), [intermediate], anyStrength);
    expect(await errorOf(openConnection(optionsFor(server.address)))).toMatchObject({
      code: 'device-certificate-weak',
      params: { subject: 'CN=Weak CA', reason },
    });
  });

  it.each([
    ['RSA 1024', { keyBits: 1024 }],
    ['SHA-1', { digest: 'sha1' }],
  ] as const)('is refused: a device certificate with %s', async (reason, weakness) => {
    const server = await serve(await certify(pki.intermediate, weakness), [pki.intermediate], anyStrength);
    expect(await errorOf(openConnection(optionsFor(server.address)))).toMatchObject({
      code: 'device-certificate-weak',
      params: { reason },
    });
  });
});

describe('TLS 1.2', () => {
  it.each(['AES128-GCM-SHA256', 'AES256-SHA', 'ECDHE-RSA-AES128-SHA'])(
    'without forward secrecy or authenticated encryption is outdated: %s',
    async (ciphers) => {
      const server = await serve(device, [pki.intermediate], { maxVersion: 'TLSv1.2', ciphers });
      expect((await errorOf(openConnection(optionsFor(server.address)))).code).toBe('tls-too-old');
    },
  );

  it.each(['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-RSA-AES256-GCM-SHA384', 'ECDHE-RSA-CHACHA20-POLY1305'])(
    'is fine with %s',
    async (ciphers) => {
      const server = await serve(device, [pki.intermediate], { maxVersion: 'TLSv1.2', ciphers });
      const { socket } = await openConnection(optionsFor(server.address));
      expect(socket.getCipher().standardName).toContain('ECDHE');
      socket.destroy();
    },
  );

  it.skipIf(isBoringSsl)('is not renegotiated: what was judged must stay', async () => {
    const server = await serve(device, [pki.intermediate], { maxVersion: 'TLSv1.2' });
    const { socket } = await openConnection(optionsFor(server.address));
    socket.resume();
    const outcome = new Promise((resolve) => {
      for (const ended of [socket, ...server.open]) {
        ended.once('error', resolve);
        ended.once('close', () => resolve('closed'));
      }
      for (const accepted of server.open)
        accepted.renegotiate({}, (error) => resolve(error ?? 'renegotiated'));
    });
    expect(await outcome).not.toBe('renegotiated');
    socket.destroy();
  });
});

describe('a device that demands a certificate before the pairing', () => {
  it.each(['demands-certificate', 'demands-certificate-tls-1.2'] as const)(
    'is named, and shown the certificate in use when the pairing is renewed: %s',
    async (fault) => {
      const simulated = await startSimulatedDevice({ pki });
      running.push(() => simulated.stop());
      const register = testRegister(simulated.rootCaPem);
      const first = await register.pair(simulated, 'wss');
      if (!first.result.ok) expect.unreachable(first.result.error.code);

      simulated.setFault(fault);
      const code = simulated.rotateCode();
      const stranger = await testRegister(simulated.rootCaPem).pair(simulated, 'wss', { code });
      expect(stranger.result).toMatchObject({
        ok: false,
        error: { code: 'device-demands-certificate', stage: 'reach' },
      });
      expect(simulated.hasReceived(code)).toBe(false);

      const renewed = await register.pair(simulated, 'wss', { code, replaces: first.result.value.id });
      expect(renewed.result).toMatchObject({ ok: true, value: { lastCheck: { result: 'mtls' } } });
    },
  );

  it('does not get a certificate it no longer knows taken for the reason', async () => {
    const simulated = await startSimulatedDevice({ pki });
    running.push(() => simulated.stop());
    const register = testRegister(simulated.rootCaPem);
    const first = await register.pair(simulated, 'wss');
    if (!first.result.ok) expect.unreachable(first.result.error.code);
    simulated.setFault('demands-certificate');
    register.cipher.key ^= 1;
    const renewed = await register.pair(simulated, 'wss', {
      code: simulated.rotateCode(),
      replaces: first.result.value.id,
    });
    expect(renewed.result).toMatchObject({ ok: false, error: { code: 'device-demands-certificate' } });
  });
});

/** A ServerHello of a version and suite, with nothing after it. */
function serverHello(version: number, suite: number): Buffer {
  const body = Buffer.alloc(38);
  body.writeUInt16BE(version, 0);
  body.writeUInt16BE(suite, 35);
  const header = Buffer.from([22, 3, 1, 0, body.length + 4, 2, 0, 0, body.length]);
  return Buffer.concat([header, body]);
}

describe('what answers instead of a device', () => {
  it('speaks outdated TLS, though it only closes on a version it does not know', async () => {
    const versions: number[] = [];
    const port = await serveRaw((socket) =>
      socket.once('data', (hello) => {
        const version = hello.readUInt16BE(9);
        versions.push(version);
        if (version > 0x0301) socket.destroy();
        else socket.end(serverHello(0x0301, 0x002f));
      }),
    );
    expect((await meeting({ host: LOCALHOST, port })).code).toBe('tls-too-old');
    // The handshake itself, then the question for ever older versions.
    expect(versions).toEqual([0x0303, 0x0303, 0x0302, 0x0301]);
  });

  it('speaks TLS 1.2 with outdated suites only, though it only closes without a common one', async () => {
    const port = await serveRaw((socket) =>
      socket.once('data', (hello) => {
        if (hello.includes(Buffer.from([0x00, 0x35]))) socket.end(serverHello(0x0303, 0x0035));
        else socket.destroy();
      }),
    );
    expect((await meeting({ host: LOCALHOST, port })).code).toBe('tls-too-old');
  });

  it.each([
    ['connection-lost', 'closes without a word', () => {}],
    ['plain-http', 'speaks HTTP', (socket: Socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')],
    ['not-tls', 'speaks something else', (socket: Socket) => socket.write('SSH-2.0-OpenSSH_9.6\r\n')],
  ] as const)('is %s when it %s', async (code, _what, answer) => {
    const port = await serveRaw((socket) =>
      socket.once('data', () => {
        answer(socket);
        socket.end();
      }),
    );
    expect((await meeting({ host: LOCALHOST, port })).code).toBe(code);
  });
});

describe('a certificate of somebody else', () => {
  it.each([
    ['Norton', 'Norton Web/Mail Shield Root', undefined],
    ['Kaspersky', 'Kaspersky Anti-Virus Personal Root Certificate', 'AO Kaspersky Lab'],
    ['ESET', 'ESET SSL Filter CA', 'ESET, spol. s r. o.'],
    ['Avast', 'Avast Web/Mail Shield Root', undefined],
    ['AVG', 'AVG Web/Mail Shield Root', undefined],
    ['Bitdefender', 'Bitdefender Personal CA.Net-Defender', 'Bitdefender'],
    ['Zscaler', 'Zscaler Intermediate Root CA (zscalertwo.net)', 'Zscaler Inc.'],
    ['Fortinet', 'FGT60F', 'Fortinet'],
    ['Cisco Umbrella', 'Cisco Umbrella Secondary SubCA', 'Cisco'],
  ])('is told by its issuer: %s', async (name, commonName, organization) => {
    const resigner = await createCa({ commonName, key: pki.root.key, ...(organization && { organization }) });
    const server = await serve(await certify(resigner), []);
    expect(await errorOf(openConnection(optionsFor(server.address)))).toMatchObject({
      code: 'device-certificate-resigned',
      params: { name },
    });
  });

  it('is one from before the activation when it is self-signed, or made in the factory, and names no device', async () => {
    const factory = await createCa({ commonName: 'Device CA', organization: 'PAX Computer Technology' });
    const other = await createCa({ commonName: 'Asset PAXTON CA' });
    const cases = [
      ['device-not-activated', await issueCertificate({ commonName: 'localhost' })],
      ['device-not-activated', await certify(factory, { dnsNames: [] })],
      ['device-issuer-unknown', await certify(factory)],
      ['device-issuer-unknown', await certify(other, { dnsNames: [] })],
      [
        'device-issuer-unknown',
        await issueCertificate({ commonName: 'x', dnsNames: [deviceDnsName('1850012345')] }),
      ],
    ] as const;
    for (const [code, shown] of cases) {
      const server = await serve(shown, []);
      expect((await errorOf(openConnection(optionsFor(server.address)))).code).toBe(code);
    }
  });
});

describe('a host name with an IPv6 and an IPv4 address', () => {
  const resolveTo = (...addresses: { address: string; family: number }[]) =>
    vi
      .spyOn(dns, 'lookup')
      .mockImplementation(((_host: string, _options: unknown, done: (...all: unknown[]) => void) =>
        done(null, addresses)) as typeof dns.lookup);

  it('is reached by the one that lives', async () => {
    const { address } = await serve(device, [pki.intermediate]);
    resolveTo({ address: '::1', family: 6 }, { address: LOCALHOST, family: 4 });
    const { socket } = await openConnection(optionsFor({ host: 'terminal.example', port: address.port }));
    expect(socket.remoteAddress).toBe(LOCALHOST);
    socket.destroy();
  });

  it('names both when neither does', async () => {
    const port = await serveRaw(() => {});
    await running.pop()?.();
    resolveTo({ address: '::1', family: 6 }, { address: LOCALHOST, family: 4 });
    const { code, detail } = await errorOf(openConnection(optionsFor({ host: 'terminal.example', port })));
    expect(code).toBe('connection-refused');
    expect(detail).toContain('::1');
    expect(detail).toContain(LOCALHOST);
  });
});
