import { describe, expect, it } from 'vitest';
import {
  errorResponseFailure,
  httpStatusFailure,
  parseDeviceMessage,
  upgradeFailure,
} from '../../electron/core/device/messages.ts';
import { handshakeFailure, socketFailure } from '../../electron/core/device/socket-errors.ts';

const SECRET = '8QW1YS1D';

describe('errorResponseFailure', () => {
  const code = (message: string, developerDescription = '') =>
    errorResponseFailure({ type: 'ErrorResponse', message, developerDescription }, [SECRET]).appError.code;

  it.each([
    ['code-rejected', 'Invalid setup code.', ''],
    ['code-rejected', 'Something went wrong', 'The setupCode has expired'],
    ['code-rejected', 'The connection code is not valid', ''],
    ['code-rejected', 'Code already used', ''],
    ['pos-id-in-use', 'POS ID already exists', ''],
    ['pos-id-in-use', 'Conflict', 'posId "123" is already registered'],
    ['device-error', 'Terminal busy', 'error code 17'],
    ['device-error', '', ''],
  ])('reads %s from "%s" "%s"', (expected, message, description) => {
    expect(code(message, description)).toBe(expected);
  });

  it('passes on the message of the device without the code it may quote', () => {
    const { appError } = errorResponseFailure(
      { type: 'ErrorResponse', message: 'Code 8qw1ys1d is wrong', developerDescription: 'got 8QW1-YS1D' },
      [SECRET],
    );
    expect(appError.params).toEqual({ message: 'Code [removed] is wrong' });
    expect(JSON.stringify(appError)).not.toMatch(/8qw1|ys1d/i);
  });
});

describe('httpStatusFailure', () => {
  it('prefers the ErrorResponse in the body to the bare status', () => {
    const body = '{"type":"ErrorResponse","message":"POS ID is already in use"}';
    expect(httpStatusFailure(400, body, []).appError.code).toBe('pos-id-in-use');
    expect(httpStatusFailure(403, '', []).appError.code).toBe('code-rejected');
    expect(httpStatusFailure(404, '<html>', []).appError).toMatchObject({
      code: 'http-status',
      params: { status: '404' },
    });
    expect(httpStatusFailure(500, `echo ${SECRET}`, [SECRET]).appError.detail).toBe(
      'HTTP 500: echo [removed]',
    );
  });

  it('does not blame a code that was not sent', () => {
    for (const status of [401, 403, 409, 500]) {
      expect(
        upgradeFailure(status, '{"type":"ErrorResponse","message":"Invalid code"}').appError,
      ).toMatchObject({
        code: 'upgrade-refused',
        params: { status: String(status) },
        detail: expect.stringContaining('Invalid code'),
      });
    }
  });
});

describe('parseDeviceMessage', () => {
  it('reads it behind a byte order mark, with raw line breaks, and with a message that is no text', () => {
    expect(parseDeviceMessage('\ufeff{"type":"ErrorResponse","message":"No\nway"}')).toMatchObject({
      type: 'ErrorResponse',
      message: 'No\nway',
    });
    expect(parseDeviceMessage('{"type":"ErrorResponse","message":null}')?.type).toBe('ErrorResponse');
  });

  it('reads messages with a type and nothing else', () => {
    expect(parseDeviceMessage(' {"type":"OperationStatusResponse","message":"Wait"}')).toEqual({
      type: 'OperationStatusResponse',
      message: 'Wait',
    });
    for (const other of ['', 'PEM', '{"message":"x"}', '{"type":7}', '{"type":', '[]']) {
      expect(parseDeviceMessage(other)).toBeUndefined();
    }
  });
});

describe('socketFailure', () => {
  // Codes as OpenSSL (Node) and BoringSSL (Electron) report them.
  it.each([
    ['ECONNREFUSED', 'connection-refused'],
    ['EHOSTUNREACH', 'device-unreachable'],
    ['ENETUNREACH', 'device-unreachable'],
    ['EACCES', 'local-network-blocked'],
    ['EPERM', 'local-network-blocked'],
    ['ETIMEDOUT', 'timed-out'],
    ['ENOTFOUND', 'name-not-found'],
    ['EAI_AGAIN', 'name-not-found'],
    ['ECONNRESET', 'connection-lost'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not-tls'],
    ['ERR_SSL_ENCRYPTED_LENGTH_TOO_LONG', 'not-tls'],
    ['ERR_SSL_APPLICATION_DATA_INSTEAD_OF_HANDSHAKE', 'not-tls'],
    // BoringSSL's word for a goodbye within the handshake; it is no alert.
    ['ERR_SSL_SSL_HANDSHAKE_FAILURE', 'connection-lost'],
    ['ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION', 'tls-too-old'],
    ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'tls-too-old'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'mtls-refused'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', 'mtls-refused'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', 'mtls-refused'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'tls-failed'],
    ['SOMETHING_ELSE', 'connection-lost'],
  ])('%s is %s', (code, expected) => {
    expect(socketFailure(Object.assign(new Error('x'), { code })).appError.code).toBe(expected);
  });

  it.each([
    ['darwin', '192.168.178.67', 'local-network-blocked'],
    ['darwin', 'fe80::1', 'local-network-blocked'],
    ['darwin', '10.0.0.5', 'device-unreachable'],
    ['darwin', '', 'device-unreachable'],
    // Where it means that nobody answered ARP.
    ['linux', '192.168.178.67', 'device-unreachable'],
    ['win32', '192.168.178.67', 'device-unreachable'],
  ] as const)('on %s, no route to "%s" is %s', (platform, address, expected) => {
    const cidrs = ['192.168.178.20/24', 'fe80::20/64'];
    const error = Object.assign(new Error('x'), { code: 'EHOSTUNREACH', address });
    expect(socketFailure(error, () => ({ platform, cidrs })).appError.code).toBe(expected);
  });

  it('takes the most telling of the errors for several addresses, and names all', () => {
    const error = (code: string, address: string) => Object.assign(new Error(`connect ${address}`), { code });
    const both = [error('EHOSTUNREACH', '::1'), error('ECONNREFUSED', '10.0.0.5')];
    for (const errors of [both, both.toReversed()]) {
      const { code, detail } = socketFailure(new AggregateError(errors, 'all failed')).appError;
      expect(code).toBe('connection-refused');
      expect(detail).toContain('::1');
      expect(detail).toContain('10.0.0.5');
    }
    expect(socketFailure(new AggregateError(both.slice(0, 1), 'x')).appError.code).toBe('device-unreachable');
    expect(socketFailure(new AggregateError([], 'x')).appError.code).toBe('connection-lost');
  });
});

describe('handshakeFailure', () => {
  const codeFor = (message: string, serverHello: boolean) =>
    handshakeFailure(Object.assign(new Error(message), { code: 'ERR_SSL_X' }), {
      serverHello,
      clientCertificate: false,
    }).appError.code;

  it.each([
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', false, false, 'tls-too-old'],
    ['ERR_SSL_TLSV1_ALERT_INSUFFICIENT_SECURITY', false, true, 'tls-too-old'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', true, false, 'device-demands-certificate'],
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', true, false, 'device-demands-certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, false, 'device-demands-certificate'],
    ['ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED', true, false, 'device-demands-certificate'],
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', true, true, 'mtls-refused'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', true, true, 'tls-failed'],
    ['ECONNRESET', true, false, 'connection-lost'],
    ['ERR_SSL_SSL_HANDSHAKE_FAILURE', false, false, 'connection-lost'],
    ['ERR_SSL_SSL_HANDSHAKE_FAILURE', true, false, 'connection-lost'],
    // Nobody has been shown a certificate by then.
    ['ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE', false, false, 'tls-failed'],
    ['ERR_SSL_TLSV1_ALERT_UNKNOWN_CA', false, true, 'tls-failed'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', false, false, 'not-tls'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', true, false, 'tls-failed'],
  ])('%s (ServerHello %s, our certificate %s) is %s', (code, serverHello, clientCertificate, expected) => {
    const error = Object.assign(new Error('x'), { code });
    expect(handshakeFailure(error, { serverHello, clientCertificate }).appError.code).toBe(expected);
  });

  it.each([
    'error:068000A8:asn1 encoding routines:asn1_check_tlen:wrong tag',
    'error:03000072:digital envelope routines:X509_PUBKEY_get0:decode error',
    'error:0c000094:ASN.1 encoding routines:OPENSSL_internal:INVALID_TIME_FORMAT',
    'error:0b00008c:X.509 certificate routines:OPENSSL_internal:INVALID_VERSION',
    'error:10000110:SSL routines:OPENSSL_internal:CANNOT_PARSE_LEAF_CERT',
    'error:1000012e:SSL routines:OPENSSL_internal:KEY_USAGE_BIT_INCORRECT',
  ])('"%s" is about the certificate', (message) => {
    expect(codeFor(message, false)).toBe('device-certificate-invalid');
  });

  it('takes a point that is not on its curve for the certificate’s once the keys of the handshake are there', () => {
    const message = 'error:0f000078:elliptic curve routines:OPENSSL_internal:POINT_IS_NOT_ON_CURVE';
    expect(codeFor(message, true)).toBe('device-certificate-invalid');
    expect(codeFor(message, false)).toBe('tls-failed');
  });
});
