import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ANSWER_FORMAT_NAMES, type AnswerFormat } from './answers.ts';
import {
  failureOf,
  identityIn,
  openTls,
  openWebSocket,
  pairedIdentity,
  pairingBody,
  pairOverHttps,
  peerCertificate,
  pemBlocks,
  rawExchange,
  request,
} from './clients.ts';
import {
  createVendorPki,
  type DeviceEvent,
  deviceDnsName,
  otherSerial,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  startSimulatedDevice,
  type VendorPki,
} from './device.ts';
import { FAULT_NAMES, type Fault } from './faults.ts';
import { traditionalKeyPem } from './keys.ts';
import { createCa, issueCertificate } from './pki.ts';
import { OLD_TLS } from './tls-profile.ts';

let pki: VendorPki;
const running: SimulatedDevice[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((device) => device.stop()));
});

/** A device that stays after a pairing, unless a test is about that. */
async function start(options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  const device = await startSimulatedDevice({ pki, afterPairing: 'stays', ...options });
  running.push(device);
  return device;
}

const REFUSED = /alert[ _]certificate[ _]unknown/i;
const PRINT = JSON.stringify({ type: 'PrintReceiptRequest', transactionId: '1', receiptType: 'CUSTOMER' });

describe('device certificate', () => {
  it('is verified with nothing but the Root CA', async () => {
    const device = await start();
    const socket = await openTls(device);
    expect(socket.authorized).toBe(true);
    expect(socket.getPeerCertificate().subjectaltname).toBe('DNS:1850012345.cybs.seclib.io');
    expect(socket.getPeerCertificate().ext_key_usage).toEqual(['1.3.6.1.5.5.7.3.1']);
    socket.destroy();
  });

  it('survives a restart and can be replaced', async () => {
    const device = await start();
    const { port, certificateFingerprint } = device;
    await device.restart();
    expect((await peerCertificate(device)).fingerprint256).toBe(certificateFingerprint);
    await device.restart({ newCertificate: true });
    expect(device.port).toBe(port);
    expect(device.certificateFingerprint).not.toBe(certificateFingerprint);
    expect((await peerCertificate(device)).fingerprint256).toBe(device.certificateFingerprint);
  });

  it('refuses to listen on anything but loopback', async () => {
    await expect(start({ host: '0.0.0.0' })).rejects.toThrow(/loopback/);
    const device = await start({ host: '127.0.0.7' });
    expect(device.addresses.wss).toBe(`wss://127.0.0.7:${device.port}`);
    await expect(openTls(device).then((socket) => socket.destroy())).resolves.toBeDefined();
  });
});

describe('pairing', () => {
  it('delivers key, client certificate and CA over HTTPS', async () => {
    const events: DeviceEvent[] = [];
    const device = await start({ onEvent: (event) => events.push(event) });
    const { code } = device;
    expect(code).toMatch(/^[A-Z0-9]{8}$/);
    const reply = await pairOverHttps(device);
    expect(reply.status).toBe(200);
    expect(pemBlocks(reply.body).map(({ label }) => label)).toEqual([
      'RSA PRIVATE KEY',
      'CERTIFICATE',
      'CERTIFICATE',
      'CERTIFICATE',
    ]);
    const { key, cert, ca } = identityIn(reply.body);
    const client = new X509Certificate(cert);
    expect(client.checkPrivateKey(createPrivateKey(key))).toBe(true);
    expect(ca).toBe(device.rootCaPem);
    expect(client.subject).toBe('CN=123');
    expect(client.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2']);
    expect(device.screen).toBe('POS Activation Successful');
    expect(events).toContainEqual({ type: 'paired', posId: '123', message: 'POS Activation Successful' });
    expect(device.paired.get('123')?.fingerprint).toBe(client.fingerprint256);
    expect(device.received.map(({ json }) => json)).toEqual([{ posId: '123', setupCode: code }]);
    expect(device.hasReceived(code)).toBe(true);
  });

  it('works over WSS too', async () => {
    const device = await start();
    const channel = await openWebSocket(device);
    channel.ws.send(pairingBody('7', device.code));
    const identity = identityIn(await channel.next());
    channel.ws.close();
    const reply = await request(device, { method: 'GET', key: identity.key, cert: identity.cert });
    expect(reply.status).toBe(200);
  });

  it('accepts a code once, even when two requests race', async () => {
    const device = await start();
    const { code } = device;
    const replies = await Promise.all([pairOverHttps(device, '1', code), pairOverHttps(device, '2', code)]);
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 400]);
    const late = await pairOverHttps(device, '3', code);
    expect(JSON.parse(late.body)).toMatchObject({
      type: 'ErrorResponse',
      message: expect.stringContaining('used'),
    });
  });

  it('shows a new code when the old one’s time is up, and refuses the old one', async () => {
    let now = Date.now();
    const device = await start({ now: () => now });
    const { code, codeExpiresAt } = device;
    expect(codeExpiresAt - now).toBe(300_000);
    now += 299_999;
    expect(device.code).toBe(code);
    now += 1;
    expect(device.code).not.toBe(code);
    const reply = await pairOverHttps(device, '1', code);
    expect(JSON.parse(reply.body).message).toMatch(/expired/);
    expect((await pairOverHttps(device)).status).toBe(200);
  });

  it('shows new codes by itself', async () => {
    const device = await start({ codeLifetimeMs: 60 });
    const first = await device.nextEvent('code');
    const second = await device.nextEvent('code');
    expect(second.code).not.toBe(first.code);
  });

  it.each(['', '{', '[]', '{"posId":1,"setupCode":"AAAAAAAA"}', '{"posId":"1"}'])(
    'answers %j with an ErrorResponse',
    async (body) => {
      const device = await start();
      const reply = await request(device, { body });
      expect(reply.status).toBe(400);
      expect(JSON.parse(reply.body)).toMatchObject({
        type: 'ErrorResponse',
        developerDescription: expect.any(String),
      });
    },
  );

  it('refuses in other ways on demand', async () => {
    const device = await start({ errorAnswer: { status: 401, body: 'none' } });
    expect(await pairOverHttps(device, '1', 'WRONG000')).toMatchObject({ status: 401, body: '' });
    const channel = await openWebSocket(device);
    channel.ws.send(pairingBody('1', 'WRONG000'));
    expect(await channel.closed).toBe(1011);
    device.configure({ errorAnswer: { status: 500, body: 'html' } });
    expect(await pairOverHttps(device, '1', 'WRONG000')).toMatchObject({
      status: 500,
      contentType: 'text/html',
    });
  });

  it('replaces a POS, but keeps its earlier certificate until the new one is used', async () => {
    const device = await start();
    const first = await pairedIdentity(device);
    const second = await pairedIdentity(device);
    expect((await request(device, { method: 'GET', ...first })).status).toBe(200);
    expect((await request(device, { method: 'GET', ...second })).status).toBe(200);
    expect(await failureOf(request(device, { method: 'GET', ...first }))).toMatch(REFUSED);
    expect(device.connections.at(-1)?.refused).toBe('revoked');
  });

  it('rejects a POS ID twice under the policy "reject"', async () => {
    const device = await start({ posIdPolicy: 'reject' });
    await pairedIdentity(device);
    const reply = await pairOverHttps(device, '123', device.rotateCode());
    expect(JSON.parse(reply.body).message).toMatch(/in use/);
    expect((await pairOverHttps(device, '124')).status).toBe(200);
  });

  it.each(['vendor-root', 'device-ca'] as const)(
    'issues under an intermediate of %s',
    async (clientIssuer) => {
      const device = await start({ clientIssuer });
      const [, client, intermediate, top] = pemBlocks((await pairOverHttps(device)).body).map(
        ({ pem }) => new X509Certificate(pem.startsWith('-----BEGIN C') ? pem : device.rootCaPem),
      );
      if (!client || !intermediate || !top) throw new Error('Three certificates expected.');
      expect(client.checkIssued(intermediate) && client.verify(intermediate.publicKey)).toBe(true);
      expect(intermediate.checkIssued(top) && intermediate.verify(top.publicKey)).toBe(true);
      expect(top.checkIssued(top)).toBe(true);
      expect(top.fingerprint256 === pki.root.certificate.fingerprint256).toBe(clientIssuer === 'vendor-root');
    },
  );

  it.each([
    ['issuer-only', 'vendor-root', 2],
    ['issuer-only', 'device-ca', 2],
    ['none', 'vendor-root', 1],
  ] as const)('can deliver %s of %s', async (delivers, clientIssuer, certificates) => {
    const device = await start({ delivers, clientIssuer });
    expect(pemBlocks((await pairOverHttps(device)).body)).toHaveLength(1 + certificates);
  });

  it.each(['ec-p256', 'ec-p384'] as const)('can deliver %s keys that work', async (clientKey) => {
    const device = await start({ clientKey });
    const { key, cert } = identityIn((await pairOverHttps(device)).body);
    expect(key).toContain('BEGIN EC PRIVATE KEY');
    expect((await request(device, { method: 'GET', key, cert })).status).toBe(200);
  });
});

describe('answer formats', () => {
  const CERTIFICATES = ['CERTIFICATE', 'CERTIFICATE', 'CERTIFICATE'];
  const KEY_THEN_CERTIFICATES = ['RSA PRIVATE KEY', ...CERTIFICATES];
  const labels: Record<AnswerFormat, readonly string[]> = {
    pem: KEY_THEN_CERTIFICATES,
    'pem-crlf': KEY_THEN_CERTIFICATES,
    'pem-pkcs8': ['PRIVATE KEY', ...CERTIFICATES],
    'pem-ca-first': KEY_THEN_CERTIFICATES,
    'pem-with-text-between': KEY_THEN_CERTIFICATES,
    json: KEY_THEN_CERTIFICATES,
    'json-single': KEY_THEN_CERTIFICATES,
    'json-array': KEY_THEN_CERTIFICATES,
  };

  it.each(ANSWER_FORMAT_NAMES)('%s', async (answerFormat) => {
    const device = await start({ answerFormat });
    const { body } = await pairOverHttps(device);
    const isJson = answerFormat.startsWith('json');
    const text = isJson ? Object.values(JSON.parse(body)).flat().join('') : body;
    const blocks = pemBlocks(text);
    expect(blocks.map(({ label }) => label)).toEqual(labels[answerFormat]);
    expect(body.includes('\r\n')).toBe(answerFormat === 'pem-crlf');
    const certificates = blocks.slice(1).map(({ pem }) => new X509Certificate(pem));
    const clientAt = certificates.findIndex(({ ca }) => !ca);
    expect(clientAt).toBe(answerFormat === 'pem-ca-first' ? 2 : 0);
    expect(certificates[clientAt]?.checkPrivateKey(createPrivateKey(blocks[0]?.pem ?? ''))).toBe(true);
    expect((await pairOverHttps(device)).status).toBe(400);
  });
});

describe('mutual TLS', () => {
  it('lets a client without a certificate do nothing but pair', async () => {
    const device = await start();
    expect((await request(device, { method: 'GET' })).status).toBe(403);
    const channel = await openWebSocket(device);
    channel.ws.send(PRINT);
    expect(JSON.parse(await channel.next()).type).toBe('ErrorResponse');
    expect(await channel.closed).toBe(1008);
  });

  it('refuses a certificate it has not issued', async () => {
    const [device, other] = await Promise.all([start(), start()]);
    const stranger = await pairedIdentity(other);
    expect(await failureOf(request(device, { method: 'GET', ...stranger }))).toMatch(REFUSED);
    expect(await failureOf(openWebSocket(device, stranger))).not.toBe('');
    expect(device.connections.map(({ refused }) => refused)).toEqual(['unknown', 'unknown']);
    expect(device.received).toEqual([]);
  });

  it('refuses a forged certificate with the names of an issued one', async () => {
    const device = await start({ clientIssuer: 'device-ca', delivers: 'issuer-only' });
    const { body } = await pairOverHttps(device);
    const forgedCa = await createCa({ commonName: `Simulated Device ${device.serial} Client CA` });
    const forged = await issueCertificate({
      commonName: '123',
      issuer: forgedCa,
      extendedKeyUsage: ['clientAuth'],
    });
    const issuer = new X509Certificate(pemBlocks(body).at(-1)?.pem ?? '');
    expect(issuer.subject).toBe(forgedCa.certificate.subject);
    const identity = { key: forged.privateKeyPem, cert: forged.certificatePem };
    expect(await failureOf(request(device, { method: 'GET', ...identity }))).toMatch(REFUSED);
  });

  it('opens the channel to an issued one, with ping, messages and status updates', async () => {
    const device = await start();
    const channel = await openWebSocket(device, await pairedIdentity(device));
    expect(device.channelOpen).toBe(true);
    const pong = new Promise((resolve) => channel.ws.once('pong', resolve));
    channel.ws.ping();
    await pong;
    channel.ws.send(PRINT);
    expect(JSON.parse(await channel.next()).type).toBe('OperationStatusResponse');
    expect(JSON.parse(await channel.next())).toEqual({
      type: 'PrintReceiptResponse',
      message: 'Receipt printed successfully.',
    });
    channel.ws.send('{"type":"Mystery"}');
    expect(JSON.parse(await channel.next()).type).toBe('ErrorResponse');
    const closed = device.nextEvent('channel-closed');
    channel.ws.close();
    await closed;
    expect(device.channelOpen).toBe(false);
  });

  it('keeps issued certificates across restarts and revokes them on demand', async () => {
    const device = await start();
    const identity = await pairedIdentity(device);
    await device.restart({ newCertificate: true });
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
    device.revoke('123');
    expect(await failureOf(request(device, { method: 'GET', ...identity }))).toMatch(REFUSED);
    expect(device.paired.size).toBe(0);
  });

  it('comes back from its exported state', async () => {
    const device = await start({ clientIssuer: 'device-ca' });
    const identity = await pairedIdentity(device);
    const state = JSON.parse(JSON.stringify(await device.exportState()));
    await device.stop();
    const revived = await start({ state });
    expect(revived.certificateFingerprint).toBe(device.certificateFingerprint);
    expect((await request(revived, { method: 'GET', ...identity })).status).toBe(200);
  });

  it('stops at once with connections open', async () => {
    const device = await start();
    const channel = await openWebSocket(device, await pairedIdentity(device));
    const started = Date.now();
    await device.stop();
    expect(await channel.closed).toBe(1006);
    expect(Date.now() - started).toBeLessThan(500);
    expect(await failureOf(openTls(device))).toMatch(/ECONNREFUSED/);
  });
});

type Check = (device: SimulatedDevice) => Promise<void>;

/** The handshake fails in an ordinary client, and the code never gets across. */
function failsHandshake(pattern: RegExp, timeoutMs?: number): Check {
  return async (device) => {
    const { code } = device;
    expect(await failureOf(pairOverHttps(device, '123', code, timeoutMs))).toMatch(pattern);
    expect(device.hasReceived(code)).toBe(false);
    expect(device.received).toEqual([]);
  };
}

/** A certificate that verifies against the Root CA but names something else than the serial. */
function namesOnly(subjectAltName: string): Check {
  return async (device) => {
    expect((await peerCertificate(device)).subjectaltname).toBe(subjectAltName);
    await failsHandshake(/ERR_TLS_CERT_ALTNAME_INVALID/)(device);
  };
}

/** What of an answer matters to a client, for credentials that are delivered but wrong. */
async function delivered(device: SimulatedDevice) {
  const { status, body } = await pairOverHttps(device);
  const blocks = pemBlocks(body);
  const isKey = ({ label }: { label: string }): boolean => label.endsWith('KEY');
  const keys = blocks.filter(isKey).map(({ pem }) => createPrivateKey(pem));
  const certificates = blocks.filter((block) => !isKey(block)).map(({ pem }) => new X509Certificate(pem));
  return { status, body, keys, certificates, client: certificates.find(({ ca }) => !ca) };
}

async function refusesIdentity(device: SimulatedDevice, fault: Fault): Promise<string> {
  const identity = await pairedIdentity(device);
  device.setFault(fault);
  return await failureOf(request(device, { method: 'GET', ...identity }));
}

async function letsInOnlyThePaired(device: SimulatedDevice): Promise<void> {
  const { fault } = device;
  device.setFault('none');
  const identity = await pairedIdentity(device);
  device.setFault(fault);
  expect(await failureOf(request(device, { method: 'GET' }))).toMatch(
    /certificate[ _]requi|handshake[ _]failu/i,
  );
  expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
}

const FAULT_CHECKS: Record<Fault, Check> = {
  none: async (device) => {
    expect((await pairOverHttps(device)).status).toBe(200);
  },
  'wrong-issuer': async (device) => {
    await failsHandshake(/CERT_SIGNATURE_FAILURE|SELF_SIGNED|UNABLE_TO/)(device);
    const shown = await peerCertificate(device);
    expect(shown.subjectaltname).toBe(`DNS:${deviceDnsName(device.serial)}`);
    expect(shown.issuer.CN).toBe(pki.intermediate.certificate.subject.replace(/^.*CN=/s, ''));
  },
  expired: failsHandshake(/CERT_HAS_EXPIRED/),
  'not-yet-valid': failsHandshake(/CERT_NOT_YET_VALID/),
  'other-serial': namesOnly(`DNS:${deviceDnsName(otherSerial('1850012345'))}`),
  'no-server-auth-eku': failsHandshake(/INVALID_PURPOSE|unsuitable certificate purpose/),
  'leaf-only': failsHandshake(/UNABLE_TO_VERIFY_LEAF_SIGNATURE|UNABLE_TO_GET_ISSUER/),
  'ip-san': namesOnly('IP Address:127.0.0.1'),
  'self-signed': failsHandshake(/DEPTH_ZERO_SELF_SIGNED_CERT|self-signed|UNABLE_TO_VERIFY/),
  'no-identity': namesOnly('DNS:other.example.test'),
  'swap-certificate-after-first-connection': async (device) => {
    expect((await peerCertificate(device)).fingerprint256).toBe(device.certificateFingerprint);
    await namesOnly(`DNS:${deviceDnsName(otherSerial(device.serial))}`)(device);
  },
  'tls-1.1': async (device) => {
    await failsHandshake(/protocol[ _]version|UNSUPPORTED_PROTOCOL/i)(device);
    const socket = await openTls(device, OLD_TLS);
    expect(socket.getProtocol()).toBe('TLSv1.1');
    socket.destroy();
  },
  'tls-only': async (device) => {
    const channel = await openWebSocket(device);
    channel.ws.send(PRINT);
    await channel.next();
    expect(JSON.parse(await channel.next()).type).toBe('PrintReceiptResponse');
    expect((await request(device, { method: 'GET' })).status).toBe(200);
  },
  'demands-certificate': letsInOnlyThePaired,
  'demands-certificate-tls-1.2': letsInOnlyThePaired,
  'plain-http': async (device) => {
    await failsHandshake(/wrong version number|packet length too long|EPROTO|SSL/)(device);
    const heard = await rawExchange(device, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(heard).toMatch(/^HTTP\/1.1 200/);
    expect(device.received).toMatchObject([{ transport: 'http', method: 'GET' }]);
  },
  garbage: async (device) => {
    await failsHandshake(/wrong version number|EPROTO|SSL/)(device);
    expect(await rawExchange(device, '')).toMatch(/^SSH-2.0/);
  },
  silence: async (device) => {
    expect(await rawExchange(device, 'the code')).toBe('');
    expect(device.received).toMatchObject([{ transport: 'tcp', text: 'the code' }]);
    device.clearJournal();
    await failsHandshake(/ABORT_ERR/, 300)(device);
  },
  'silence-after-request': async (device) => {
    const { code } = device;
    expect(await failureOf(pairOverHttps(device, '123', code, 1000))).toMatch(/ABORT_ERR/);
    expect(device.hasReceived(code)).toBe(true);
    expect(device.issued.size).toBe(0);
  },
  'close-after-request': async (device) => {
    expect(await failureOf(pairOverHttps(device))).toMatch(/ECONNRESET/);
    const channel = await openWebSocket(device);
    channel.ws.send(pairingBody('1', device.code));
    expect(await channel.closed).toBe(1006);
    expect(device.received).toHaveLength(2);
  },
  'mid-answer-close': async (device) => {
    expect(await failureOf(pairOverHttps(device))).toMatch(/ECONNRESET|aborted/);
    const channel = await openWebSocket(device);
    channel.ws.send(pairingBody('1', device.rotateCode()));
    expect(await channel.closed).toBe(1006);
    expect(channel.messages).toEqual([]);
    expect(device.paired.size).toBe(2);
  },
  'status-messages': async (device) => {
    const channel = await openWebSocket(device);
    channel.ws.send(pairingBody('1', device.code));
    expect(JSON.parse(await channel.next()).type).toBe('OperationStatusResponse');
    expect(JSON.parse(await channel.next()).type).toBe('OperationStatusResponse');
    expect(pemBlocks(await channel.next())).toHaveLength(4);
  },
  'slow-status': async (device) => {
    device.configure({ statusDelayMs: 100 });
    const channel = await openWebSocket(device);
    const started = Date.now();
    channel.ws.send(pairingBody('1', device.code));
    await channel.next();
    await channel.next();
    expect(pemBlocks(await channel.next())).toHaveLength(4);
    expect(Date.now() - started).toBeGreaterThanOrEqual(190);
  },
  'http-500': async (device) => {
    expect((await pairOverHttps(device)).status).toBe(500);
    expect(await failureOf(openWebSocket(device))).toMatch(/500/);
    expect(device.issued.size).toBe(0);
  },
  'http-404-html': async (device) => {
    const reply = await pairOverHttps(device);
    expect(reply).toMatchObject({ status: 404, contentType: 'text/html' });
    expect(await failureOf(openWebSocket(device))).toMatch(/404/);
  },
  'error-response': async (device) => {
    const reply = await pairOverHttps(device);
    expect(reply.status).toBe(400);
    expect(JSON.parse(reply.body).type).toBe('ErrorResponse');
  },
  'pos-id-in-use': async (device) => {
    expect(JSON.parse((await pairOverHttps(device)).body).message).toMatch(/in use/);
  },
  oversized: async (device) => {
    const { body, client } = await delivered(device);
    expect(body.length).toBeGreaterThan(256 * 1024);
    expect(client).toBeDefined();
  },
  malformed: async (device) => {
    const { status, body } = await delivered(device);
    expect(status).toBe(200);
    expect(body).not.toContain('-----');
  },
  'malformed-json': async (device) => {
    const { body } = await pairOverHttps(device);
    expect(body).toMatch(/^\{/);
    expect(() => JSON.parse(body)).toThrow();
  },
  'two-keys': async (device) => {
    expect((await delivered(device)).keys).toHaveLength(2);
  },
  'no-key': async (device) => {
    const { keys, certificates } = await delivered(device);
    expect([keys.length, certificates.length]).toEqual([0, 3]);
  },
  'mismatched-key': async (device) => {
    const { keys, client } = await delivered(device);
    const [key] = keys;
    expect(key && client?.checkPrivateKey(key)).toBe(false);
  },
  'weak-key': async (device) => {
    const { keys, client } = await delivered(device);
    expect(client?.publicKey.asymmetricKeyDetails?.modulusLength).toBe(1024);
    expect(keys).toHaveLength(1);
  },
  'weak-ec-key': async (device) => {
    const { client } = await delivered(device);
    expect(client?.publicKey.asymmetricKeyDetails?.namedCurve).toBe('secp224r1');
  },
  'expired-client-cert': async (device) => {
    const { client } = await delivered(device);
    expect(Date.parse(client?.validTo ?? '')).toBeLessThan(Date.now());
  },
  'future-client-cert': async (device) => {
    const { client } = await delivered(device);
    expect(Date.parse(client?.validFrom ?? '')).toBeGreaterThan(Date.now());
  },
  'client-cert-no-client-auth': async (device) => {
    const { client } = await delivered(device);
    expect(client?.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  },
  'unrelated-client-issuer': async (device) => {
    const { client, certificates } = await delivered(device);
    const authorities = [...certificates.slice(1), pki.root.certificate, pki.intermediate.certificate];
    expect(client).toBeDefined();
    expect(authorities.some(({ publicKey }) => client?.verify(publicKey))).toBe(false);
  },
  'no-client-cert': async (device) => {
    const { client, certificates } = await delivered(device);
    expect(client).toBeUndefined();
    expect(certificates).toHaveLength(2);
  },
  'mtls-refused': async (device) => {
    expect(await refusesIdentity(device, 'mtls-refused')).toMatch(/ECONNRESET/);
    expect((await request(device, { method: 'GET' })).status).toBe(403);
  },
  'mtls-refused-alert': async (device) => {
    expect(await refusesIdentity(device, 'mtls-refused-alert')).toMatch(REFUSED);
    expect(device.connections.at(-1)?.refused).toBe('mtls-refused-alert');
    expect((await request(device, { method: 'GET' })).status).toBe(403);
  },
  'mtls-refused-http-403': async (device) => {
    const identity = await pairedIdentity(device);
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(403);
    expect(await failureOf(openWebSocket(device, identity))).toMatch(/403/);
    expect([...device.issued.values()].map(({ state }) => state)).toEqual(['issued']);
  },
};

describe('faults', () => {
  it.each(FAULT_NAMES)('%s', async (fault) => {
    const device = await start({ fault });
    await FAULT_CHECKS[fault](device);
  });

  it('come and go while the device runs', async () => {
    const device = await start();
    device.setFault('expired');
    expect(await failureOf(openTls(device))).toMatch(/CERT_HAS_EXPIRED/);
    device.setFault('none');
    expect((await pairOverHttps(device)).status).toBe(200);
  });

  it('of the swapped certificate are not used up by a connection without TLS', async () => {
    const device = await start({ fault: 'swap-certificate-after-first-connection' });
    await rawExchange(device, '', 50);
    expect((await peerCertificate(device)).fingerprint256).toBe(device.certificateFingerprint);
    expect((await peerCertificate(device)).fingerprint256).not.toBe(device.certificateFingerprint);
  });

  it('cut connections', async () => {
    const device = await start();
    const channel = await openWebSocket(device, await pairedIdentity(device));
    device.dropConnections();
    expect(await channel.closed).toBe(1006);
    await delay(0);
    expect((await request(device, { method: 'GET' })).status).toBe(403);
  });
});

describe('certificates', () => {
  it.each([
    { keyType: 'rsa', keyBits: 1024 },
    { keyType: 'ec' },
    { keyType: 'ec', curve: 'secp384r1' },
  ] as const)('of %o under an RSA and an EC issuer', async (key) => {
    for (const issuer of [pki.root, await createCa({ commonName: 'EC Root', keyType: 'ec' })]) {
      const made = await issueCertificate({ commonName: 'Leaf', issuer, ...key });
      expect(made.certificate.verify(issuer.certificate.publicKey)).toBe(true);
      expect(made.certificate.checkIssued(issuer.certificate)).toBe(true);
      expect(made.certificate.checkPrivateKey(createPrivateKey(made.privateKeyPem))).toBe(true);
      expect(traditionalKeyPem(made.key.privateKey)).toBe(made.privateKeyPem);
      expect(createPublicKey(made.privateKeyPem).equals(made.certificate.publicKey)).toBe(true);
    }
  });

  it('with every wrong a test may need', async () => {
    const key = await createCa({ commonName: 'Key only', keyType: 'ec' });
    const common = { commonName: 'Root', key: key.key };
    expect((await createCa({ ...common, isCa: false })).certificate.ca).toBe(false);
    expect((await createCa({ ...common, isCa: null })).certificate.ca).toBe(false);
    const ruined = await createCa({ ...common, corruptSignature: true });
    expect(ruined.certificate.verify(ruined.certificate.publicKey)).toBe(false);
    const noSigning = await createCa({ ...common, keyCertSign: false });
    const child = await issueCertificate({ commonName: 'Child', keyType: 'ec', issuer: noSigning });
    expect(child.certificate.checkIssued(noSigning.certificate)).toBe(false);
    const names = await issueCertificate({
      commonName: 'Names',
      keyType: 'ec',
      dnsNames: ['a.example', 'b.example'],
      ipAddresses: ['192.0.2.7', '2001:db8::1'],
      notAfter: new Date('2055-01-02T03:04:05Z'),
      serialNumber: '0a',
    });
    expect(names.certificate.subjectAltName).toBe(
      'DNS:a.example, DNS:b.example, IP Address:192.0.2.7, IP Address:2001:DB8:0:0:0:0:0:1',
    );
    expect(names.certificate.serialNumber.toUpperCase()).toBe('0A');
    expect(new Date(names.certificate.validTo).getUTCFullYear()).toBe(2055);
  });
});
