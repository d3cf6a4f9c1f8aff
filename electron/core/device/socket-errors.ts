import type { ErrorCode } from '../../../shared/errors.ts';
import { Failure, failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { isKeptFromNeighbour, type LocalNetworks, localNetworks } from './local-network.ts';
import { alertVerdict } from './refusals.ts';

/** Network errors by their system code (`connect(2)`, `getaddrinfo(3)`). */
const BY_SYSTEM_CODE: Record<string, ErrorCode> = {
  ECONNREFUSED: 'connection-refused',
  EHOSTUNREACH: 'device-unreachable',
  EHOSTDOWN: 'device-unreachable',
  ENETUNREACH: 'device-unreachable',
  ENETDOWN: 'device-unreachable',
  EADDRNOTAVAIL: 'device-unreachable',
  // A firewall or a permission of this computer: the packet never left it.
  EACCES: 'local-network-blocked',
  EPERM: 'local-network-blocked',
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
  /WRONG_VERSION_NUMBER|HTTP_REQUEST|HTTPS_PROXY_REQUEST|PACKET_LENGTH_TOO_LONG|RECORD_LAYER_FAILURE|RECORD_TOO_LARGE|DATA_LENGTH_TOO_LONG|BAD_LENGTH|UNEXPECTED_RECORD|UNEXPECTED_MESSAGE|INVALID_RECORD|ENCRYPTED_LENGTH_TOO_LONG|APPLICATION_DATA_INSTEAD_OF_HANDSHAKE/;
/** What BoringSSL says when the other end has said goodbye (close_notify) within the handshake. */
const CLOSED_IN_HANDSHAKE = /^ERR_SSL_SSL_HANDSHAKE_FAILURE\b/;

interface SystemError {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly address?: unknown;
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

/** Of several addresses that failed, the error that says most about the device. */
const MOST_TELLING: readonly ErrorCode[] = ['connection-refused', 'local-network-blocked', 'timed-out'];

/** A host name with several addresses fails with one error for each (happy eyeballs, RFC 8305). */
function failureOfAll(errors: readonly unknown[], networks: () => LocalNetworks): Failure | undefined {
  const failures = errors.map((error) => socketFailure(error, networks));
  const rank = ({ appError: { code } }: Failure) => {
    const at = MOST_TELLING.indexOf(code);
    return at < 0 ? MOST_TELLING.length : at;
  };
  const [telling] = failures.toSorted((a, b) => rank(a) - rank(b));
  return (
    telling && failure(telling.appError.code, failures.map(({ appError }) => appError.detail).join('; '))
  );
}

/** Maps an error of a socket, before or after its handshake, to the catalogue. */
export function socketFailure(thrown: unknown, networks: () => LocalNetworks = localNetworks): Failure {
  const error: SystemError = thrown !== null && typeof thrown === 'object' ? thrown : {};
  const ofAll = Array.isArray(error.errors) ? failureOfAll(error.errors, networks) : undefined;
  if (ofAll) return ofAll;
  const code = typeof error.code === 'string' ? error.code : '';
  const message = typeof error.message === 'string' ? error.message : String(thrown);
  const detail = `${code} ${message}`.trim();
  const known = BY_SYSTEM_CODE[code];
  const address = typeof error.address === 'string' ? error.address : '';
  if (known === 'device-unreachable' && isKeptFromNeighbour(address, networks()))
    return failure('local-network-blocked', detail);
  if (known) return failure(known, detail);
  const tlsReason = `${code} ${message.toUpperCase().replaceAll(' ', '_')}`;
  const alert = alertVerdict(code, message);
  if (alert === 'refused') return new AlertFailure(alert, detail);
  if (VERSION_PROBLEM.test(tlsReason)) return failure('tls-too-old', detail);
  if (alert) return new AlertFailure(alert, detail);
  if (CLOSED_IN_HANDSHAKE.test(code)) return failure('connection-lost', detail);
  if (NO_TLS_RECORD.test(tlsReason)) return failure('not-tls', detail);
  if (code.startsWith('ERR_SSL') || code === 'EPROTO') return failure('tls-failed', detail);
  return failure('connection-lost', detail);
}

/** Alerts of a server that shares no cipher suite, or misses a certificate in TLS 1.2 (RFC 5246 section 7.2.2). */
const NO_AGREEMENT = /ALERT_(HANDSHAKE_FAILURE|INSUFFICIENT_SECURITY)/;

/**
 * The words of OpenSSL and BoringSSL for a certificate that they cannot read, or, in BoringSSL, whose keyUsage does not
 * allow the handshake. Which parts they look at within the handshake differs; what is wrong does not.
 */
const UNREADABLE_CERTIFICATE =
  /asn\.?1 encoding routines|x\.?509( v3| certificate)? routines|X509_PUBKEY|public key routines|CANNOT_PARSE_LEAF_CERT|KEY_USAGE_BIT_INCORRECT/i;
/** Also the words for the keys of the handshake itself, as long as the other end has not sent its part of them. */
const UNREADABLE_POINT = /elliptic curve routines/i;

/** Maps an error from within a TLS handshake: what an alert means depends on how far it had got. */
export function handshakeFailure(
  thrown: unknown,
  seen: {
    /** The server has sent its part of the keys. */
    readonly serverHello: boolean;
    /** A client certificate was at hand. */
    readonly clientCertificate: boolean;
  },
): Failure {
  const failed = socketFailure(thrown);
  const { code, detail } = failed.appError;
  const isNoAgreement = code === 'tls-failed' && NO_AGREEMENT.test(detail.toUpperCase().replaceAll(' ', '_'));
  // Everything else that could fail to be agreed on is agreed on with the ServerHello.
  if (isNoAgreement && !seen.serverHello) return failure('tls-too-old', detail);
  if ((isNoAgreement || code === 'mtls-refused') && seen.serverHello && !seen.clientCertificate)
    return failure('device-demands-certificate', detail);
  // Nobody has been shown a certificate, and nobody has to be told to look for another port.
  if ((code === 'mtls-refused' && !seen.serverHello) || (code === 'not-tls' && seen.serverHello))
    return failure('tls-failed', detail);
  const isOurWord = code === 'tls-failed' && !(failed instanceof AlertFailure);
  if (
    isOurWord &&
    (UNREADABLE_CERTIFICATE.test(detail) || (seen.serverHello && UNREADABLE_POINT.test(detail)))
  )
    return failure('device-certificate-invalid', detail);
  return failed;
}
