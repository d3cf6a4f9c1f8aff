import type { ErrorCode } from '../../../shared/errors.ts';
import { Failure, failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { alertVerdict } from './refusals.ts';

/** Network errors by their system code (`connect(2)`, `getaddrinfo(3)`). */
const BY_SYSTEM_CODE: Record<string, ErrorCode> = {
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'device-unreachable',
  EHOSTDOWN: 'device-unreachable',
  ENETUNREACH: 'device-unreachable',
  ENETDOWN: 'device-unreachable',
  EADDRNOTAVAIL: 'device-unreachable',
  EACCES: 'device-unreachable',
  EPERM: 'device-unreachable',
  ETIMEDOUT: 'timed-out',
  ENOTFOUND: 'name-not-found',
  EAI_AGAIN: 'name-not-found',
  EAI_FAIL: 'name-not-found',
  EAI_NODATA: 'name-not-found',
  ECONNRESET: 'connection-lost',
  ECONNABORTED: 'connection-lost',
  EPIPE: 'connection-lost',
};

const VERSION_PROBLEM = /ALERT_PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL|VERSION_TOO_LOW|INAPPROPRIATE_FALLBACK/;
/** What OpenSSL and BoringSSL say when the first bytes are no TLS record. */
const NO_TLS_RECORD =
  /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|RECORD_TOO_LARGE|DATA_LENGTH_TOO_LONG|BAD_LENGTH|UNEXPECTED_RECORD|UNEXPECTED_MESSAGE|INVALID_RECORD/;

interface SystemError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly errors?: unknown;
}

/** A fatal alert of the other end. */
export class AlertFailure extends Failure {
  /** What the alert means once the other end has our certificate; before that it is about something else. */
  readonly verdict: 'refused' | 'ambiguous';
  constructor(verdict: AlertFailure['verdict'], detail: string) {
    super({ code: verdict === 'refused' ? 'mtls-refused' : 'tls-failed', detail: redact(detail) });
    this.verdict = verdict;
  }
}

/** Maps an error of a socket, before or after its handshake, to the catalogue. */
export function socketFailure(thrown: unknown): Failure {
  const error: SystemError = thrown !== null && typeof thrown === 'object' ? thrown : {};
  // A host name with several addresses fails with one error for each (happy eyeballs, RFC 8305).
  const first: unknown = Array.isArray(error.errors) ? error.errors[0] : undefined;
  if (first !== undefined) return socketFailure(first);
  const code = typeof error.code === 'string' ? error.code : '';
  const message = typeof error.message === 'string' ? error.message : String(thrown);
  const detail = `${code} ${message}`.trim();
  const known = BY_SYSTEM_CODE[code];
  if (known) return failure(known, detail);
  const tlsReason = `${code} ${message.toUpperCase().replaceAll(' ', '_')}`;
  const alert = alertVerdict(code, message);
  if (alert === 'refused') return new AlertFailure(alert, detail);
  if (VERSION_PROBLEM.test(tlsReason)) return failure('tls-too-old', detail);
  if (alert) return new AlertFailure(alert, detail);
  if (NO_TLS_RECORD.test(tlsReason)) return failure('not-tls', detail);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return failure('tls-failed', detail);
  return failure('connection-lost', detail);
}
