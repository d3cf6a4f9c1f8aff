/** Every way in which the simulated device can misbehave, with what it then does. */
export const FAULTS = {
  none: 'behaves as documented',
  // Device certificate and TLS
  'wrong-issuer': 'its chain ends at an unrelated Root CA with the same names',
  expired: 'its device certificate has expired',
  'not-yet-valid': 'its device certificate is valid only from tomorrow',
  'other-serial': 'its device certificate names another serial number',
  'no-server-auth-eku': 'its device certificate is for clients only',
  'leaf-only': 'sends no chain with its device certificate, as apps before version 1.6',
  'ip-san': 'its device certificate names an IP address and no serial number',
  'self-signed': 'its device certificate is self-signed',
  'no-identity': 'its device certificate names some unrelated host',
  'swap-certificate-after-first-connection':
    'shows another device’s certificate from the second TLS connection on',
  'tls-1.1': 'speaks TLS 1.0 and 1.1 only',
  'tls-only': 'never asks for a client certificate and serves anyone',
  // Not TLS at all
  'plain-http': 'speaks HTTP without TLS',
  garbage: 'answers with bytes that are no TLS',
  silence: 'accepts connections and never says anything',
  // The exchange
  'silence-after-request': 'takes the request and never answers it',
  'close-after-request': 'takes the request and closes the connection',
  'mid-answer-close': 'closes the connection halfway through the answer',
  'status-messages': 'sends two OperationStatusResponse messages before the answer (WSS)',
  'slow-status': 'the same, with a pause after each',
  'http-500': 'answers every request with HTTP 500',
  'http-404-html': 'answers every request with an HTTP 404 page',
  'error-response': 'answers every pairing request with an ErrorResponse',
  'pos-id-in-use': 'says that the POS ID is in use',
  // The answer
  oversized: 'answers with more than 256 KiB',
  malformed: 'answers with text that holds no PEM',
  'malformed-json': 'answers with JSON that stops in the middle',
  'two-keys': 'delivers two private keys',
  'no-key': 'delivers no private key',
  'mismatched-key': 'delivers a private key that is not the certificate’s',
  'weak-key': 'delivers an RSA key of 1024 bits',
  'weak-ec-key': 'delivers an EC key on P-224',
  'expired-client-cert': 'delivers a client certificate that has expired',
  'future-client-cert': 'delivers a client certificate valid only from tomorrow',
  'client-cert-no-client-auth': 'delivers a client certificate for servers only',
  'unrelated-client-issuer': 'delivers a client certificate whose issuer is neither delivered nor known',
  'no-client-cert': 'delivers CA certificates only',
  // Afterwards
  'mtls-refused': 'drops every connection that presents a client certificate, right after the handshake',
  'mtls-refused-alert':
    'refuses every client certificate with a TLS alert (in TLS 1.2 unless set to speak 1.3 only)',
  'mtls-refused-http-403': 'answers every request under a client certificate with HTTP 403',
} as const;

export type Fault = keyof typeof FAULTS;

export const FAULT_NAMES: readonly Fault[] = Object.keys(FAULTS).filter(isFault);

export function isFault(name: string): name is Fault {
  return Object.hasOwn(FAULTS, name);
}
