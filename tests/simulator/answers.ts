import type { Fault } from './faults.ts';
import { pkcs8KeyPem, traditionalKeyPem } from './keys.ts';
import type { Credentials } from './ledger.ts';

/** The forms in which credentials can be delivered; the vendor documents only the PEM blocks. */
export const ANSWER_FORMATS = {
  pem: 'key, POS certificate, CA certificates as plain PEM text',
  'pem-crlf': 'the same with CRLF line endings',
  'pem-pkcs8': 'the same with a PKCS#8 key',
  'pem-ca-first': 'key, CA certificates, POS certificate',
  'pem-with-text-between': 'PEM blocks with explanatory lines around them',
  json: 'JSON with one field for each PEM block',
  'json-single': 'JSON with the whole text in one field',
  'json-array': 'JSON with the certificates in an array',
} as const;

export type AnswerFormat = keyof typeof ANSWER_FORMATS;

export function isAnswerFormat(name: string): name is AnswerFormat {
  return Object.hasOwn(ANSWER_FORMATS, name);
}

export const ANSWER_FORMAT_NAMES: readonly AnswerFormat[] =
  Object.keys(ANSWER_FORMATS).filter(isAnswerFormat);

export interface Answer {
  readonly contentType: string;
  readonly body: string;
}

const PEM_TYPE = 'text/plain; charset=utf-8';
const JSON_TYPE = 'application/json';
const OVERSIZE_BYTES = 300 * 1024;

interface Blocks {
  readonly keys: readonly string[];
  readonly client: readonly string[];
  readonly authorities: readonly string[];
}

/** The successful answer to a pairing request, or what a fault makes of it. */
export function renderAnswer(credentials: Credentials, format: AnswerFormat, fault: Fault): Answer {
  if (fault === 'malformed')
    return { contentType: PEM_TYPE, body: 'POS registered. Certificates will be delivered separately.\n' };
  if (fault === 'malformed-json') {
    const whole = render(credentials, 'json').body;
    return { contentType: JSON_TYPE, body: whole.slice(0, Math.floor(whole.length * 0.6)) };
  }
  const answer = render(credentials, format);
  if (fault !== 'oversized') return answer;
  // Spaces: the answer stays well-formed in every format, only its size is wrong.
  return { ...answer, body: answer.body + ' '.repeat(OVERSIZE_BYTES) };
}

function render(credentials: Credentials, format: AnswerFormat): Answer {
  const blocks: Blocks = {
    keys: credentials.privateKeys.map(format === 'pem-pkcs8' ? pkcs8KeyPem : traditionalKeyPem),
    client: credentials.clientCertificatePem === null ? [] : [credentials.clientCertificatePem],
    authorities: credentials.caCertificatePems,
  };
  const { keys, client, authorities } = blocks;
  const text = [...keys, ...client, ...authorities].join('');
  switch (format) {
    case 'pem':
    case 'pem-pkcs8':
      return { contentType: PEM_TYPE, body: text };
    case 'pem-crlf':
      return { contentType: PEM_TYPE, body: text.replaceAll('\n', '\r\n') };
    case 'pem-ca-first':
      return { contentType: PEM_TYPE, body: [...keys, ...authorities, ...client].join('') };
    case 'pem-with-text-between':
      return { contentType: PEM_TYPE, body: withText(blocks) };
    case 'json':
      return json({
        ...(keys.length > 0 && { privateKey: keys.join('') }),
        ...(client.length > 0 && { certificate: client.join('') }),
        caCertificate: authorities.join(''),
      });
    case 'json-single':
      return json({ certificateChain: text });
    case 'json-array':
      return json({ privateKey: keys.join(''), certificates: [...client, ...authorities] });
  }
}

function json(value: Readonly<Record<string, unknown>>): Answer {
  return { contentType: JSON_TYPE, body: JSON.stringify(value) };
}

/** In the manner of `openssl pkcs12`. */
function withText({ keys, client, authorities }: Blocks): string {
  return [
    'POS Activation Successful\n\n',
    ...keys.map((pem) => `Bag Attributes\n    friendlyName: pos\nKey Attributes: <No Attributes>\n${pem}\n`),
    ...client.map((pem) => `Bag Attributes\n    friendlyName: pos certificate\n${pem}\n`),
    ...authorities.map((pem) => `# CA certificate\n${pem}\n`),
  ].join('');
}

/** The vendor's error shape of all Local-mode operations. */
export function errorResponse(message: string, developerDescription: string): string {
  return JSON.stringify({ type: 'ErrorResponse', message, developerDescription });
}

/** Between the request and the answer of an operation that is no payment. */
export function operationStatusResponse(message: string): string {
  return JSON.stringify({ type: 'OperationStatusResponse', message });
}
