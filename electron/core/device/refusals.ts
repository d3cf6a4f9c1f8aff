import type { ErrorCode } from '../../../shared/errors.ts';

/**
 * What the end of a connection, or its answer, says about the certificate it was opened with:
 *
 * - `answered`: the device let the certificate in and its software is alive.
 * - `refused`: an explicit word against the certificate. Only this may cost credentials.
 * - `ambiguous`: a refusal that may concern the certificate (of another pairing) or the channel (another program has
 *   it).
 * - `in-use`: another program has the device's one channel.
 * - `questioned`: alive, but the answer may be a word against the certificate; a stranger's is the comparison.
 * - `unclear`: an answer that shows neither.
 * - `lost`: no word at all; the network, or a device whose server is away.
 */
export type Verdict = 'answered' | 'refused' | 'ambiguous' | 'in-use' | 'questioned' | 'unclear' | 'lost';

/**
 * The catalogue entry for a verdict that is no answer.
 *
 * | verdict                   | code                             | new credentials |
 * | ------------------------- | -------------------------------- | --------------- |
 * | `refused`                 | `mtls-refused`                   | discarded       |
 * | `ambiguous`, `questioned` | `certificate-or-channel-refused` | kept            |
 * | `in-use`                  | `device-in-use`                  | kept            |
 * | `unclear`                 | `mtls-inconclusive`              | kept            |
 * | `lost`                    | `connection-lost`                | kept            |
 */
export const CODE_OF_VERDICT = {
  refused: 'mtls-refused',
  ambiguous: 'certificate-or-channel-refused',
  questioned: 'certificate-or-channel-refused',
  'in-use': 'device-in-use',
  unclear: 'mtls-inconclusive',
  lost: 'connection-lost',
} as const satisfies Record<Exclude<Verdict, 'answered'>, ErrorCode>;

/** Alerts that concern the client certificate, by number (RFC 8446 section 6; 41 of SSL 3, 111 to 114 of RFC 6066). */
const CERTIFICATE_ALERTS: Readonly<Record<number, string>> = {
  41: 'NO_CERTIFICATE',
  42: 'BAD_CERTIFICATE',
  43: 'UNSUPPORTED_CERTIFICATE',
  44: 'CERTIFICATE_REVOKED',
  45: 'CERTIFICATE_EXPIRED',
  46: 'CERTIFICATE_UNKNOWN',
  48: 'UNKNOWN_CA',
  49: 'ACCESS_DENIED',
  111: 'CERTIFICATE_UNOBTAINABLE',
  113: 'BAD_CERTIFICATE_STATUS_RESPONSE',
  114: 'BAD_CERTIFICATE_HASH_VALUE',
  116: 'CERTIFICATE_REQUIRED',
};

const ALERT_NUMBER = /SSL alert number (\d+)/i;
/** The codes of OpenSSL and BoringSSL: `ERR_SSL_TLSV13_ALERT_…`, `ERR_SSL_TLSV1_ALERT_…`, `ERR_SSL_TLSV1_…`. */
const ALERT_NAME = /^ERR_SSL_(?:SSLV3_ALERT|TLSV13_ALERT|TLSV1_ALERT|TLSV1)_(\w+)$/;

/**
 * The verdict of a fatal TLS alert **that came after the device had the certificate**; undefined when the error is no
 * alert of the other end.
 *
 * | alert                                         | verdict     |
 * | --------------------------------------------- | ----------- |
 * | 41–46, 48, 49, 111, 113, 114, 116             | `refused`   |
 * | any other, such as 40 (handshake_failure), 51 (decrypt_error), 80 (internal_error) | `ambiguous` |
 *
 * Both libraries name the number in the message; the name in the code differs between them.
 */
export function alertVerdict(code: string, message: string): 'refused' | 'ambiguous' | undefined {
  const number = ALERT_NUMBER.exec(message)?.[1];
  if (number !== undefined) return number in CERTIFICATE_ALERTS ? 'refused' : 'ambiguous';
  const name = ALERT_NAME.exec(code)?.[1];
  if (name === undefined) return undefined;
  return Object.values(CERTIFICATE_ALERTS).includes(name) ? 'refused' : 'ambiguous';
}

/** A status that means the same over both transports. */
const HTTP_VERDICTS: Readonly<Record<number, 'refused' | 'ambiguous' | 'in-use'>> = {
  // Access control of an application: for the wrong certificate, or for the second program.
  401: 'ambiguous',
  403: 'ambiguous',
  409: 'in-use',
  423: 'in-use',
  429: 'in-use',
  503: 'in-use',
  // nginx: "SSL Certificate Error", "SSL Certificate Required".
  495: 'refused',
  496: 'refused',
};

/** nginx sends 400 for a certificate it refuses and says so in the body; other software means the request itself. */
const speaksOfCertificate = (body: string) => /certificate/i.test(body);

/**
 * The verdict of an HTTP answer to a GET over HTTPS.
 *
 * | status                           | verdict      |
 * | -------------------------------- | ------------ |
 * | 495, 496                         | `refused`    |
 * | 400 that speaks of a certificate | `refused`    |
 * | 400 otherwise                    | `questioned` |
 * | 401, 403                         | `ambiguous`  |
 * | 409, 423, 429, 503               | `in-use`     |
 * | 2xx, 3xx, 4xx otherwise          | `answered`   |
 * | 5xx otherwise, anything else     | `unclear`    |
 */
export function requestVerdict(status: number, body: string): Exclude<Verdict, 'lost'> {
  const known = HTTP_VERDICTS[status];
  if (known) return known;
  if (status === 400) return speaksOfCertificate(body) ? 'refused' : 'questioned';
  return status >= 200 && status < 500 ? 'answered' : 'unclear';
}

/**
 * The verdict of an HTTP answer in place of a WebSocket: never that the device's software is alive.
 *
 * | status                           | verdict     |
 * | -------------------------------- | ----------- |
 * | 495, 496                         | `refused`   |
 * | 400 that speaks of a certificate | `refused`   |
 * | 400 otherwise, 401, 403          | `ambiguous` |
 * | 409, 423, 429, 503               | `in-use`    |
 * | any other                        | `unclear`   |
 */
export function upgradeVerdict(status: number, body: string): 'refused' | 'ambiguous' | 'in-use' | 'unclear' {
  const known = HTTP_VERDICTS[status];
  if (known) return known;
  if (status === 400) return speaksOfCertificate(body) ? 'refused' : 'ambiguous';
  return 'unclear';
}

/** Policy violation (RFC 6455 section 7.4.1). */
const POLICY_VIOLATION = 1008;
/** "Try again later" (IANA WebSocket close code registry). */
const TRY_AGAIN_LATER = 1013;
const NORMAL_CLOSURE = 1000;
/** A close frame without a code, as ws reports it. */
const NO_STATUS = 1005;

/** No close frame at all: the connection was cut. */
export const CUT = 1006;

/** An open channel that ends this soon, in milliseconds, was ended in favour of another one. */
const SOON_MS = 30_000;

/**
 * The verdict of the end of a WebSocket that the device ended, by its close code (RFC 6455 section 7.4).
 *
 * | code                          | never opened | within 30 s of opening | later     |
 * | ----------------------------- | ------------ | ---------------------- | --------- |
 * | 1008                          | `ambiguous`  | `ambiguous`            | `ambiguous` |
 * | 1000, none, 1013, 4000–4999   | `in-use`     | `in-use`               | `in-use`  |
 * | 1006: the connection was cut  | `lost`       | `in-use`               | `lost`    |
 * | any other, such as 1001, 1011 | `lost`       | `in-use`               | `lost`    |
 *
 * @param openMs milliseconds the WebSocket was open; undefined: it never was
 */
export function closeVerdict(code: number, openMs: number | undefined): 'ambiguous' | 'in-use' | 'lost' {
  if (code === POLICY_VIOLATION) return 'ambiguous';
  if (code === NORMAL_CLOSURE || code === NO_STATUS || code === TRY_AGAIN_LATER) return 'in-use';
  if (code >= 4000 && code <= 4999) return 'in-use';
  return openMs !== undefined && openMs < SOON_MS ? 'in-use' : 'lost';
}
