import { describe, expect, it } from 'vitest';
import {
  errorResponseFailure,
  httpStatusFailure,
  parseDeviceMessage,
  upgradeFailure,
} from '../../electron/core/device/messages.ts';
import { socketFailure } from '../../electron/core/device/socket-errors.ts';

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
    ['ETIMEDOUT', 'timed-out'],
    ['ENOTFOUND', 'name-not-found'],
    ['EAI_AGAIN', 'name-not-found'],
    ['ECONNRESET', 'connection-lost'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'not-tls'],
    ['ERR_SSL_PACKET_LENGTH_TOO_LONG', 'not-tls'],
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

  it('takes the first of several errors of one connection attempt', () => {
    const first = Object.assign(new Error('x'), { code: 'EHOSTUNREACH' });
    expect(socketFailure(new AggregateError([first], 'all failed')).appError.code).toBe('device-unreachable');
  });
});
