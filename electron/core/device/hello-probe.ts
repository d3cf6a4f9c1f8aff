import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import { cancellable } from './deadline.ts';

/** What answered a ClientHello: nothing of use, HTTP, or a ServerHello of today's or of outdated TLS. */
export type HelloAnswer = 'nothing' | 'http' | 'tls' | 'outdated-tls';

const TLS_1_2 = 0x0303;
const RECORD_HANDSHAKE = 22;
const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
/** The fields of a ServerHello up to the length of its session id (RFC 5246 section 7.4.1.3). */
const SERVER_VERSION_AT = 9;
const SESSION_ID_LENGTH_AT = 43;

const u16 = (value: number): number[] => [value >> 8, value & 0xff];
const vector16 = (bytes: readonly number[]): number[] => [...u16(bytes.length), ...bytes];
const extension = (type: number, body: readonly number[]): number[] => [...u16(type), ...vector16(body)];

/** Suites that openConnection offers for TLS 1.2 (ECDHE and AEAD, IANA TLS Cipher Suites registry). */
const MODERN = [0xc02b, 0xc02f, 0xc02c, 0xc030, 0xcca9, 0xcca8];
/** ECDHE or DHE with CBC, then RSA key exchange, down to 3DES: whatever outdated devices still speak. */
const OUTDATED = [
  0xc009, 0xc013, 0xc00a, 0xc014, 0x0033, 0x0039, 0x009c, 0x009d, 0x003c, 0x002f, 0x0035, 0x000a,
];
const GROUPS = [0x001d, 0x0017, 0x0018];
const SIGNATURES = [0x0403, 0x0401, 0x0503, 0x0501, 0x0601, 0x0203, 0x0201];

/** A ClientHello of TLS 1.0 to 1.2 (RFC 5246 section 7.4.1.2). */
function clientHello(version: number): Buffer {
  const extensions = [
    ...extension(0x000a, vector16(GROUPS.flatMap(u16))),
    ...extension(0x000b, [1, 0]),
    ...(version === TLS_1_2 ? extension(0x000d, vector16(SIGNATURES.flatMap(u16))) : []),
    ...extension(0xff01, [0]),
  ];
  const body = [
    ...u16(version),
    ...randomBytes(32),
    0,
    ...vector16([...MODERN, ...OUTDATED].flatMap(u16)),
    1,
    0,
    ...vector16(extensions),
  ];
  const message = [CLIENT_HELLO, 0, ...u16(body.length), ...body];
  return Buffer.from([RECORD_HANDSHAKE, ...u16(0x0301), ...vector16(message)]);
}

/** undefined: more bytes are needed. */
function readAnswer(bytes: Buffer): HelloAnswer | undefined {
  const isHttp = 'HTTP/'.startsWith(bytes.toString('latin1', 0, 5));
  if (isHttp) return bytes.length < 5 ? undefined : 'http';
  if (bytes[0] !== RECORD_HANDSHAKE) return 'nothing';
  if (bytes.length <= 5) return undefined;
  if (bytes[5] !== SERVER_HELLO) return 'nothing';
  const suiteAt = SESSION_ID_LENGTH_AT + 1 + (bytes[SESSION_ID_LENGTH_AT] ?? 0);
  if (bytes.length < suiteAt + 2) return undefined;
  const isModern =
    bytes.readUInt16BE(SERVER_VERSION_AT) >= TLS_1_2 && MODERN.includes(bytes.readUInt16BE(suiteAt));
  return isModern ? 'tls' : 'outdated-tls';
}

function askWith(version: number, { host, port }: DeviceAddress, signal: AbortSignal): Promise<HelloAnswer> {
  return cancellable<HelloAnswer>(signal, 'the answer to a ClientHello', (resolve) => {
    const socket = connect({ host, port, noDelay: true });
    let received = Buffer.alloc(0);
    const end = (answer: HelloAnswer) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => socket.write(clientHello(version)));
    socket.on('data', (data) => {
      received = Buffer.concat([received, data]);
      const answer = readAnswer(received);
      if (answer) end(answer);
    });
    socket.on('error', () => end('nothing'));
    socket.once('close', () => end('nothing'));
    return () => socket.destroy();
  });
}

/**
 * Asks what speaks at an address after a TLS handshake with it has come to nothing, by a ClientHello written here:
 * it offers outdated versions and suites that the TLS libraries no longer do. Nothing is ever agreed by it. A device
 * that closes on versions it does not know is asked again for older ones.
 */
export async function probeHello(address: DeviceAddress, signal: AbortSignal): Promise<HelloAnswer> {
  for (const version of [TLS_1_2, 0x0302, 0x0301]) {
    const answer = await askWith(version, address, signal);
    if (answer !== 'nothing') return answer;
  }
  return 'nothing';
}
