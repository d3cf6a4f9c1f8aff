import { describe, expect, it } from 'vitest';
import { closeReason } from '../../electron/core/bridge/close-reason.ts';
import { LockOut } from '../../electron/core/bridge/lock-out.ts';
import { causeOfError } from '../../electron/core/bridge/relay.ts';
import { hashToken, makeToken, matchesToken } from '../../electron/core/bridge/token.ts';
import { allCloseCodes } from '../../scripts/make-bridge-docs.ts';
import { parseBridgePort, parseMessageLimit, parseOrigins } from '../../shared/bridge.ts';
import { bridgeCloseCode } from '../../shared/bridge-close-codes.ts';
import { appError } from '../../shared/errors.ts';

describe('origins', () => {
  it.each([
    ['', []],
    ['https://till.example.com', ['https://till.example.com']],
    [
      'https://till.example.com/ , http://localhost:3000',
      ['https://till.example.com', 'http://localhost:3000'],
    ],
    ['HTTPS://Till.Example.com:443', ['https://till.example.com']],
    ['http://till.example.com:080', ['http://till.example.com:80']],
    ['https://[::1]:8080', ['https://[::1]:8080']],
    ['https://kässe.example', ['https://xn--ksse-loa.example']],
    ['app://till', ['app://till']],
    ['https://a.example https://a.example', ['https://a.example']],
  ])('“%s” are %j', (text, expected) => {
    expect(parseOrigins(text)).toEqual({ ok: true, value: expected });
  });

  it.each([
    'till.example.com',
    'https://',
    'https://*.example.com',
    'https://till.example.com/pay',
    'https://user@till.example.com',
    'https://till.example.com?x',
    'https://till.example.com:0',
    'https://till.example.com:65536',
    'null',
    '*',
    'file://',
    'data:text/html',
    'javascript:alert(1)',
    'https://a b',
    Array.from({ length: 21 }, (_, index) => `https://t${index}.example`).join(' '),
  ])('“%s” is refused', (text) => {
    expect(parseOrigins(text)).toMatchObject({ ok: false, error: { code: 'bridge-origin-invalid' } });
  });
});

it('ports are those of programs, or any free one', () => {
  expect([' ', '1024', '65535', '８４４３'].map((text) => parseBridgePort(text))).toEqual([
    { ok: true, value: null },
    { ok: true, value: 1024 },
    { ok: true, value: 65_535 },
    { ok: true, value: 8443 },
  ]);
  for (const text of ['0', '80', '1023', '65536', '99999', '-1', '1e4', '8443.5', 'x'])
    expect(parseBridgePort(text)).toMatchObject({ ok: false, error: { code: 'bridge-port-invalid' } });
});

it('message limits have bounds', () => {
  expect(['64', '1024', '16384'].map((text) => parseMessageLimit(text).ok)).toEqual([true, true, true]);
  for (const text of ['', '63', '16385', '1.5', '1 MiB'])
    expect(parseMessageLimit(text)).toMatchObject({ ok: false, error: { code: 'bridge-limit-invalid' } });
});

describe('close codes', () => {
  it('are the bridge’s own, each its own, and say the fate by their hundreds', () => {
    const codes = allCloseCodes();
    expect(new Set(codes.map(({ code }) => code)).size).toBe(codes.length);
    for (const { code, fate } of codes)
      expect([code, Math.floor(code / 100)]).toEqual([code, fate === 'not-handed-over' ? 41 : 42]);
  });

  // Tills are written by them. Add new ones; never change or reuse one that is here.
  it.each([
    ['not-handed-over', 'device-away', 4101],
    ['outcome-unknown', 'device-away', 4201],
    ['outcome-unknown', 'device-closed', 4202],
    ['not-handed-over', 'device-in-use', 4103],
    ['outcome-unknown', 'paused', 4204],
    ['not-handed-over', 'needs-person', 4105],
    ['not-handed-over', 'bridge-ended', 4106],
    ['not-handed-over', 'another-till', 4107],
    ['not-handed-over', 'binary', 4108],
    ['not-handed-over', 'too-large', 4109],
    ['not-handed-over', 'malformed', 4110],
  ] as const)('%s, %s is %i for ever', (fate, cause, code) => {
    expect(bridgeCloseCode(fate, cause)).toBe(code);
  });

  it('come with a reason that fits a close frame, whatever the device said', () => {
    for (const deviceReason of ['', 'x'.repeat(123), '"\\\n'.repeat(40), '支'.repeat(41), '💳'.repeat(30)]) {
      const reason = closeReason({ handedOver: 4_000_000_000, deviceCode: 4999, deviceReason });
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(123);
      const told = JSON.parse(reason).deviceReason ?? '';
      expect(deviceReason.startsWith(told)).toBe(true);
      if (deviceReason !== '') expect(told).not.toBe('');
    }
    expect(closeReason({ handedOver: 0, error: 'certificate-or-channel-refused' })).toBe(
      '{"handedOver":0,"error":"certificate-or-channel-refused"}',
    );
  });

  it.each([
    ['device-unreachable', 'device-away'],
    ['connection-refused', 'device-away'],
    ['mtls-inconclusive', 'device-away'],
    ['device-in-use', 'device-in-use'],
    ['mtls-refused', 'needs-person'],
    ['serial-mismatch', 'needs-person'],
    ['root-ca-replaced', 'needs-person'],
    ['storage-undecryptable', 'needs-person'],
    ['certificate-or-channel-refused', 'needs-person'],
  ] as const)('%s is told as %s', (code, cause) => {
    expect(causeOfError(appError(code))).toBe(cause);
  });
});

describe('the lock-out', () => {
  it('locks after five wrong tokens, twice as long each time, for 15 minutes at most', () => {
    let now = 0;
    const locks: number[] = [];
    const lockOut = new LockOut(
      () => now,
      (forMs) => locks.push(forMs / 1000),
    );
    for (let round = 0; round < 9; round += 1) {
      for (let count = 0; count < 5; count += 1) {
        expect(lockOut.remainingMs).toBe(0);
        lockOut.failed();
      }
      expect(lockOut.remainingMs).toBeGreaterThan(0);
      now += lockOut.remainingMs;
    }
    expect(locks).toEqual([10, 20, 40, 80, 160, 320, 640, 900, 900]);
    lockOut.reset();
    expect(lockOut.remainingMs).toBe(0);
    for (let count = 0; count < 5; count += 1) lockOut.failed();
    expect(locks.at(-1)).toBe(10);
  });

  it('forgets mistakes after 15 minutes without one', () => {
    let now = 0;
    const locks: number[] = [];
    const lockOut = new LockOut(
      () => now,
      (forMs) => locks.push(forMs / 1000),
    );
    const fail = (times: number) => {
      for (let count = 0; count < times; count += 1) lockOut.failed();
    };
    fail(4);
    now += 15 * 60_000 + 1;
    fail(4);
    expect(locks).toEqual([]);
    fail(1);
    now += lockOut.remainingMs + 15 * 60_000;
    fail(5);
    now += lockOut.remainingMs + 15 * 60_000 + 1;
    fail(5);
    expect(locks).toEqual([10, 20, 10]);
  });
});

it('a token opens only what its own hash keeps', () => {
  const token = makeToken();
  expect(token).toMatch(/^[A-Za-z0-9_-]{43}$/);
  expect(makeToken()).not.toBe(token);
  expect(matchesToken(token, hashToken(token))).toBe(true);
  expect(matchesToken(`${token}x`, hashToken(token))).toBe(false);
  expect(matchesToken('', hashToken(token))).toBe(false);
});
