import type { TLSSocket } from 'node:tls';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Transport } from '../../../shared/inputs.ts';
import { acceptFor } from '../../support/scripted-device.ts';
import { rightBlocks } from '../answers/issued.ts';
import { close, type FrameOptions, frame, OPCODE, text } from '../frames.ts';

/** What a device says in place of HTTP or WebSocket as they are defined (RFC 9112, RFC 6455). */
export interface Scene {
  readonly group: string;
  readonly name: string;
  readonly transport: Transport;
  readonly expected: 'keys' | ErrorCode;
  /** Milliseconds to wait for an answer, where none is to come. */
  readonly answerMs?: number;
  /** Whether the code may have been sent. */
  readonly codeSent: boolean;
  readonly play: (socket: TLSSocket, request: string) => void;
}

const pem = (): string => rightBlocks().join('');
const OK = 'HTTP/1.1 200 OK\r\n';
const SHORT_MS = 2_500;

type Bytes = string | Buffer;
const bytes = (parts: readonly Bytes[]): Buffer =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string)));

/** Said in answer to the POST, and then closed, unless it `stays`. */
const http = (
  name: string,
  expected: Scene['expected'],
  parts: () => readonly Bytes[],
  stays = false,
): Scene => ({
  group: 'HTTP',
  name,
  transport: 'https',
  expected,
  codeSent: true,
  ...(stays && expected !== 'keys' && { answerMs: SHORT_MS }),
  play: (socket) => {
    const said = bytes(parts());
    if (stays) socket.write(said);
    else socket.end(said);
  },
});

const sized = (body: Bytes, ...fields: readonly string[]): Bytes[] => [
  OK,
  ...fields.map((field) => `${field}\r\n`),
  `Content-Length: ${Buffer.byteLength(body as string)}\r\n\r\n`,
  body,
];
const chunk = (body: string, extension = ''): string =>
  `${body.length.toString(16)}${extension}\r\n${body}\r\n`;
const chunked = (...parts: readonly string[]): Bytes[] => [
  `${OK}Transfer-Encoding: chunked\r\n\r\n`,
  ...parts,
];
const redirect = (status: number, location: string): Bytes[] => [
  `HTTP/1.1 ${status} Moved\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`,
];

const HTTP_SCENES: readonly Scene[] = [
  ...[301, 302, 303, 307, 308].map((status) =>
    http(`redirect ${status} to itself`, 'http-status', () => redirect(status, '/')),
  ),
  http('redirect to another host without TLS', 'http-status', () => redirect(307, 'http://127.0.0.1:9/')),
  http('redirect to a file', 'http-status', () => redirect(302, 'file:///etc/passwd')),
  http('redirect without a place', 'http-status', () => ['HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n']),
  http('200 with a place', 'keys', () => sized(pem(), 'Location: http://127.0.0.1:9/')),
  http('100, then the answer', 'keys', () => ['HTTP/1.1 100 Continue\r\n\r\n', ...sized(pem())]),
  http('100 without end', 'answer-malformed', () => ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000)]),
  http('100, and nothing', 'timed-out', () => ['HTTP/1.1 100 Continue\r\n\r\n'], true),
  http('102 and 103, then the answer', 'keys', () => [
    'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n',
    ...sized(pem()),
  ]),
  http('101 to a POST', 'http-status', () => [
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n',
  ]),
  http('two answers', 'keys', () => [...sized(pem()), ...sized('{"type":"ErrorResponse"}')]),
  http('an ErrorResponse, then a right answer', 'device-error', () => [
    ...sized('{"type":"ErrorResponse"}'),
    ...sized(pem()),
  ]),
  http('gzip', 'answer-malformed', () => sized(gzipSync(pem()), 'Content-Encoding: gzip')),
  http('deflate', 'answer-malformed', () => sized(deflateSync(pem()), 'Content-Encoding: deflate')),
  http('br', 'answer-malformed', () => sized(brotliCompressSync(pem()), 'Content-Encoding: br')),
  http('gzip as Transfer-Encoding', 'answer-malformed', () => [
    `${OK}Transfer-Encoding: gzip\r\n\r\n`,
    gzipSync(pem()),
  ]),
  http('said to be gzip, and plain', 'keys', () => sized(pem(), 'Content-Encoding: gzip')),
  http('a bomb: 100 MB of zeros in gzip', 'answer-malformed', () =>
    sized(gzipSync(Buffer.alloc(100_000_000)), 'Content-Encoding: gzip'),
  ),
  http('chunks', 'keys', () => chunked(chunk(pem()), '0\r\n\r\n')),
  http('one chunk for each byte', 'keys', () =>
    chunked(...[...pem()].map((char) => chunk(char)), '0\r\n\r\n'),
  ),
  http('chunks with trailers', 'keys', () => chunked(chunk(pem()), '0\r\nX-A: 1\r\nX-B: 2\r\n\r\n')),
  http(
    'chunks with trailers without end',
    'keys',
    () => chunked(chunk(pem()), '0\r\n', 'X-A: 1\r\n'.repeat(9_999)),
    true,
  ),
  http('chunks with an extension of 3,000 characters', 'keys', () =>
    chunked(chunk(pem(), `;x=${'y'.repeat(3_000)}`), '0\r\n\r\n'),
  ),
  http('chunks with an extension of 9,000 characters', 'answer-malformed', () =>
    chunked(chunk(pem(), `;x=${'y'.repeat(9_000)}`), '0\r\n\r\n'),
  ),
  http('a chunk without a size', 'answer-malformed', () => chunked(chunk('x'), '\r\nnone\r\n')),
  http('a chunk of a negative size', 'answer-malformed', () => chunked(chunk('x'), '-5\r\nhello\r\n')),
  http('a chunk of 2^63 bytes', 'answer-malformed', () =>
    chunked(chunk('x'), '8000000000000000\r\nhello\r\n'),
  ),
  http('a chunk of 4 GB', 'no-answer', () => chunked('ffffffff\r\nhello\r\n')),
  http('a chunk size with 0x', 'answer-malformed', () => chunked(chunk('x'), '0x5\r\nhello\r\n0\r\n\r\n')),
  http('a chunk size in capitals, with spaces', 'keys', () =>
    chunked(`  ${pem().length.toString(16).toUpperCase()}  \r\n${pem()}\r\n0\r\n\r\n`),
  ),
  http('chunks without their line endings', 'answer-malformed', () => chunked(`1\r\nx1\r\ny0\r\n\r\n`)),
  http('chunks, and no last one', 'keys', () => chunked(chunk(pem()))),
  http('chunks, and a length', 'keys', () => [
    `${OK}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n`,
    chunk(pem()),
    '0\r\n\r\n',
  ]),
  http('chunked twice', 'keys', () => [
    `${OK}Transfer-Encoding: chunked, chunked\r\n\r\n`,
    chunk(pem()),
    '0\r\n\r\n',
  ]),
  http('chunked, with a vertical tab', 'keys', () => [
    `${OK}Transfer-Encoding: \vchunked\r\n\r\n`,
    chunk(pem()),
    '0\r\n\r\n',
  ]),
  http('a length of 0 before keys', 'answer-malformed', () => [`${OK}Content-Length: 0\r\n\r\n`, pem()]),
  http('a length too short by one', 'keys', () => [
    `${OK}Content-Length: ${pem().length - 1}\r\n\r\n`,
    pem(),
  ]),
  http('a length too long by one', 'keys', () => [`${OK}Content-Length: ${pem().length + 1}\r\n\r\n`, pem()]),
  http('a length of half the answer', 'credentials-certificate-missing', () => [
    `${OK}Content-Length: 1800\r\n\r\n`,
    pem(),
  ]),
  http('a negative length', 'keys', () => [`${OK}Content-Length: -1\r\n\r\n`, pem()]),
  http('a length with a plus', 'keys', () => [`${OK}Content-Length: +9\r\n\r\n`, pem()]),
  http('a length in hex', 'keys', () => [`${OK}Content-Length: 0x9\r\n\r\n`, pem()]),
  http('a length of 30 digits', 'keys', () => [`${OK}Content-Length: ${'9'.repeat(30)}\r\n\r\n`, pem()]),
  http('a length of 4 GB', 'answer-too-large', () => [`${OK}Content-Length: 4294967296\r\n\r\n`, pem()]),
  http('no digits for a length', 'keys', () => [`${OK}Content-Length: many\r\n\r\n`, pem()]),
  http('one length twice', 'keys', () => [
    `${OK}Content-Length: ${pem().length}\r\nContent-Length: ${pem().length}\r\n\r\n`,
    pem(),
  ]),
  http('two different lengths', 'keys', () => [
    `${OK}Content-Length: ${pem().length}\r\nContent-Length: 5\r\n\r\n`,
    pem(),
  ]),
  http('neither length nor chunks', 'keys', () => [`${OK}\r\n`, pem()]),
  http('LF for CRLF', 'keys', () => ['HTTP/1.1 200 OK\nContent-Type: text/plain\n\n', pem()]),
  http('CR for CRLF', 'no-answer', () => ['HTTP/1.1 200 OK\rContent-Type: text/plain\r\r', pem()]),
  http('a folded field', 'keys', () => sized(pem(), 'X-A: 1\r\n  2')),
  http('a field without a colon', 'keys', () => sized(pem(), 'nothing')),
  http('a field without a name', 'keys', () => sized(pem(), ': x')),
  http('a space before the colon', 'keys', () => sized(pem(), 'X-A : 1')),
  http('a NUL in a field', 'keys', () => sized(pem(), 'X-A: a\0b')),
  http('bytes above 127 in a field', 'keys', () => sized(pem(), 'X-A: \u00ff\u00fe')),
  http('a field __proto__', 'keys', () => sized(pem(), '__proto__: x', 'constructor: y')),
  http('a field of 60,000 characters', 'keys', () => sized(pem(), `X-A: ${'x'.repeat(60_000)}`)),
  http('a field of 70,000 characters', 'answer-malformed', () => sized(pem(), `X-A: ${'x'.repeat(70_000)}`)),
  http('1,000 fields', 'keys', () => sized(pem(), ...Array.from({ length: 1_000 }, (_, at) => `X-${at}: 1`))),
  http('a head without end', 'answer-malformed', () => [OK, 'X-A: 1\r\n'.repeat(99_999)]),
  http('a head that stops', 'no-answer', () => [OK, 'X-A']),
  http('a head, and silence', 'timed-out', () => [OK, 'X-A: 1\r\n'], true),
  http('HTTP/0.9', 'answer-malformed', () => [pem()]),
  http('HTTP/1.0', 'keys', () => ['HTTP/1.0 200 OK\r\n\r\n', pem()]),
  http('HTTP/2 as a word', 'keys', () => ['HTTP/2 200\r\n\r\n', pem()]),
  http('HTTP/9.9', 'keys', () => ['HTTP/9.9 200 OK\r\n\r\n', pem()]),
  http('the frames of HTTP/2', 'answer-malformed', () => [
    Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]),
  ]),
  http('http in small letters', 'keys', () => ['http/1.1 200 ok\r\n\r\n', pem()]),
  http('ICY 200', 'answer-malformed', () => ['ICY 200 OK\r\n\r\n', pem()]),
  http('a status of two digits', 'answer-malformed', () => ['HTTP/1.1 20 OK\r\n\r\n', pem()]),
  http('a status of four digits', 'answer-malformed', () => ['HTTP/1.1 2000 OK\r\n\r\n', pem()]),
  http('a status of 000', 'answer-malformed', () => ['HTTP/1.1 000 OK\r\n\r\n', pem()]),
  http('empty lines before the answer', 'keys', () => ['\r\n\r\n\r\n', ...sized(pem())]),
  http('an empty line, and nothing', 'no-answer', () => ['\r\n']),
  http('204 with keys', 'answer-malformed', () => [
    `HTTP/1.1 204 No Content\r\nContent-Length: ${pem().length}\r\n\r\n`,
    pem(),
  ]),
  http('304', 'http-status', () => ['HTTP/1.1 304 Not Modified\r\n\r\n']),
  http('401 with a challenge', 'code-rejected', () => [
    'HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Negotiate\r\nContent-Length: 0\r\n\r\n',
  ]),
  http('a stylesheet for an answer', 'keys', () => sized(pem(), 'Content-Type: text/css')),
  http('a file to be saved', 'keys', () =>
    sized(pem(), 'Content-Disposition: attachment; filename="../../x"'),
  ),
  http('UTF-16 said, UTF-8 sent', 'keys', () => sized(pem(), 'Content-Type: text/plain; charset=utf-16')),
  http('multipart/x-mixed-replace', 'keys', () =>
    sized(`--x\r\n\r\n${pem()}--x--`, 'Content-Type: multipart/x-mixed-replace; boundary=x'),
  ),
  http('to be kept alive, and open', 'keys', () => sized(pem(), 'Connection: keep-alive'), true),
  http('one byte, and silence', 'timed-out', () => ['H'], true),
];

/** Said in answer to the upgrade. */
const upgrade = (
  name: string,
  expected: Scene['expected'],
  head: (accept: string) => readonly Bytes[],
  stays = false,
): Scene => ({
  group: 'upgrade',
  name,
  transport: 'wss',
  expected,
  codeSent: false,
  ...(stays && expected !== 'keys' && { answerMs: SHORT_MS }),
  play: (socket, request) => {
    const said = bytes(head(acceptFor(request)));
    if (stays) socket.write(said);
    else socket.end(said);
  },
});
const SWITCHING = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n';

const switched = (accept: string): string => `${SWITCHING}Sec-WebSocket-Accept: ${accept}\r\n\r\n`;

const UPGRADE_SCENES: readonly Scene[] = [
  ...[200, 301, 307, 401, 403, 407, 426, 503].map((status) =>
    upgrade(`HTTP ${status}`, 'upgrade-refused', () => [
      `HTTP/1.1 ${status} X\r\nLocation: https://127.0.0.1:9/\r\nContent-Length: 0\r\n\r\n`,
    ]),
  ),
  upgrade('no Sec-WebSocket-Accept', 'upgrade-refused', () => [`${SWITCHING}\r\n`]),
  upgrade('a wrong Sec-WebSocket-Accept', 'upgrade-refused', () => [
    switched('AAAAAAAAAAAAAAAAAAAAAAAAAAA='),
  ]),
  upgrade('an extension that was not asked for', 'upgrade-refused', (accept) => [
    `${SWITCHING}Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  ]),
  upgrade('101 cut in its middle', 'connection-lost', () => ['HTTP/1.1 101 Swit']),
  upgrade('100 without end', 'upgrade-refused', () => ['HTTP/1.1 100 Continue\r\n\r\n'.repeat(4_000)]),
  upgrade('keys in place of an upgrade', 'upgrade-refused', () => [
    `${OK}Content-Length: ${pem().length}\r\n\r\n`,
    pem(),
  ]),
  upgrade('keys without HTTP', 'upgrade-refused', () => [pem()]),
  upgrade('the frames of HTTP/2', 'upgrade-refused', () => [
    Buffer.from([0, 0, 6, 4, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 100]),
  ]),
  upgrade('nothing', 'connection-lost', () => []),
  upgrade('silence', 'timed-out', () => [], true),
  upgrade('a head without end', 'upgrade-refused', () => [SWITCHING, 'X-A: 1\r\n'.repeat(99_999)]),
];

/** Said once the channel is open and the code was sent. */
const channel = (
  name: string,
  expected: Scene['expected'],
  frames: () => readonly Buffer[],
  stays = false,
): Scene => ({
  group: 'WebSocket',
  name,
  transport: 'wss',
  expected,
  codeSent: true,
  ...(stays && expected !== 'keys' && { answerMs: SHORT_MS }),
  play: (socket, request) => {
    socket.write(switched(acceptFor(request)));
    socket.once('data', () => {
      const said = bytes(frames());
      if (stays) socket.write(said);
      else socket.end(said);
    });
  },
});
const CLOSE_CODES = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4000, 4999,
];
const NO_CLOSE_CODES = [0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65535];
const odd = (options: FrameOptions, opcode: number = OPCODE.text) => frame(opcode, pem(), options);
const fragments = (size: number): Buffer[] => {
  const all = Buffer.from(pem());
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    frame(at === 0 ? OPCODE.text : OPCODE.continuation, all.subarray(at * size, (at + 1) * size), {
      fin: (at + 1) * size >= all.length,
    }),
  );
};

const CHANNEL_SCENES: readonly Scene[] = [
  ...CLOSE_CODES.map((code) => channel(`close ${code}`, 'no-answer', () => [close(code, 'bye')])),
  ...NO_CLOSE_CODES.map((code) =>
    channel(`close ${code}, which is none`, 'answer-malformed', () => [close(code)]),
  ),
  channel('close without a code', 'no-answer', () => [close()]),
  channel('close with one byte', 'answer-malformed', () => [frame(OPCODE.close, 'x')]),
  channel('close with a reason in broken UTF-8', 'no-answer', () => [
    frame(OPCODE.close, Buffer.from([3, 0xe8, 0xc3, 0x28])),
  ]),
  ...[1000, 1008, 1011, 4000].map((code) =>
    channel(`keys, then close ${code}`, 'keys', () => [text(pem()), close(code)]),
  ),
  channel('cut', 'no-answer', () => []),
  channel('silence', 'timed-out', () => [], true),
  channel('keys, and silence', 'keys', () => [text(pem())], true),
  channel('keys in a binary message', 'keys', () => [frame(OPCODE.binary, pem()), close(1000)]),
  channel('keys in 50 fragments', 'keys', () => [...fragments(80), close(1000)]),
  channel('keys in fragments of one byte', 'keys', () => [...fragments(1), close(1000)]),
  channel('a ping between fragments', 'keys', () => {
    const [first = Buffer.alloc(0), ...rest] = fragments(900);
    return [first, frame(OPCODE.ping, 'x'), ...rest, close(1000)];
  }),
  channel(
    'a hundred pings before the keys',
    'keys',
    () => [...Array.from({ length: 100 }, () => frame(OPCODE.ping)), text(pem()), close(1000)],
    true,
  ),
  channel(
    '9,999 pings at once before the keys',
    'no-answer',
    // Whoever answers them all would fill the memory; ws hangs up.
    () => [...Array.from({ length: 9_999 }, () => frame(OPCODE.ping)), text(pem()), close(1000)],
  ),
  channel('9,999 empty messages before the keys', 'keys', () => [
    ...Array.from({ length: 9_999 }, () => text('')),
    text(pem()),
    close(1000),
  ]),
  channel('a pong that nobody asked for', 'keys', () => [frame(OPCODE.pong, 'x'), text(pem()), close(1000)]),
  channel('keys in a pong', 'no-answer', () => [frame(OPCODE.pong, pem().slice(0, 100)), close(1000)]),
  channel('fragments that never end', 'answer-too-large', () => [
    frame(OPCODE.text, 'x', { fin: false }),
    ...Array.from({ length: 300 }, () => frame(OPCODE.continuation, 'x'.repeat(1_000), { fin: false })),
  ]),
  channel('a fragment, and a cut', 'no-answer', () => [frame(OPCODE.text, pem(), { fin: false })]),
  channel('a masked frame', 'answer-malformed', () => [odd({ masked: true })]),
  ...[1, 2, 4].map((reserved) =>
    channel(`a reserved bit (${reserved})`, 'answer-malformed', () => [odd({ reserved })]),
  ),
  ...[3, 7, 11, 15].map((opcode) =>
    channel(`a reserved opcode (${opcode})`, 'answer-malformed', () => [odd({}, opcode)]),
  ),
  channel('a continuation of nothing', 'answer-malformed', () => [odd({}, OPCODE.continuation)]),
  channel('a message within a message', 'answer-malformed', () => [odd({ fin: false }), odd({})]),
  channel('a ping of 126 bytes', 'answer-malformed', () => [frame(OPCODE.ping, 'x'.repeat(126))]),
  channel('a ping in fragments', 'answer-malformed', () => [frame(OPCODE.ping, 'x', { fin: false })]),
  channel('a length of 2^63', 'answer-malformed', () => [odd({ length: 2n ** 63n })]),
  channel('a length of 2^53', 'answer-malformed', () => [odd({ length: 2n ** 53n })]),
  channel('a length of 4 GB', 'answer-too-large', () => [odd({ length: 2 ** 32 })]),
  channel('a length of more than comes', 'no-answer', () => [odd({ length: 200_000 })]),
  channel('broken UTF-8 before the keys', 'keys', () => [
    frame(OPCODE.text, Buffer.from([0xc3, 0x28, 0xff])),
    text(pem()),
    close(1000),
  ]),
  channel('HTTP in place of a frame', 'answer-malformed', () => [Buffer.from('HTTP/1.1 200 OK\r\n\r\n')]),
  channel('frames after the close', 'no-answer', () => [close(1000), text(pem())]),
];

export const SCENES: readonly Scene[] = [...HTTP_SCENES, ...UPGRADE_SCENES, ...CHANNEL_SCENES];
