import { gzipSync } from 'node:zlib';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { Transport } from '../../../shared/inputs.ts';
import { CODE } from '../job.ts';
import {
  CERTIFICATE_PARTS,
  fingerprint,
  KEY_PARTS,
  leafFor,
  RIGHT_CERTIFICATES,
  rightBlocks,
  rightLeaf,
} from './issued.ts';

export interface AnswerShape {
  readonly group: string;
  readonly name: string;
  /** HTTP status; over WSS anything but 200 answers the upgrade. */
  readonly status?: number;
  /** What is said, in one message or in several; they are one body over HTTPS. */
  readonly messages: () => readonly (string | Buffer)[];
  /** The same over both transports, or one for each. */
  readonly expected: AnswerCode | Readonly<Record<Transport, AnswerCode>>;
  readonly notes?: readonly string[];
  /** Over which transports the answer is noted as incomplete as well. */
  readonly incompleteOver?: readonly Transport[];
  /** Where BoringSSL, in Electron, comes to something else. */
  readonly inBoringSsl?: AnswerCode;
  /** Of the certificate that is to be stored; the right one when left out. */
  readonly stored?: () => string;
}
type AnswerCode = 'keys' | ErrorCode;

const right = (): string => rightBlocks().join('');
const shape = (
  group: string,
  name: string,
  expected: AnswerShape['expected'],
  ...messages: readonly (() => string | Buffer)[]
): AnswerShape => ({
  group,
  name,
  expected,
  messages: () => messages.map((message) => message()),
});

/** It is read, and noted as broken or cut off: several texts in one body are no JSON. */
const incomplete = (broken: AnswerShape, over: readonly Transport[] = ['https', 'wss']): AnswerShape => ({
  ...broken,
  incompleteOver: over,
});

/** Each kind of key with the right certificates and with none; each kind of certificates with a right key. */
const MATERIAL: readonly AnswerShape[] = [
  ...KEY_PARTS.flatMap((key): AnswerShape[] =>
    [
      {
        ...shape(
          'keys',
          `key: ${key.name}`,
          key.verdict,
          () => key.pem() + RIGHT_CERTIFICATES.pem(key.pair()),
        ),
        stored: () => fingerprint(leafFor(key.pair())),
      },
      shape('keys', `key alone: ${key.name}`, key.alone, () => key.pem() || 'POS registered.'),
      {
        ...shape(
          'keys',
          `certificates first, then the key: ${key.name}`,
          key.verdict,
          () => RIGHT_CERTIFICATES.pem(key.pair()) + key.pem(),
        ),
        stored: () => fingerprint(leafFor(key.pair())),
      },
    ].map((each) => ({ ...each, ...(key.inBoringSsl && { inBoringSsl: key.inBoringSsl }) })),
  ),
  ...CERTIFICATE_PARTS.flatMap((part): AnswerShape[] =>
    [KEY_PARTS[0], KEY_PARTS[7]].flatMap((key) =>
      key
        ? [
            {
              ...shape(
                'certificates',
                `certificates: ${part.name}, ${key.name}`,
                part.verdict,
                () => key.pem() + part.pem(key.pair()),
              ),
              ...(part.notes && { notes: part.notes }),
              stored: () => '',
            },
          ]
        : [],
    ),
  ),
];

const base64Of = (pem: string): string => pem.replace(/-----[^-]+-----|\s/g, '');
const wide =
  (width: number) =>
  (text: string): string =>
    text.replace(
      /(-----BEGIN [^-]+-----\n)([^-]+)(-----END)/g,
      (_, begin: string, body: string, end: string) =>
        `${begin}${body.replace(/\s/g, '').replace(new RegExp(`.{1,${width}}`, 'g'), '$&\n')}${end}`,
    );
const nested = (depth: number): string => {
  let value: unknown = right();
  for (let at = 0; at < depth; at += 1) value = { inner: value };
  return JSON.stringify(value);
};
const [KEY, OWN, ISSUING, ROOT] = [0, 1, 2, 3].map((at) => () => rightBlocks()[at] ?? '') as [
  () => string,
  () => string,
  () => string,
  () => string,
];

const wrapping = (
  name: string,
  wrap: (pem: string) => string | Buffer,
  expected: AnswerShape['expected'] = 'keys',
): AnswerShape => shape('wrapping', name, expected, () => wrap(right()));

const WRAPPINGS: readonly AnswerShape[] = [
  wrapping('plain', (pem) => pem),
  wrapping('CRLF', (pem) => pem.replaceAll('\n', '\r\n')),
  wrapping('CR alone', (pem) => pem.replaceAll('\n', '\r')),
  wrapping('no line breaks within the blocks', (pem) =>
    pem.replace(/([A-Za-z0-9+/=])\n(?=[A-Za-z0-9+/=])/g, '$1'),
  ),
  wrapping('no line breaks at all', (pem) => pem.replaceAll('\n', '')),
  wrapping('lines of 76 characters', wide(76)),
  wrapping('lines of one character', wide(1)),
  wrapping('indented', (pem) => pem.replaceAll('\n', '\n    ')),
  wrapping('empty lines between all lines', (pem) => pem.replaceAll('\n', '\n\n')),
  wrapping('words between the blocks', (pem) => pem.replaceAll('-----BEGIN', 'Here it comes:\n-----BEGIN')),
  wrapping('line breaks written as two characters', (pem) => pem.replaceAll('\n', '\\n')),
  wrapping('CRLF written as four characters', (pem) => pem.replaceAll('\n', '\\r\\n')),
  wrapping('a byte order mark', (pem) => `\ufeff${pem}`),
  wrapping('UTF-16', (pem) => Buffer.from(`\ufeff${pem}`, 'utf16le'), 'answer-malformed'),
  wrapping('a NUL between the blocks', (pem) => pem.replaceAll('-----BEGIN', '\0-----BEGIN')),
  wrapping('100,000 spaces before it', (pem) => ' '.repeat(100_000) + pem),
  wrapping('100,000 dashes before it', (pem) => `${'-'.repeat(100_000)}\n${pem}`),
  wrapping(
    '10,000 beginnings of a block before it',
    (pem) => '-----BEGIN CERTIFICATE-----\n'.repeat(5_000) + pem,
  ),
  wrapping('bytes above 127 around it', (pem) =>
    Buffer.concat([Buffer.alloc(99, 0xfe), Buffer.from(pem), Buffer.alloc(99, 0xc3)]),
  ),
  wrapping('JSON: one field', (pem) => JSON.stringify({ pem })),
  wrapping('JSON: one field for each', (pem) =>
    JSON.stringify(Object.fromEntries(pem.split(/(?=-----BEGIN)/).map((block, at) => [`b${at}`, block]))),
  ),
  wrapping('JSON: an array', () => JSON.stringify(rightBlocks())),
  wrapping('JSON: a text', (pem) => JSON.stringify(pem)),
  wrapping('JSON in JSON', (pem) => JSON.stringify({ data: JSON.stringify({ pem }) })),
  wrapping('JSON in JSON in JSON', (pem) => JSON.stringify(JSON.stringify(JSON.stringify({ pem })))),
  wrapping('JSON: raw line breaks in a text', (pem) => `{"pem":"${pem}"}`),
  wrapping('JSON: pretty, with other fields', (pem) =>
    JSON.stringify({ a: 1, b: null, c: [true, { d: 'x' }], pem }, null, 8),
  ),
  wrapping('JSON: a type nobody knows', (pem) => JSON.stringify({ type: 'ActivationResponse', pem })),
  wrapping('JSON: two fields of one name', (pem) => `{"pem":"x","pem":${JSON.stringify(pem)}}`),
  wrapping('JSON: seven levels deep', () => nested(7)),
  wrapping('JSON: twenty levels deep', () => nested(20), 'answer-malformed'),
  wrapping(
    'JSON: 20,000 levels deep',
    (pem) => `${'['.repeat(20_000)}${JSON.stringify(pem)}${']'.repeat(20_000)}`,
    'answer-malformed',
  ),
  incomplete(
    wrapping('JSON: 20,000 levels, never closed', (pem) => `${'['.repeat(20_000)}${JSON.stringify(pem)}`),
  ),
  incomplete(wrapping('JSON: a comma too many', (pem) => `{"pem":${JSON.stringify(pem)},}`)),
  incomplete(wrapping('JSON: single quotes', (pem) => `{'pem':'${pem.replaceAll('\n', '\\n')}'}`)),
  wrapping('JSON: __proto__', (pem) => `{"__proto__":{"type":"ErrorResponse"},"pem":${JSON.stringify(pem)}}`),
  incomplete(
    wrapping('two JSON texts, one in each line', () =>
      rightBlocks()
        .map((pem) => JSON.stringify({ pem }))
        .join('\n'),
    ),
  ),
  wrapping('a function call around JSON', (pem) => `callback(${JSON.stringify({ pem })})`),
  wrapping('the PEM in base64', (pem) => Buffer.from(pem).toString('base64')),
  wrapping('the PEM in base64, in JSON', (pem) =>
    JSON.stringify({ data: Buffer.from(pem).toString('base64') }),
  ),
  wrapping(
    'the PEM in base64 twice',
    (pem) => Buffer.from(Buffer.from(pem).toString('base64')).toString('base64'),
    'answer-malformed',
  ),
  wrapping('DER in base64, in JSON', () => JSON.stringify(rightBlocks().map(base64Of))),
  wrapping('DER in base64 for URLs, in JSON', () =>
    JSON.stringify(rightBlocks().map((pem) => Buffer.from(base64Of(pem), 'base64').toString('base64url'))),
  ),
  wrapping('DER in base64, all in one', () =>
    Buffer.concat(rightBlocks().map((pem) => Buffer.from(base64Of(pem), 'base64'))).toString('base64'),
  ),
  wrapping(
    'DER as it is',
    () => Buffer.concat(rightBlocks().map((pem) => Buffer.from(base64Of(pem), 'base64'))),
    'answer-malformed',
  ),
  wrapping('hex', (pem) => Buffer.from(pem).toString('hex'), 'answer-malformed'),
  wrapping('gzip', (pem) => gzipSync(pem), 'answer-malformed'),
  wrapping('XML', (pem) => `<?xml version="1.0"?><answer><pem>${pem}</pem></answer>`),
  wrapping('a web page', (pem) => `<html><body><pre>${pem}</pre></body></html>`),
  wrapping('a form', (pem) => new URLSearchParams({ pem }).toString(), 'answer-malformed'),
  wrapping(
    'multipart',
    () =>
      `${rightBlocks()
        .map((pem) => `--x\r\nContent-Type: application/x-pem-file\r\n\r\n${pem}\r\n`)
        .join('')}--x--\r\n`,
  ),
  wrapping('YAML', (pem) => `pem: |\n  ${pem.replaceAll('\n', '\n  ')}`),
  wrapping('quoted as in mail', (pem) => pem.replaceAll('\n', '\n> '), 'answer-malformed'),
  wrapping(
    'lower case labels',
    (pem) => pem.replace(/-----[^-]+-----/g, (label) => label.toLowerCase()),
    'answer-malformed',
  ),
  wrapping('four dashes', (pem) => pem.replaceAll('-----', '----'), 'answer-malformed'),
  wrapping('long dashes', (pem) => pem.replaceAll('-----', '—————'), 'answer-malformed'),
  wrapping('no ends', (pem) => pem.replace(/-----END[^-]+-----\n/g, ''), 'answer-malformed'),
  wrapping('ends of other labels', (pem) => pem.replaceAll('-----END ', '-----END X'), 'answer-malformed'),
  wrapping('attributes before each block', (pem) =>
    pem.replaceAll('-----BEGIN', 'Bag Attributes\n    localKeyID: 01\n-----BEGIN'),
  ),
  wrapping('headers within the blocks', (pem) =>
    pem.replace(/(-----BEGIN [^-]+-----\n)/g, '$1X-Note: none\n\n'),
  ),
];

/** An answer cut off after so many twentieths of it, its length stated as it is. */
function cuts(name: string, wrap: (pem: string) => string, brokenWhenCut: boolean): AnswerShape[] {
  const EVERY = 20;
  return Array.from({ length: EVERY - 1 }, (_, at): AnswerShape => {
    const part = at + 1;
    const text = () => wrap(right()).slice(0, Math.floor((wrap(right()).length * part) / EVERY));
    const ends = (block: string) =>
      wrap(right()).indexOf(wrap(block).replace(/^[^-]*|[^-]*$/g, '')) +
      wrap(block).replace(/^[^-]*|[^-]*$/g, '').length;
    return {
      group: 'cut off',
      name: `${name}, after ${part}/${EVERY}`,
      messages: () => [text()],
      get expected(): AnswerCode {
        const { length } = text();
        if (length >= ends(OWN())) return 'keys';
        if (length < ends(KEY()) || brokenWhenCut) return 'answer-malformed';
        return 'credentials-certificate-missing';
      },
      get notes(): readonly string[] {
        const { length } = text();
        const isMarked = brokenWhenCut || text().lastIndexOf('-----BEGIN ') > text().lastIndexOf('-----END ');
        const unknown = length < ends(ISSUING()) ? ['issuer-unknown'] : [];
        return [...(isMarked ? ['incomplete'] : []), ...unknown];
      },
    };
  });
}

const error = (message: unknown, more: Record<string, unknown> = {}): string =>
  JSON.stringify({ type: 'ErrorResponse', message, ...more });
const said = (name: string, expected: AnswerShape['expected'], text: () => string | Buffer): AnswerShape =>
  shape('words', name, expected, text);

const WORDS: readonly AnswerShape[] = [
  said('ErrorResponse: the code is invalid', 'code-rejected', () => error('Invalid setup code')),
  said('ErrorResponse: the code has expired', 'code-rejected', () => error('The pairing code has expired.')),
  said('ErrorResponse: the code, in the description', 'code-rejected', () =>
    error('Failed', { developerDescription: 'setupCode is not valid' }),
  ),
  said('ErrorResponse: the POS ID is taken', 'pos-id-in-use', () => error('POS ID already in use')),
  said('ErrorResponse: the terminal is busy', 'device-error', () => error('Terminal busy')),
  said('ErrorResponse: no message', 'device-error', () => '{"type":"ErrorResponse"}'),
  said('ErrorResponse: a message that is a number', 'device-error', () => error(42)),
  said('ErrorResponse: a message of 100,000 characters', 'device-error', () => error('busy '.repeat(20_000))),
  said('ErrorResponse: a message made for slow patterns', 'device-error', () =>
    error(`code ${'pos id '.repeat(9_000)}`),
  ),
  said(
    'ErrorResponse: with line breaks in its text',
    'device-error',
    () => '{"type":"ErrorResponse","message":"Terminal\nbusy"}',
  ),
  said('ErrorResponse: behind a byte order mark', 'device-error', () => `\ufeff${error('Terminal busy')}`),
  said('ErrorResponse: it quotes the code', 'device-error', () => error(`You said ${CODE}.`)),
  said('ErrorResponse: it quotes the code letter by letter', 'device-error', () =>
    error(`You said ${[...CODE].join(' - ')}.`),
  ),
  said('ErrorResponse: it quotes the code in base64', 'device-error', () =>
    error(Buffer.from(`code=${CODE}`).toString('base64')),
  ),
  said('ErrorResponse: it quotes a private key', 'device-error', () => error(KEY())),
  said('ErrorResponse: with keys in it', 'device-error', () => error('see data', { data: right() })),
  said('ErrorResponse: markup', 'device-error', () => error('<img src=x onerror=alert(1)>')),
  said('ErrorResponse: control and direction characters', 'device-error', () =>
    error('\u001b[2J\u202egnp.exe\u0000'),
  ),
  said(
    'errorresponse in small letters',
    { https: 'answer-malformed', wss: 'no-answer' },
    () => '{"type":"errorresponse","message":"busy"}',
  ),
  said('an array of one ErrorResponse', 'answer-malformed', () => `[${error('busy')}]`),
  said('an error of another form', 'answer-malformed', () => '{"error":{"code":7,"message":"busy"}}'),
  said('an empty object', 'answer-malformed', () => '{}'),
  said('an empty list', 'answer-malformed', () => '[]'),
  said('null', 'answer-malformed', () => 'null'),
  said('a number', 'answer-malformed', () => '1e999'),
  said('an empty text', 'answer-malformed', () => '""'),
  said('words', 'answer-malformed', () => 'POS registered.'),
  said('a web page that says it is fine', 'answer-malformed', () => '<!doctype html><title>OK</title>'),
  said('random bytes', 'answer-malformed', () =>
    Buffer.from(Array.from({ length: 999 }, (_, at) => (at * 7919) % 256)),
  ),
  said('zeros', 'answer-malformed', () => Buffer.alloc(5_000)),
  said('one brace', 'answer-malformed', () => '{'),
  said('a type that is an object', 'answer-malformed', () => '{"type":{"type":"ErrorResponse"}}'),
  said('200,000 opening brackets', 'answer-malformed', () => '['.repeat(200_000)),
  said('200,000 backslashes in a text', 'answer-malformed', () => `"${'\\'.repeat(200_000)}"`),
  said('more than any answer', 'answer-too-large', () => 'x'.repeat(300_000)),
  said('keys, and spaces beyond any answer', 'answer-too-large', () => right() + ' '.repeat(300_000)),
];

const status = (code: number, expected: AnswerCode): AnswerShape => ({
  group: 'status',
  name: `HTTP ${code}`,
  status: code,
  messages: () => ['Sorry.'],
  expected: { https: expected, wss: 'upgrade-refused' },
});
const STATUSES: readonly AnswerShape[] = [
  status(201, 'answer-malformed'),
  status(202, 'answer-malformed'),
  status(206, 'answer-malformed'),
  status(299, 'answer-malformed'),
  ...[401, 403].map((code) => status(code, 'code-rejected')),
  status(409, 'pos-id-in-use'),
  ...[
    300, 301, 302, 303, 305, 307, 308, 400, 402, 404, 405, 406, 407, 408, 410, 411, 412, 413, 414, 415, 416,
    417, 418, 421,
  ].map((code) => status(code, 'http-status')),
  ...[
    422, 423, 425, 426, 428, 429, 431, 451, 495, 496, 499, 500, 501, 502, 503, 504, 505, 507, 511, 520, 599,
    600, 999,
  ].map((code) => status(code, 'http-status')),
];

const parted = (
  name: string,
  expected: AnswerShape['expected'],
  ...messages: readonly (() => string | Buffer)[]
): AnswerShape => shape('in parts', name, expected, ...messages);
const greeting = (text: string) => () => JSON.stringify({ type: 'OperationStatusResponse', message: text });
const PARTS: readonly AnswerShape[] = [
  parted('one message for each block', 'keys', KEY, OWN, ISSUING, ROOT),
  parted('one message for each block, the key last', 'keys', ROOT, ISSUING, OWN, KEY),
  parted('words, then keys', 'keys', () => 'Wait. ', right),
  parted('keys, then words', 'keys', right, () => 'Done.'),
  incomplete(
    parted(
      'a message for each block as JSON',
      { https: 'keys', wss: 'keys' },
      ...[KEY, OWN, ISSUING, ROOT].map((block) => () => JSON.stringify({ pem: block() })),
    ),
    ['https'],
  ),
  parted('key and certificate twice', 'keys', KEY, KEY, OWN, OWN, ISSUING, ROOT),
  parted('two different keys', 'credentials-several-keys', KEY, () => KEY_PARTS[7]?.pem() ?? ''),
  parted('the certificates without a key', 'credentials-key-missing', OWN, ISSUING, ROOT),
  incomplete(
    parted(
      'status messages, then keys',
      { https: 'keys', wss: 'keys' },
      greeting('Creating'),
      greeting('Signing'),
      right,
    ),
    ['https'],
  ),
  incomplete(
    parted(
      'a status message that quotes the code, then keys',
      { https: 'keys', wss: 'keys' },
      greeting(`Code ${CODE} accepted`),
      right,
    ),
    ['https'],
  ),
  incomplete(
    parted(
      'an ErrorResponse, then keys',
      { https: 'keys', wss: 'device-error' },
      () => error('Terminal busy'),
      right,
    ),
    ['https'],
  ),
  parted('keys, then an ErrorResponse', 'keys', right, () => error('Terminal busy')),
  parted(
    '500 status messages',
    { https: 'answer-malformed', wss: 'no-answer' },
    ...Array.from({ length: 500 }, (_, at) => greeting(`${at}`)),
  ),
  parted(
    'a block in two messages',
    { https: 'keys', wss: 'credentials-key-missing' },
    () => right().slice(0, 700),
    () => right().slice(700),
  ),
];

/** What a device may answer to a right request: a grammar of keys, certificates, wrappings, cuts and words. */
export const SHAPES: readonly AnswerShape[] = [
  ...MATERIAL,
  ...WRAPPINGS,
  ...cuts('PEM', (pem) => pem, false),
  ...cuts('JSON', (pem) => `{"pem":"${pem.replaceAll('\n', '\\n')}"}`, true),
  ...WORDS,
  ...STATUSES,
  ...PARTS,
];

export const STORED_LEAF = (): string => fingerprint(rightLeaf());
