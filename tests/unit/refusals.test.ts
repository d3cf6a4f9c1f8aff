import { describe, expect, it } from 'vitest';
import {
  alertVerdict,
  closeVerdict,
  requestVerdict,
  upgradeVerdict,
} from '../../electron/core/device/refusals.ts';
import { socketFailure } from '../../electron/core/device/socket-errors.ts';

const SSL_PAGE = '<title>400 No required SSL certificate was sent</title>';
const SOON = 100;
const LATER = 60_000;

describe('the verdict of a TLS alert', () => {
  it.each([
    // OpenSSL and BoringSSL do not agree on the names, nor BoringSSL on having one.
    ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'refused'],
    ['ERR_SSL_TLSV1_ALERT_CERTIFICATE_REQUIRED', 'refused'],
    ['ERR_SSL_TLSV1_CERTIFICATE_UNOBTAINABLE', 'refused'],
    ['ERR_SSL_TLSV1_ALERT_CERTIFICATE_UNOBTAINABLE', 'refused'],
    ['ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN', 'refused'],
    ['ERR_SSL_TLSV1_ALERT_ACCESS_DENIED', 'refused'],
    ['ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE', 'ambiguous'],
    ['ERR_SSL_TLSV1_ALERT_INTERNAL_ERROR', 'ambiguous'],
    ['ERR_SSL_CERTIFICATE_VERIFY_FAILED', undefined],
    ['ECONNRESET', undefined],
  ])('by its name, %s: %s', (code, expected) => {
    expect(alertVerdict(code, 'x')).toBe(expected);
  });

  it.each([
    ['ERR_SSL_UNKNOWN_ERROR', 'SSL alert number 46', 'refused'],
    ['ERR_SSL_UNKNOWN_ERROR', 'SSL alert number 109', 'ambiguous'],
    [
      'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE',
      'ssl/record/rec_layer_s3.c:1601:SSL alert number 40',
      'ambiguous',
    ],
  ])('by its number, %s %s: %s', (code, message, expected) => {
    expect(alertVerdict(code, message)).toBe(expected);
  });

  it('is no other protocol and no lost network', () => {
    const failed = socketFailure(
      Object.assign(new Error('SSL alert number 10'), { code: 'ERR_SSL_SSLV3_ALERT_UNEXPECTED_MESSAGE' }),
    );
    expect(failed.appError.code).toBe('tls-failed');
  });
});

it.each([
  [200, '', 'answered', 'unclear'],
  [204, '', 'answered', 'unclear'],
  [302, '', 'answered', 'unclear'],
  [400, '', 'questioned', 'ambiguous'],
  [400, SSL_PAGE, 'refused', 'refused'],
  [401, '', 'ambiguous', 'ambiguous'],
  [403, SSL_PAGE, 'ambiguous', 'ambiguous'],
  [404, '', 'answered', 'unclear'],
  [405, '', 'answered', 'unclear'],
  [409, '', 'in-use', 'in-use'],
  [423, '', 'in-use', 'in-use'],
  [426, '', 'answered', 'unclear'],
  [429, '', 'in-use', 'in-use'],
  [495, '', 'refused', 'refused'],
  [496, '', 'refused', 'refused'],
  [500, '', 'unclear', 'unclear'],
  [502, '', 'unclear', 'unclear'],
  [503, '', 'in-use', 'in-use'],
  [0, '', 'unclear', 'unclear'],
])('HTTP %i %s is %s to a request and %s in place of a WebSocket', (status, body, request, upgrade) => {
  expect(requestVerdict(status, body)).toBe(request);
  expect(upgradeVerdict(status, body)).toBe(upgrade);
});

it.each([
  [1000, 'in-use', 'in-use', 'in-use'],
  [1001, 'lost', 'in-use', 'lost'],
  [1005, 'in-use', 'in-use', 'in-use'],
  [1006, 'lost', 'in-use', 'lost'],
  [1008, 'ambiguous', 'ambiguous', 'ambiguous'],
  [1011, 'lost', 'in-use', 'lost'],
  [1012, 'lost', 'in-use', 'lost'],
  [1013, 'in-use', 'in-use', 'in-use'],
  [3000, 'lost', 'in-use', 'lost'],
  [4000, 'in-use', 'in-use', 'in-use'],
  [4999, 'in-use', 'in-use', 'in-use'],
  [5000, 'lost', 'in-use', 'lost'],
])(
  'a WebSocket closed with %i is %s before it opened, %s soon after, %s later',
  (code, never, soon, later) => {
    expect([undefined, SOON, LATER].map((openMs) => closeVerdict(code, openMs))).toEqual([
      never,
      soon,
      later,
    ]);
  },
);
