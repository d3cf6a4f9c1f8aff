import type { TLSSocket, TlsOptions } from 'node:tls';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openConnection } from '../../electron/core/device/connection.ts';
import { withDeadline } from '../../electron/core/device/deadline.ts';
import { requestCredentials } from '../../electron/core/device/pairing-request.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { readCredentials } from '../../electron/core/pki/credentials.ts';
import type { SetupCode } from '../../shared/brands.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Transport } from '../../shared/inputs.ts';
import { createVendorPki, deviceDnsName, type VendorPki } from '../simulator/device.ts';
import { type CertifiedKey, createCa, issueCertificate } from '../simulator/pki.ts';
import {
  acceptFor,
  type Script,
  type ScriptedDevice,
  startScriptedDevice,
  textFrame,
  textOfFrame,
} from '../support/scripted-device.ts';

const CODE = '8QW1YS1D' as SetupCode;
let pki: VendorPki;
let certificate: CertifiedKey;
let clientRoot: CertifiedKey;
let issuing: CertifiedKey;
let pos: CertifiedKey;
let blocks: readonly string[];
let pem: string;
let devices: ScriptedDevice[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
  certificate = await issueCertificate({
    commonName: 'device',
    issuer: pki.intermediate,
    extendedKeyUsage: ['serverAuth'],
    dnsNames: [deviceDnsName('1850012345')],
  });
  clientRoot = await createCa({ commonName: 'Device CA' });
  issuing = await createCa({ commonName: 'Device Issuing CA', issuer: clientRoot });
  pos = await issueCertificate({ commonName: '123', issuer: issuing, extendedKeyUsage: ['clientAuth'] });
  blocks = [pos.privateKeyPem, pos.certificatePem, issuing.certificatePem, clientRoot.certificatePem];
  pem = blocks.join('');
});
afterEach(async () => {
  await Promise.all(devices.map((device) => device.stop()));
  devices = [];
});

interface Outcome {
  /** 'ok' for usable credentials. */
  readonly code: ErrorCode | 'ok';
  readonly detail: string;
  readonly status: readonly string[];
  readonly chainPem: string;
  readonly received: string;
}

const anchor = () => ({ root: pki.root.certificate, intermediates: [] });
const trust = () => ({
  rootCas: [anchor()],
  now: Date.now,
  knownPast: 0,
});

async function start(script: Script, options?: TlsOptions): Promise<ScriptedDevice> {
  const device = await startScriptedDevice(certificate, pki.intermediate.certificatePem, script, options);
  devices.push(device);
  return device;
}

/** Asks a device that does what `script` says for credentials, and checks what comes. */
async function ask(
  transport: Transport,
  script: Script,
  { answerMs = 20_000, options }: { answerMs?: number; options?: TlsOptions } = {},
): Promise<Outcome> {
  const device = await start(script, options);
  const status: string[] = [];
  const outcome = (code: Outcome['code'], detail = '', chainPem = '') => ({
    code,
    detail,
    status,
    chainPem,
    received: device.received(),
  });
  const { signal } = new AbortController();
  try {
    const connection = await openConnection({ address: device.address, trust: trust(), signal });
    const answer = await requestCredentials({
      connection,
      address: device.address,
      transport,
      posId: '123',
      setupCode: CODE,
      signal: withDeadline(signal, answerMs),
      onStatus: (message) => status.push(message),
    });
    const { credentials } = readCredentials(answer, anchor(), Date.now());
    return outcome('ok', '', credentials.certificateChainPem);
  } catch (thrown) {
    const { code, detail } = toAppError(thrown);
    return outcome(code, detail);
  }
}

const sends =
  (...parts: readonly (string | Buffer)[]): Script =>
  (socket) => {
    for (const part of parts) socket.write(part);
  };
const chunked = (text: string) => `${text.length.toString(16)}\r\n${text}\r\n0\r\n\r\n`;
const OK = 'HTTP/1.1 200 OK\r\n';

describe('an answer over HTTPS', () => {
  it.each<[string, () => Script]>([
    [
      'both chunked and with a length',
      () => sends(`${OK}Content-Length: ${pem.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(pem)}`),
    ],
    [
      'said to be chunked, with a length, and plain',
      () => sends(`${OK}Content-Length: ${pem.length}\r\nTransfer-Encoding: chunked\r\n\r\n${pem}`),
    ],
    [
      'in chunks with extensions and LF alone',
      () => sends(`${OK}Transfer-Encoding: chunked\r\n\r\n${pem.length.toString(16)};x=y\n${pem}\n0\n\n`),
    ],
    ['with LF as line ending', () => sends(`HTTP/1.1 200 OK\nContent-Length: ${pem.length}\n\n${pem}`)],
    [
      'with bytes after its length',
      () => sends(`${OK}Content-Length: ${pem.length}\r\n\r\n${pem}\r\n\r\nmore`),
    ],
    [
      'without a reason, in HTTP/1.0, until the close',
      () => (socket) => socket.end(`HTTP/1.0 200\r\n\r\n${pem}`),
    ],
    [
      'after 100 Continue and 103 Early Hints',
      () =>
        sends(
          'HTTP/1.1 100 Continue\r\n\r\n',
          'HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n',
          `${OK}Content-Length: ${pem.length}\r\n\r\n${pem}`,
        ),
    ],
    [
      'after empty lines, with folded and broken header lines',
      () => sends(`\r\n${OK}X-A: 1\r\n  folded\r\nno header\r\ncontent-length : ${pem.length}\r\n\r\n${pem}`),
    ],
    [
      'byte by byte',
      () => (socket) => {
        socket.setNoDelay();
        for (const char of `${OK}Content-Length: ${pem.length}\r\n\r\n${pem}`) socket.write(char);
      },
    ],
    [
      'cut off behind the certificate',
      () => (socket) =>
        socket.end(`${OK}Content-Length: ${pem.length + 9}\r\n\r\n${blocks.slice(0, 3).join('')}`),
    ],
    [
      'as JSON behind a byte order mark',
      () => {
        const body = `\ufeff${JSON.stringify({ pem })}`;
        return sends(`${OK}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
      },
    ],
  ])('is read: %s', async (_name, script) => {
    expect(await ask('https', script())).toMatchObject({
      code: 'ok',
      chainPem: pos.certificatePem + issuing.certificatePem,
    });
  });

  it.each<[ErrorCode, string, Script]>([
    [
      'http-status',
      '101 to the POST, at once',
      sends('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'),
    ],
    [
      'device-error',
      'ErrorResponse behind a byte order mark',
      (socket) => socket.end(`${OK}\r\n\ufeff{"type":"ErrorResponse","message":"Terminal\nbusy"}`),
    ],
    ['code-rejected', 'a bare 401 with LF', sends('HTTP/1.1 401\nContent-Length: 0\n\n')],
    ['answer-malformed', 'no HTTP', sends('SSH-2.0-dropbear\r\n')],
    [
      'answer-malformed',
      'a head without end',
      (socket) => {
        socket.write(OK);
        for (let line = 0; line < 3_000; line += 1) socket.write(`X-${line}: ${'x'.repeat(40)}\r\n`);
      },
    ],
    ['answer-malformed', 'an empty answer', sends('HTTP/1.1 204 No Content\r\n\r\n')],
    ['answer-too-large', 'a length of gigabytes', sends(`${OK}Content-Length: 9999999999\r\n\r\n`)],
    ['answer-too-large', 'a body without end', sends(`${OK}\r\n`, 'x'.repeat(300 * 1024))],
    ['no-answer', 'a close instead', (socket) => socket.end()],
    ['no-answer', 'a cut instead', (socket) => socket.destroy()],
    [
      'no-answer',
      'half of the key',
      (socket) => socket.end(`${OK}Content-Length: 5000\r\n\r\n-----BEGIN RSA`),
    ],
  ])('ends as %s: %s', async (code, _name, script) => {
    expect(await ask('https', script)).toMatchObject({ code, received: expect.stringContaining(CODE) });
  });
});

/** Accepts the upgrade and calls back with the first message of the client. */
const accepts =
  (
    onCode: (socket: TLSSocket, text: string) => void,
    greeting: readonly string[] = [],
    eol = '\r\n',
  ): Script =>
  (socket, request) => {
    const head = [
      'HTTP/1.1 101',
      'upgrade: WebSocket',
      `sec-websocket-accept: ${acceptFor(request)}`,
      '',
      '',
    ];
    socket.write(Buffer.concat([Buffer.from(head.join(eol)), ...greeting.map(textFrame)]));
    socket.once('data', (frame: Buffer) => onCode(socket, textOfFrame(frame) ?? ''));
  };
const says =
  (...messages: readonly string[]) =>
  (socket: TLSSocket) => {
    for (const message of messages) socket.write(textFrame(message));
  };

describe('an answer over WSS', () => {
  it.each<[string, () => Script, string[]]>([
    ['in one message', () => accepts(says(pem)), []],
    [
      'behind greetings of any type',
      () =>
        accepts(
          says(
            '{"type":"TransactionStatusResponse","message":"Busy for a moment","canBeAborted":false}',
            '{"type":"OperationStatusResponse","message":"Creating certificates"}',
            'not even JSON',
            pem,
          ),
          ['{"type":"Greeting","message":"Welcome"}'],
        ),
      ['Welcome', 'Busy for a moment', 'Creating certificates'],
    ],
    ['in one message for each block, on a channel that stays open', () => accepts(says(...blocks)), []],
    ['in one message for each block, the key last', () => accepts(says(...[...blocks].reverse())), []],
    [
      'in one message for each block, and then a close',
      () =>
        accepts((socket) => {
          says(...blocks.slice(0, 3))(socket);
          socket.end(Buffer.from([0x88, 0]));
        }),
      [],
    ],
    ['without its root, on a channel that stays open', () => accepts(says(...blocks.slice(0, 3))), []],
    ['after an upgrade answered with LF and without Connection', () => accepts(says(pem), [], '\n'), []],
    ['behind a byte order mark', () => accepts(says(`\ufeff${JSON.stringify(blocks)}`)), []],
  ])('is read: %s', async (_name, script, status) => {
    const outcome = await ask('wss', script());
    expect(outcome).toMatchObject({
      code: 'ok',
      status,
      chainPem: pos.certificatePem + issuing.certificatePem,
    });
  });

  it.each<[ErrorCode, string, () => Script]>([
    [
      'device-error',
      'ErrorResponse behind a byte order mark',
      () => accepts(says('\ufeff{"type":"ErrorResponse","message":"Terminal busy"}')),
    ],
    ['no-answer', 'a close', () => accepts((socket) => socket.end(Buffer.from([0x88, 0])))],
    [
      'credentials-certificate-missing',
      'the key alone, then a close',
      () =>
        accepts((socket) => {
          says(pos.privateKeyPem)(socket);
          socket.end(Buffer.from([0x88, 0]));
        }),
    ],
    [
      'answer-malformed',
      'words alone, then a close',
      () =>
        accepts((socket) => {
          says('All fine.')(socket);
          socket.end(Buffer.from([0x88, 0]));
        }),
    ],
    [
      'answer-too-large',
      'more than any answer',
      () => accepts(says(...Array(200).fill(pem.slice(0, 2000).repeat(4)))),
    ],
  ])('ends as %s: %s', async (code, _name, script) => {
    expect((await ask('wss', script())).code).toBe(code);
  });

  it('names words that were no answer when the time is over', async () => {
    expect((await ask('wss', accepts(says('All fine.')), { answerMs: 400 })).code).toBe('answer-malformed');
    expect(
      (
        await ask(
          'wss',
          accepts(() => {}),
          { answerMs: 400 },
        )
      ).code,
    ).toBe('timed-out');
  });
});

describe('an attempt that ends before the code has left', () => {
  const error = '{"type":"ErrorResponse","message":"The setup code is invalid while in use"}';

  it.each<[ErrorCode, string, string, Script]>([
    [
      'upgrade-refused',
      'HTTP 404',
      'plain',
      sends('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nGone'),
    ],
    [
      'upgrade-refused',
      'while in use',
      'chunked and with a length',
      sends(
        `HTTP/1.1 403 Forbidden\r\nContent-Length: ${error.length}\r\nTransfer-Encoding: chunked\r\n\r\n${chunked(error)}`,
      ),
    ],
    [
      'upgrade-refused',
      'while in use',
      'LF, and bytes after the length',
      sends(`HTTP/1.1 503 Busy\nContent-Length: ${error.length}\n\n${error}\n\n`),
    ],
    [
      'upgrade-refused',
      'HTTP 401',
      'until the close',
      (socket) => socket.end('HTTP/1.1 401 Unauthorized\r\n\r\n'),
    ],
    [
      'upgrade-refused',
      'HTTP 200',
      'a web page',
      sends('HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n<html>'),
    ],
    ['upgrade-refused', 'no HTTP', 'another protocol', sends('SSH-2.0-dropbear\r\n')],
    ['upgrade-refused', 'Accept', 'a wrong key', sends('HTTP/1.1 101 OK\r\nSec-WebSocket-Accept: x\r\n\r\n')],
    ['connection-lost', '', 'a close without a word', (socket) => socket.end()],
    ['connection-lost', '', 'a cut', (socket) => socket.destroy()],
    ['connection-lost', '', 'half an answer', (socket) => socket.end('HTTP/1.1 101 Swit')],
  ])('says %s (%s): %s', async (code, words, _name, script) => {
    const outcome = await ask('wss', script);
    expect(outcome).toMatchObject({ code, detail: expect.stringContaining(words) });
    expect(outcome.received).not.toContain(CODE);
    expect(outcome.received).toContain('Sec-WebSocket-Key');
  });

  it.each<Transport>(['wss', 'https'])(
    'because the device demands a client certificate says so, over %s',
    async (transport) => {
      const outcome = await ask(transport, sends(), {
        options: { requestCert: true, rejectUnauthorized: true, minVersion: 'TLSv1.3' },
      });
      expect(outcome).toMatchObject({ code: 'device-demands-certificate', received: '' });
    },
  );
});

describe('the chain presented later', () => {
  it('is accepted by a device that knows nothing but the root of its own certificates', async () => {
    const judged = new Promise<boolean>((resolve) => {
      void start((socket) => resolve(socket.authorized), {
        requestCert: true,
        rejectUnauthorized: false,
        ca: clientRoot.certificatePem,
      }).then(async (device) => {
        // Delivered without its root: the issuing CA is where the path ends.
        const { credentials } = readCredentials(blocks.slice(0, 3).join(''), anchor(), Date.now());
        const { socket } = await openConnection({
          address: device.address,
          trust: trust(),
          signal: new AbortController().signal,
          clientCertificate: credentials,
        });
        socket.write('GET / HTTP/1.1\r\n\r\n');
      });
    });
    expect(await judged).toBe(true);
  });
});
