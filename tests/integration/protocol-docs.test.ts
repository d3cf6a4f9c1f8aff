import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openChannelSocket } from '../../electron/core/device/channel-socket.ts';
import { openConnection } from '../../electron/core/device/connection.ts';
import { proveMtls } from '../../electron/core/device/mtls-proof.ts';
import { requestCredentials } from '../../electron/core/device/pairing-request.ts';
import { askStatus } from '../../electron/core/device/status-request.ts';
import { closeWebSocket } from '../../electron/core/device/web-socket.ts';
import type { SetupCode } from '../../shared/brands.ts';
import type { Transport } from '../../shared/inputs.ts';
import { createVendorPki, deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, issueCertificate } from '../simulator/pki.ts';
import {
  acceptFor,
  type ScriptedDevice,
  startScriptedDevice,
  textFrame,
} from '../support/scripted-device.ts';

/** docs/protocol.md says that it is compared with real bytes: this does it. */
const PAGE = readFileSync(join(import.meta.dirname, '../../docs/protocol.md'), 'utf8');
const SERIAL = '1850012345';
const ANSWER_MS = 200;

const afterMark = (name: string): string => {
  const [, rest] = PAGE.split(`<!-- compared: ${name} -->\n`);
  if (rest === undefined) throw new Error(`docs/protocol.md compares no ${name}`);
  return rest.trimStart();
};

/** The fenced block behind a mark, without its fence. */
const block = (name: string): string => {
  const found = /^```\w+\n([\s\S]*?)^```$/m.exec(afterMark(name))?.[1];
  if (found === undefined) throw new Error(`docs/protocol.md has no block ${name}`);
  return found.replace(/\n$/, '');
};

/** The codes of the table behind a mark, as numbers. */
const codes = (name: string): number[] => {
  const table = afterMark(name).split('\n\n')[0] ?? '';
  return [...table.matchAll(/`([0-9a-f]{4})`/g)].map(([, code = '']) => Number.parseInt(code, 16));
};

/** An HTTP block as it travels: lines end in CR LF, what follows the head has none. */
const onTheWire = (text: string): string => {
  const [head = '', body = ''] = `${text}\n`.split('\n\n');
  return `${head.trim().replaceAll('\n', '\r\n')}\r\n\r\n${body.trimEnd()}`;
};

/** A frame block as it travels: two-digit numbers, then perhaps text. */
const frame = (text: string): string => {
  const [, numbers = '', rest = ''] = /^((?:[0-9a-f]{2}(?: |$))+)(.*)$/.exec(text) ?? [];
  return Buffer.from(numbers.replaceAll(' ', ''), 'hex').toString('latin1') + rest;
};

/** Client frames with a mask of zeros in place of theirs (RFC 6455 section 5.3). */
function unmasked(bytes: string): string[] {
  const frames: string[] = [];
  for (let rest = Buffer.from(bytes, 'latin1'); rest.length > 0; ) {
    const length = (rest[1] ?? 0) & 0x7f;
    expect((rest[1] ?? 0) & 0x80, 'a client masks').toBe(0x80);
    expect(length, 'a short frame').toBeLessThan(126);
    const mask = rest.subarray(2, 6);
    const payload = rest.subarray(6, 6 + length).map((byte, at) => byte ^ (mask[at % 4] ?? 0));
    frames.push(Buffer.concat([rest.subarray(0, 2), Buffer.alloc(4), payload]).toString('latin1'));
    rest = rest.subarray(6 + length);
  }
  return frames;
}

let pki: VendorPki;
let shown: CertifiedKey;
let own: CertifiedKey;
let device: ScriptedDevice | undefined;

beforeAll(async () => {
  pki = await createVendorPki();
  shown = await issueCertificate({
    commonName: 'device',
    issuer: pki.intermediate,
    extendedKeyUsage: ['serverAuth'],
    dnsNames: [deviceDnsName(SERIAL)],
  });
  own = await issueCertificate({ commonName: '123', issuer: pki.root, extendedKeyUsage: ['clientAuth'] });
});
afterEach(async () => {
  await device?.stop();
  device = undefined;
});

const trust = () => ({
  rootCas: [{ root: pki.root.certificate, intermediates: [] }],
  now: Date.now,
  knownPast: 0,
});
const clientCertificate = () => ({
  privateKeyPem: own.privateKeyPem,
  certificateChainPem: own.certificatePem,
});
const signal = () => AbortSignal.timeout(20_000);

/** A device that upgrades, and says `text` a little later; or answers HTTP with an empty document. */
async function start(transport: Transport, text?: string): Promise<ScriptedDevice> {
  device = await startScriptedDevice(shown, pki.intermediate.certificatePem, (socket, request) => {
    if (transport === 'https') {
      socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}');
      return;
    }
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${acceptFor(request)}\r\n\r\n`,
    );
    if (text !== undefined) setTimeout(() => socket.write(textFrame(text)), ANSWER_MS);
  });
  return device;
}

/** What the device has received, with the page's address, and the page's key in place of a random one. */
const heard = ({ received, address }: ScriptedDevice): string =>
  received()
    .replaceAll(`${address.host}:${address.port}`, '192.168.178.67:8443')
    .replaceAll(/(Sec-WebSocket-Key: )[A-Za-z0-9+/]{22}==/g, '$1AAAAAAAAAAAAAAAAAAAAAA==');

async function pair(transport: Transport): Promise<string> {
  const started = await start(transport, '{"type":"ErrorResponse","message":"no"}');
  const { address } = started;
  const connection = await openConnection({ address, trust: trust(), signal: signal() });
  const request = requestCredentials({
    connection,
    address,
    transport,
    posId: '123',
    setupCode: '8QW1YS1D' as SetupCode,
    signal: signal(),
    onStatus: () => {},
  });
  if (transport === 'https') await request;
  else await expect(request).rejects.toMatchObject({ appError: { code: 'device-error' } });
  await expect.poll(() => connection.socket.destroyed).toBe(true);
  return heard(started);
}

/** Head and frames of one WebSocket. */
function split(received: string): { head: string; frames: string[] } {
  const at = received.indexOf('\r\n\r\n') + 4;
  return { head: received.slice(0, at), frames: unmasked(received.slice(at)) };
}

describe('the page about the protocol', () => {
  it('has the very bytes of a pairing request over HTTPS', async () => {
    expect(await pair('https')).toBe(onTheWire(block('POST')));
  });

  it('has the very bytes of a pairing request over WSS, up to its goodbye', async () => {
    const { head, frames } = split(await pair('wss'));
    expect(head).toBe(onTheWire(block('upgrade')));
    expect(frames).toEqual([frame(block('request frame')), frame(block('close frame'))]);
  });

  it('has the very bytes of the proof over both', async () => {
    const prove = async (transport: Transport) => {
      const started = await start(transport, '{"type":"TransactionStatusResponse"}');
      const outcome = await proveMtls({
        address: started.address,
        trust: trust(),
        identity: { kind: 'serial', serial: SERIAL },
        transport,
        clientCertificate: clientCertificate(),
        signal: signal(),
        timeoutMs: 10_000,
      });
      expect(outcome).toMatchObject({ kind: 'proved', result: 'tls-only' });
      await started.stop();
      device = undefined;
      return heard(started);
    };
    const get = onTheWire(block('GET'));
    expect(await prove('https')).toBe(get + get);
    const both = (await prove('wss')).split('GET /').slice(1);
    expect(both).toHaveLength(2);
    for (const one of both) {
      const { head, frames } = split(`GET /${one}`);
      expect(head).toBe(onTheWire(block('upgrade')));
      expect(frames[0]).toBe(frame(block('ping frame')));
      expect(frames.slice(1)).toEqual([frame(block('close frame'))]);
    }
  });

  it('has the very bytes of the question for the state of the payment app', async () => {
    const started = await start('wss', '{"type":"TransactionStatusResponse","message":"idle"}');
    const channel = await openChannelSocket({
      address: started.address,
      trust: trust(),
      clientCertificate: clientCertificate(),
      signal: signal(),
    });
    expect(await askStatus(channel, 5_000, signal())).toMatchObject({ kind: 'answered' });
    await closeWebSocket(channel.socket);
    await expect
      .poll(() => split(heard(started)).frames)
      .toEqual([frame(block('status frame')), frame(block('close frame'))]);
  });

  it('lists what the ClientHello offers, and nothing else is offered', async () => {
    const hello = await clientHello('127.0.0.1');
    // In the order of the library.
    expect(hello.suites.sort()).toEqual(codes('cipher suites').sort());
    expect(hello.extensions.get(SIGNATURE_ALGORITHMS)).toEqual(codes('signature algorithms'));
    expect(hello.extensions.get(SUPPORTED_VERSIONS)).toEqual([0x0304, 0x0303]);
    expect(hello.extensions.get(SUPPORTED_GROUPS)).toEqual(expect.arrayContaining([0x001d, 0x0017, 0x0018]));
    expect(hello.extensions.get(SESSION_TICKET)).toEqual([]);
    expect(hello.extensions.has(SERVER_NAME)).toBe(false);
    expect(hello.extensions.has(ALPN)).toBe(false);
  });

  it('is right that a host name is announced', async () => {
    expect((await clientHello('localhost')).extensions.has(SERVER_NAME)).toBe(true);
  });
});

const SERVER_NAME = 0;
const SUPPORTED_GROUPS = 10;
const SIGNATURE_ALGORITHMS = 13;
const ALPN = 16;
const SESSION_TICKET = 35;
const SUPPORTED_VERSIONS = 43;
/** A signal of renegotiation in place of an extension (RFC 5746 section 3.3), no suite. */
const RENEGOTIATION_SCSV = 0x00ff;
/** RFC 8701. */
const isGrease = (value: number): boolean => (value & 0x0f0f) === 0x0a0a;

const numbers = (bytes: Buffer): number[] =>
  Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readUInt16BE(2 * at)).filter(
    (value) => !isGrease(value) && value !== RENEGOTIATION_SCSV,
  );

interface Hello {
  readonly suites: number[];
  /** By number: the numbers of a list of 16-bit values, or what is left of another content. */
  readonly extensions: Map<number, number[]>;
}

/** The fields of a ClientHello (RFC 8446 section 4.1.2). */
function readHello(record: Buffer): Hello {
  let at = 5 + 4 + 2 + 32;
  at += 1 + record.readUInt8(at);
  const suitesLength = record.readUInt16BE(at);
  const suites = numbers(record.subarray(at + 2, at + 2 + suitesLength));
  at += 2 + suitesLength;
  at += 1 + record.readUInt8(at) + 2;
  const extensions = new Map<number, number[]>();
  while (at < record.length) {
    const type = record.readUInt16BE(at);
    const body = record.subarray(at + 4, at + 4 + record.readUInt16BE(at + 2));
    const listAt = type === SUPPORTED_VERSIONS ? 1 : 2;
    extensions.set(type, numbers(body.subarray(Math.min(listAt, body.length))));
    at += 4 + body.length;
  }
  return { suites, extensions };
}

async function clientHello(host: string): Promise<Hello> {
  const heardBytes = new Promise<Buffer>((resolve) => {
    server.once('connection', (socket) => {
      socket.on('error', () => {});
      socket.once('data', (data) => {
        resolve(data);
        socket.destroy();
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const bound = server.address();
  const port = typeof bound === 'object' && bound ? bound.port : 0;
  try {
    const opened = openConnection({ address: { host, port }, trust: trust(), signal: signal() });
    await expect(opened).rejects.toThrow();
    return readHello(await heardBytes);
  } finally {
    await new Promise((resolve) => server.close(resolve));
  }
}
const server = createServer();
