import { createHash, X509Certificate } from 'node:crypto';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import fc from 'fast-check';
import { withDeadline } from '../../../electron/core/device/deadline.ts';
import { HttpAnswerReader, type HttpHead } from '../../../electron/core/device/http-answer.ts';
import {
  errorResponseFailure,
  httpStatusFailure,
  parseDeviceMessage,
  upgradeFailure,
} from '../../../electron/core/device/messages.ts';
import { requestCredentials } from '../../../electron/core/device/pairing-request.ts';
import { toAppError } from '../../../electron/core/failure.ts';
import { withoutSecret } from '../../../electron/core/pairing/pairing-attempt.ts';
import { summarize } from '../../../electron/core/pki/certificate.ts';
import { progressOf, readCredentials } from '../../../electron/core/pki/credentials.ts';
import { findPemBlocks } from '../../../electron/core/pki/pem.ts';
import { redact } from '../../../electron/core/redact.ts';
import type { SetupCode } from '../../../shared/brands.ts';
import { certificateSummarySchema, credentialNoteSchema } from '../../../shared/pairing.ts';
import { acceptFor, textFrame } from '../../support/scripted-device.ts';
import { spellingsOf } from '../../support/secrets.ts';
import type { Choices } from '../choices.ts';
import type { Material } from '../material.ts';
import { mutateBytes } from '../mutate/bytes.ts';
import { mutateJson } from '../mutate/json.ts';
import { mutatePem } from '../mutate/pem.ts';
import { mutateText } from '../mutate/text.ts';
import {
  anyBytes,
  anyText,
  codeOfError,
  codeOfThrown,
  mostly,
  must,
  mutated,
  type Target,
  target,
} from '../target.ts';

const CODE = 'JS1XSJQT' as SetupCode;
const SPELLINGS = spellingsOf(CODE);
/** Base64 in other letters is something else. */
const SAME_IN_ANY_CASE = SPELLINGS.slice(0, -1);
const [BASE64 = ''] = SPELLINGS.slice(-1);
const now = Date.now();

const MESSAGES = [
  '{"type":"ErrorResponse","message":"The setup code is invalid","developerDescription":"setupCode JS1XSJQT"}',
  '{"type":"ErrorResponse","message":"posId 123 already exists","developerDescription":"4S1X JS1X-SJQT"}',
  '{"type":"OperationStatusResponse","message":"Creating certificates","canBeAborted":false}',
  '{"type":"TransactionStatusResponse","message":"Idle"}',
  '{"error":{"code":"JS1XSJQT"}}',
  'Unauthorized',
];
const MESSAGE_WORDS = [
  ...SPELLINGS,
  'setupCode',
  'posId',
  'ErrorResponse',
  'expired',
  ' already in use',
  '"',
  '"type":',
  '\\u004aS1XSJQT',
  'ＪＳ１ＸＳＪＱＴ',
  'J\u200bS1XSJQT',
  'J.S.1.X.S.J.Q.T',
  '4A:53:31:58:53:4A:51:54',
  '4A533158534A5154',
];

function readMessage(text: string): string {
  const message = parseDeviceMessage(text);
  const failures = [
    () => httpStatusFailure(text.length % 600, text, [CODE]),
    ...(message ? [() => errorResponseFailure(message, [CODE])] : []),
  ];
  for (const make of failures) codeOfThrown(make(), SPELLINGS);
  codeOfThrown(upgradeFailure(text.length % 600, text));
  return message
    ? message.type === 'ErrorResponse'
      ? codeOfThrown(errorResponseFailure(message, [CODE]), SPELLINGS)
      : 'message'
    : 'no message';
}

function hides(text: string): string {
  const shown = redact(text, [CODE]);
  must(shown.length <= 1_001, 'a text for an error has a limit');
  for (const secret of SAME_IN_ANY_CASE)
    must(!shown.toLowerCase().includes(secret.toLowerCase()), 'no spelling of the code is left');
  must(!shown.includes(BASE64), 'no base64 of the code is left');
  must(!/-----BEGIN[A-Z0-9\s]+-----/.test(shown), 'no PEM block is left');
  must(!/[0-9a-f]{129}/i.test(shown), 'no long hex is left');
  must(!/[\p{Cc}\p{Cf}]/u.test(shown), 'no control characters are left');
  return shown.includes('removed]') ? 'removed' : 'as it was';
}

/** Feeds an answer in pieces; how it is cut must not matter. */
function readHttp(pieces: readonly Buffer[], closes: boolean) {
  const reader = new HttpAnswerReader();
  let failed = '';
  try {
    // Copies: what it is given is its own, and wiped.
    for (const piece of pieces) reader.feed(Buffer.from(piece));
    if (closes) reader.close();
  } catch (thrown) {
    failed = codeOfThrown(thrown);
  }
  const { head, isWhole } = reader;
  return {
    failed,
    isWhole,
    head,
    body: reader.takeBody().toString('latin1'),
    rest: reader.takeRest().length,
  };
}

const described = (head: HttpHead | undefined) =>
  head && [head.status, head.reason, ...head.headers].join('|');

function compareHttp({
  data,
  cuts,
  closes,
}: {
  readonly data: Buffer;
  readonly cuts: readonly number[];
  readonly closes: boolean;
}): string {
  const whole = readHttp([data], closes);
  const at = [0, ...cuts.map((cut) => cut % (data.length + 1)), data.length].sort((a, b) => a - b);
  const cut = readHttp(
    at.slice(1).map((end, index) => data.subarray(at[index], end)),
    closes,
  );
  must(
    whole.failed === cut.failed,
    `the same failure however it is cut: ${whole.failed || 'none'}, ${cut.failed || 'none'}`,
  );
  must(described(whole.head) === described(cut.head), 'the same head however it is cut');
  must(whole.isWhole === cut.isWhole, 'whole or not, however it is cut');
  must(whole.failed !== '' || whole.body === cut.body, 'the same body however it is cut');
  must(whole.body.length <= 256 * 1024, 'a body has a limit');
  return whole.failed || (whole.isWhole ? 'whole' : whole.head ? 'part of the body' : 'part of the head');
}

const OK = 'HTTP/1.1 200 OK\r\n';
const HTTP_WORDS = [
  ...[
    '\r\n',
    '\n',
    '\r\n\r\n',
    ' ',
    ': ',
    ';x=y',
    '0\r\n\r\n',
    'ffffffff',
    '-1',
    'HTTP/1.1 ',
    'HTTP/1.0 101 ',
    '100 Continue',
    '204',
    '304',
  ],
  ...[
    'Content-Length: 5\r\n',
    'Content-Length: 99999999\r\n',
    'Transfer-Encoding: chunked\r\n',
    'Transfer-Encoding: gzip, chunked\r\n',
    'X: y\r\n folded\r\n',
  ],
];

const httpSeeds = (answer: string): Buffer[] =>
  [
    `${OK}Content-Type: application/json\r\nContent-Length: ${answer.length}\r\n\r\n${answer}`,
    `${OK}Transfer-Encoding: chunked\r\n\r\n${answer.length.toString(16)};a=b\r\n${answer}\r\n0\r\n\r\n`,
    `${OK}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nplain`,
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 401 Unauthorized\r\nContent-Length: 4\r\n\r\nGone',
    `HTTP/1.0 200\nX-A: 1\n  folded\n\n${answer.slice(0, 200)}`,
    `${OK}Content-Length: 300000\r\n\r\n${answer.slice(0, 50)}`,
    'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n',
  ].map((text) => Buffer.from(text));

/** What stands for a TLS connection to a device that answers with `answer`, and then closes. */
class AnsweringSocket extends Duplex {
  readonly #answer: (request: string) => Buffer;
  #request = '';
  #answered = false;
  constructor(answer: (request: string) => Buffer) {
    super({ allowHalfOpen: false });
    this.#answer = answer;
  }
  getCertificate(): null {
    return null;
  }
  override _read(): void {}
  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#request += chunk.toString('latin1');
    if (!this.#answered && this.#request.includes('\r\n\r\n')) {
      this.#answered = true;
      const answer = this.#answer(this.#request);
      setImmediate(() => {
        if (this.destroyed) return;
        this.push(answer);
        this.push(null);
      });
    }
    done();
  }
}

interface Exchange {
  readonly transport: 'wss' | 'https';
  readonly answer: Buffer;
}

/** A whole request for credentials, over a connection that is as good as proved. */
async function ask({ transport, answer }: Exchange, { certificates }: Material): Promise<string> {
  const socket = new AnsweringSocket((request) => {
    const text = answer.toString('latin1');
    return Buffer.from(text.replaceAll('{accept}', acceptFor(request)), 'latin1');
  });
  const certificate = new X509Certificate(Buffer.from(certificates[0] ?? '', 'base64'));
  const statuses: string[] = [];
  try {
    const text = await requestCredentials({
      connection: {
        socket: socket as unknown as TLSSocket,
        certificate,
        identity: { kind: 'serial', serial: '1850012345' },
        rootCa: { root: certificate, intermediates: [] },
      },
      address: { host: '127.0.0.1', port: 8443 },
      transport,
      posId: '123',
      setupCode: CODE,
      signal: withDeadline(new AbortController().signal, 8_000),
      onStatus: (status) => statuses.push(status),
    });
    return progressOf(text) === 'nothing' ? 'ok, without keys' : 'ok';
  } catch (thrown) {
    // As the attempt does with whatever ends it: before the code is sent, too, since a device knows its code.
    return codeOfError(withoutSecret(toAppError(thrown), CODE), SPELLINGS);
  } finally {
    for (const status of statuses)
      for (const secret of SPELLINGS) must(!status.includes(secret), 'no code in what is shown of a message');
    socket.destroy();
  }
}

const UPGRADED =
  'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n';
const CLOSE = Buffer.from([0x88, 0x02, 0x03, 0xe8]);

const exchanges = ({ answers }: Material): Exchange[] => {
  const frames = (...texts: readonly string[]) =>
    Buffer.concat([Buffer.from(UPGRADED), ...texts.map(textFrame), CLOSE]);
  const whole = answers[1] ?? '';
  return [
    ...httpSeeds(whole).map((answer) => ({ transport: 'https' as const, answer })),
    ...MESSAGES.map((message) => ({ transport: 'wss' as const, answer: frames(message) })),
    { transport: 'wss', answer: frames(whole) },
    { transport: 'wss', answer: frames(MESSAGES[2] ?? '', ...findPemBlocks(whole).map(({ pem }) => pem)) },
    { transport: 'wss', answer: Buffer.from('HTTP/1.1 403 Forbidden\r\nContent-Length: 4\r\n\r\nGone') },
  ];
};

function mutateExchange({ transport, answer }: Exchange, choices: Choices): Exchange {
  if (choices.below(30) === 0) return { transport: transport === 'wss' ? 'https' : 'wss', answer };
  return {
    transport,
    answer: mutateBytes(answer, choices, [
      ...HTTP_WORDS,
      '\x81\x7e',
      '\x88\x00',
      '\x89\x05hello',
      '{accept}',
      CODE,
    ]),
  };
}

/** Reads an answer as credentials, and looks at what comes of it. */
function credentialsReader({ rootPem, intermediatePem, keyPieces }: Material): (text: string) => string {
  const anchor = {
    root: new X509Certificate(rootPem),
    intermediates: [new X509Certificate(intermediatePem)],
  };
  return (text) => {
    const progress = progressOf(text);
    try {
      const { credentials, clientCertificate, issuer, notes } = readCredentials(text, anchor, now);
      for (const certificate of [clientCertificate, issuer])
        must(certificateSummarySchema.safeParse(summarize(certificate)).success, 'a certificate can be told');
      for (const note of notes) must(credentialNoteSchema.safeParse(note).success, 'a note can be told');
      must(
        !/PRIVATE KEY-----/.test(credentials.certificateChainPem + credentials.issuerPem),
        'no key among the certificates',
      );
      must(
        progress === 'usable' || progress === 'complete',
        `what can be used is not waited for longer: ${progress}`,
      );
      return notes.length > 0 ? 'ok, with notes' : 'ok';
    } catch (thrown) {
      return codeOfThrown(thrown, keyPieces);
    }
  };
}

export function answerTargets(material: Material): Target[] {
  const readAnswer = credentialsReader(material);
  const [rsa = '', ...quick] = material.answers;
  // RSA keys take milliseconds each.
  const answerSeeds = [...quick, ...quick, ...quick, rsa];
  const httpBytes = httpSeeds(material.answers[1] ?? '');
  const secretTexts = [
    ...SPELLINGS,
    ...material.answers,
    ...MESSAGES,
    createHash('sha512').update('x').digest('hex').repeat(3),
  ];
  return [
    target({
      name: 'answer',
      about: 'A device’s answer, read as key and certificates',
      share: 6,
      reaches: [
        'ok',
        'ok, with notes',
        'answer-malformed',
        'credentials-key-missing',
        'credentials-key-mismatch',
        'credentials-several-keys',
        'credentials-certificate-missing',
      ],
      inputs: mostly(mutated(answerSeeds, mutatePem), anyText),
      run: readAnswer,
      guided: {
        seeds: answerSeeds.map((seed) => Buffer.from(seed)),
        mutate: (data, choices) => Buffer.from(mutatePem(data.toString(), choices)),
        run: (data) => readAnswer(data.toString()),
      },
    }),
    target({
      name: 'message',
      about: 'JSON messages and bodies, made into errors without the code',
      share: 100,
      reaches: ['message', 'no message', 'device-error', 'code-rejected', 'pos-id-in-use'],
      inputs: mostly(
        mutated(MESSAGES, (text, choices) => mutateJson(text, choices, MESSAGE_WORDS)),
        anyText,
        6,
      ),
      run: readMessage,
      guided: {
        seeds: MESSAGES.map((seed) => Buffer.from(seed)),
        mutate: (data, choices, learnt) =>
          Buffer.from(mutateJson(data.toString(), choices, [...MESSAGE_WORDS, ...learnt])),
        run: (data) => readMessage(data.toString()),
      },
    }),
    target({
      name: 'redact',
      about: 'Texts for errors and logs, with secrets in them',
      share: 80,
      reaches: ['removed', 'as it was'],
      inputs: mostly(
        mutated(secretTexts, (text, choices) => mutateText(text, choices, secretTexts.slice(0, 8))),
        anyText,
        6,
      ),
      run: hides,
    }),
    target({
      name: 'http-answer',
      about: 'Raw HTTP answers, in one piece and cut anywhere',
      share: 120,
      reaches: ['whole', 'part of the body', 'part of the head', 'answer-malformed', 'answer-too-large'],
      inputs: fc.record({
        data: mostly(
          mutated(httpBytes, (data, choices) => mutateBytes(data, choices, HTTP_WORDS)),
          anyBytes,
          9,
        ),
        cuts: fc.array(fc.nat({ max: 5_000 }), { maxLength: 12 }),
        closes: fc.boolean(),
      }),
      run: compareHttp,
      guided: {
        seeds: httpBytes,
        mutate: (data, choices, learnt) => mutateBytes(data, choices, [...HTTP_WORDS, ...learnt]),
        run: (data) => compareHttp({ data, cuts: [1, 7, 20, 33, 60, 90, 1_000], closes: true }),
      },
    }),
    target({
      name: 'device-answer',
      about: 'The whole request for credentials over HTTPS and WSS: head, frames, messages, end',
      share: 5,
      reaches: ['ok', 'device-error', 'code-rejected', 'no-answer', 'answer-malformed', 'upgrade-refused'],
      inputs: mutated(exchanges(material), mutateExchange),
      run: (exchange) => ask(exchange, material),
    }),
  ];
}
