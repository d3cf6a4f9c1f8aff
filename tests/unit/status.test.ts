import { describe, expect, it } from 'vitest';
import { backoffMs } from '../../electron/core/status/backoff.ts';
import { hasElapsed } from '../../electron/core/status/elapsed.ts';
import {
  initialStatus,
  maybeWatched,
  nextStatus,
  type StatusEvent,
  stateOfError,
} from '../../electron/core/status/state-machine.ts';
import { appError, ERROR_CODES, type ErrorCode } from '../../shared/errors.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import {
  needsAttention,
  type PairingStatus,
  pairingStatusSchema,
  statusAction,
} from '../../shared/status.ts';

const NOW = Date.parse('2026-11-24T08:00:00.000Z');
const DAY_MS = 86_400_000;
const certificate = (validTo: number) => ({
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: new Date(NOW - DAY_MS).toISOString(),
  validTo: new Date(validTo).toISOString(),
  fingerprint256: 'AA',
  key: 'RSA 2048',
});
const pairing = (clientEnd = NOW + 365 * DAY_MS, deviceEnd = NOW + 400 * DAY_MS): PairingRecord => ({
  id: '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e',
  posId: '1',
  name: '',
  watchLive: false,
  address: { host: '10.0.0.5', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: 'S1' },
  pairedAt: new Date(NOW).toISOString(),
  proved: true,
  protection: null,
  deviceCertificate: certificate(deviceEnd),
  clientCertificate: certificate(clientEnd),
  clientIssuer: certificate(NOW + 900 * DAY_MS),
  credentialNotes: [],
  trustAnchorFingerprint256: 'BB',
  lastCheck: null,
});

const at = new Date(NOW).toISOString();
const proof = { at, tlsVersion: 'TLSv1.3', cipher: 'X', roundTripMs: 1, depth: 'full' as const };
const ended = (code: ErrorCode, clockSuspect = false): StatusEvent => ({
  type: 'check-ended',
  check: { result: 'failed', at, error: appError(code, '', { clockSuspect }) },
});
const run = (events: readonly StatusEvent[], record = pairing(), now = NOW): PairingStatus =>
  events.reduce((status, event) => nextStatus(status, event, record, now), initialStatus(record, now));

describe('the state machine', () => {
  it('makes what the page is told unchecked (ipc/state-text.ts): all that the contract names, and no more', () => {
    const near = pairing(NOW + 3 * DAY_MS);
    const events: readonly StatusEvent[] = [
      { type: 'check-started' },
      { type: 'check-ended', check: { result: 'mtls', ...proof } },
      { type: 'channel-opened' },
      { type: 'channel-lost', error: appError('connection-lost', 'x'), nextTryAt: NOW + 1000 },
      { type: 'channel-closed' },
      { type: 'moved', to: { host: '10.0.0.6', port: 8443 } },
      { type: 'check-dropped', before: initialStatus(near, NOW) },
      { type: 'till-connected' },
      { type: 'till-left' },
      { type: 'waits' },
      { type: 'looked-at-clock' },
      ...ERROR_CODES.map((code) => ended(code)),
    ];
    let status = initialStatus(near, NOW);
    for (const event of events) {
      expect(pairingStatusSchema.parse(status)).toStrictEqual(status);
      status = nextStatus(status, event, near, NOW);
    }
    expect(pairingStatusSchema.parse(status)).toStrictEqual(status);
  });

  it('follows checks', () => {
    expect(run([])).toMatchObject({ state: 'unknown', live: false, error: null });
    expect(run([{ type: 'check-started' }]).state).toBe('checking');
    expect(run([{ type: 'check-ended', check: { result: 'mtls', ...proof } }]).state).toBe('connected');
    expect(run([{ type: 'check-ended', check: { result: 'tls-only', ...proof } }]).state).toBe('tls-only');
  });

  it('does not take an open channel for a proof that the device turns others away', () => {
    const unproved: PairingRecord = { ...pairing(), lastCheck: { result: 'tls-only', ...proof } };
    const opened: StatusEvent = { type: 'channel-opened' };
    const live = { state: 'tls-only', live: true, error: null };
    expect(run([opened], unproved)).toMatchObject(live);
    expect(needsAttention(run([opened], unproved))).toBe(true);
    const lost: StatusEvent = { type: 'channel-lost', error: appError('connection-lost'), nextTryAt: NOW };
    expect(run([opened, lost], unproved).state).toBe('reconnecting');
    expect(run([opened, lost, opened], unproved)).toMatchObject(live);
    const proved: PairingRecord = { ...pairing(), lastCheck: { result: 'mtls', ...proof } };
    expect(run([opened, lost, opened], proved).state).toBe('connected');
  });

  it.each([
    ['connection-refused', 'unreachable'],
    ['device-unreachable', 'unreachable'],
    ['timed-out', 'unreachable'],
    ['serial-mismatch', 'wrong-device'],
    ['device-issuer-unknown', 'wrong-device'],
    ['mtls-refused', 'refused'],
    ['device-certificate-expired', 'expired'],
    ['device-certificate-not-yet-valid', 'clock-wrong'],
    ['device-changed', 'wrong-device'],
    ['not-tls', 'unreachable'],
    ['storage-undecryptable', 'failed'],
    ['mtls-inconclusive', 'failed'],
  ] as const)('a check that ends with %s means %s', (code, state) => {
    const status = run([{ type: 'check-started' }, ended(code)]);
    expect(status).toMatchObject({ state, error: { code } });
    expect(needsAttention(status)).toBe(true);
  });

  it('has a state for every error', () => {
    for (const code of ERROR_CODES) expect(stateOfError(appError(code))).toBeTruthy();
  });

  it('blames the clock before anything else', () => {
    expect(run([ended('device-certificate-not-yet-valid', true)]).state).toBe('clock-wrong');
  });

  it('explains a refusal by an ended certificate', () => {
    expect(run([ended('mtls-refused')], pairing(NOW - 1)).state).toBe('expired');
  });

  it('reconnects after a lost network, and never by itself to a wrong device', () => {
    const opened: StatusEvent = { type: 'channel-opened' };
    expect(run([opened])).toMatchObject({ state: 'connected', live: true });
    const lost = run([
      opened,
      { type: 'channel-lost', error: appError('connection-lost'), nextTryAt: NOW + 500 },
    ]);
    expect(lost).toMatchObject({
      state: 'reconnecting',
      live: false,
      nextTryAt: new Date(NOW + 500).toISOString(),
    });
    const wrong = run([
      opened,
      { type: 'channel-lost', error: appError('serial-mismatch'), nextTryAt: null },
    ]);
    expect(wrong).toMatchObject({ state: 'wrong-device', live: false, nextTryAt: null });
    expect(run([opened, { type: 'check-started' }]).state).toBe('connected');
  });

  it('goes back to what it knew when a check is broken off', () => {
    const before = run([ended('mtls-refused')]);
    const dropped = run([
      ended('mtls-refused'),
      { type: 'check-started' },
      { type: 'check-dropped', before },
    ]);
    expect(dropped).toMatchObject({ state: 'refused', error: { code: 'mtls-refused' } });
    const live = run([{ type: 'channel-opened' }]);
    expect(nextStatus(live, { type: 'check-dropped', before }, pairing(), NOW).state).toBe('connected');
  });

  it('is the same object as long as a look at the clock changes nothing', () => {
    const near = pairing(NOW + 20 * DAY_MS);
    const status = run([{ type: 'channel-opened' }], near);
    expect(nextStatus(status, { type: 'looked-at-clock' }, near, NOW + DAY_MS)).toBe(status);
    expect(nextStatus(status, { type: 'looked-at-clock' }, near, NOW + 14 * DAY_MS).expiry?.level).toBe(
      '7-days',
    );
  });

  it('lets a channel be opened again by itself only where nobody has to look first', () => {
    const watched = (code: ErrorCode) => maybeWatched(run([ended(code)]));
    expect((['timed-out', 'connection-refused', 'mtls-inconclusive'] as const).map(watched)).toEqual([
      true,
      true,
      true,
    ]);
    expect(
      (
        ['serial-mismatch', 'device-issuer-unknown', 'mtls-refused', 'device-certificate-expired'] as const
      ).map(watched),
    ).toEqual([false, false, false, false]);
  });

  it('keeps "since" while the state holds', () => {
    const first = run([ended('timed-out')]);
    const later = nextStatus(first, ended('connection-refused'), pairing(), NOW + 5000);
    expect(later.since).toBe(first.since);
    const other = nextStatus(later, { type: 'channel-opened' }, pairing(), NOW + 9000);
    expect(other.since).toBe(new Date(NOW + 9000).toISOString());
  });

  it('offers a new address until it is taken or the device answers again', () => {
    const moved = run([ended('timed-out'), { type: 'moved', to: { host: '10.0.0.9', port: 8443 } }]);
    expect(statusAction(moved)).toBe('use-new-address');
    expect(nextStatus(moved, { type: 'channel-opened' }, pairing(), NOW).movedTo).toBeNull();
  });

  it('does not send anybody to pair again for a certificate that only the device can renew', () => {
    expect(statusAction(run([ended('device-certificate-expired')]))).toBe('check-connection');
    expect(statusAction(run([ended('mtls-refused')], pairing(NOW - 1)))).toBe('pair-again');
  });

  it.each([
    [31, null],
    [30, '30-days'],
    [7, '7-days'],
    [1, '1-day'],
    [0, 'expired'],
    [-5, 'expired'],
  ] as const)('%i days before the end of a certificate: %s', (days, level) => {
    const status = run([{ type: 'looked-at-clock' }], pairing(NOW + days * DAY_MS));
    expect(status.expiry?.level ?? null).toBe(level);
    if (level) expect(status.expiry?.certificate).toBe('client');
    const device = run([{ type: 'looked-at-clock' }], pairing(NOW + 900 * DAY_MS, NOW + days * DAY_MS));
    expect(device.expiry?.certificate ?? null).toBe(level && 'device');
  });
});

describe('backoffMs', () => {
  it('grows from 1 s to 60 s with full jitter', () => {
    expect([0, 1, 2, 3, 10, 50].map((attempt) => backoffMs(attempt, 0.999_999))).toEqual([
      1000, 2000, 4000, 8000, 60000, 60000,
    ]);
    expect(backoffMs(10, 0.5)).toBe(30_000);
    expect(backoffMs(3, 0)).toBe(0);
    expect(backoffMs(5000, 0.5)).toBe(30_000);
  });
});

describe('hasElapsed', () => {
  it('counts a clock that was set back as passed', () => {
    expect(hasElapsed(NOW, NOW - 899_999, 900_000)).toBe(false);
    expect(hasElapsed(NOW, NOW - 900_000, 900_000)).toBe(true);
    expect(hasElapsed(NOW - DAY_MS, NOW, 900_000)).toBe(true);
  });
});
