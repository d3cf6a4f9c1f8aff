import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { diagnose, onDiagnosis } from '../../electron/core/diagnostics/diagnose.ts';
import type { DiagnosedEvent } from '../../electron/core/diagnostics/event.ts';
import { LastFailedAttempt } from '../../electron/core/diagnostics/last-failed-attempt.ts';
import { NewsDiagnosis } from '../../electron/core/diagnostics/news-diagnosis.ts';
import type { AttemptEnd, News } from '../../electron/core/news.ts';
import { initialStatus } from '../../electron/core/status/state-machine.ts';
import { type BridgeView, DEFAULT_BRIDGE_SETTINGS } from '../../shared/bridge.ts';
import { appError, type ErrorCode, STAGES } from '../../shared/errors.ts';
import type { ConnectionCheck, PairingProgress, PairingRecord, StorageNotice } from '../../shared/pairing.ts';
import { err, ok } from '../../shared/result.ts';
import type { ConnectionState } from '../../shared/status.ts';
import type { UpdatesView } from '../../shared/updates.ts';

const ATTEMPT = '6b9e2f1c-8a34-4b77-9d0e-000000000001';
const certificate = {
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: '2026-01-01T00:00:00.000Z',
  validTo: '2036-01-01T00:00:00.000Z',
  fingerprint256: 'AA',
  key: 'RSA 2048',
};
const pairing = (lastCheck: ConnectionCheck | null = null): PairingRecord => ({
  id: '6b9e2f1c-8a34-4b77-9d0e-00000000000a',
  posId: '1',
  name: 'Bar',
  watchLive: false,
  address: { host: 'fe80::1', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: 'SN1' },
  pairedAt: '2026-11-01T08:00:00.000Z',
  proved: true,
  protection: 'mtls',
  credentialNotes: [],
  deviceCertificate: certificate,
  clientCertificate: certificate,
  clientIssuer: certificate,
  trustAnchorFingerprint256: 'BB',
  lastCheck,
});
const ABOUT = { pairingId: pairing().id, device: '[fe80::1]:8443', serial: 'SN1' };

let events: DiagnosedEvent[];
let stop: () => void;
let diagnosis: NewsDiagnosis;

beforeEach(() => {
  events = [];
  stop = onDiagnosis((event) => events.push(event));
  diagnosis = new NewsDiagnosis();
});
afterEach(() => stop());

/** What the news come to, without the times. */
function told(...news: News[]) {
  events = [];
  for (const each of news) diagnosis.record(each);
  return events.map(({ at: _at, ...event }) => event);
}

const progress = (change: Partial<PairingProgress>): News => ({
  type: 'pairing-progress',
  progress: {
    attemptId: ATTEMPT,
    stages: STAGES.map((stage) => ({ stage, state: 'waiting' })),
    ...change,
  },
});
const waiting = (code?: ErrorCode): News =>
  progress({
    waiting: {
      since: '2026-11-01T08:00:00.000Z',
      until: '2026-11-01T08:15:00.000Z',
      ...(code && { error: appError(code) }),
    },
  });
const status = (from: ConnectionState, to: ConnectionState): News => {
  const initial = initialStatus(pairing(), 0);
  return {
    type: 'status-changed',
    pairing: pairing(),
    before: { ...initial, state: from },
    status: { ...initial, state: to },
  };
};
const ended = (result: AttemptEnd['result'], change: Partial<AttemptEnd> = {}): News => ({
  type: 'pairing-ended',
  end: {
    posId: '1',
    replaced: undefined,
    hasWaited: false,
    isProved: false,
    result,
    stored: undefined,
    ...change,
  },
});

describe('the news as diagnostic events', () => {
  it('tell of a device that is waited for once for each answer', () => {
    const code = (name: ErrorCode | null) => ({ kind: 'device-awaited', code: name });
    expect(
      told(
        waiting('connection-refused'),
        waiting('connection-refused'),
        waiting('connection-lost'),
        waiting(),
        progress({}),
        waiting(),
      ),
    ).toEqual([code('connection-refused'), code('connection-lost'), code(null), code(null)]);
  });

  it('tell of a check once, however often its record changes', () => {
    const refused: ConnectionCheck = {
      result: 'failed',
      at: '2026-11-01T09:00:00.000Z',
      error: appError('mtls-refused', 'SSL alert number 46'),
    };
    const changed: News = { type: 'pairing-changed', pairing: pairing(refused) };
    expect(told({ type: 'pairing-changed', pairing: pairing() }, changed, changed)).toEqual([
      { ...ABOUT, kind: 'check', result: 'failed', depth: null, ms: null, code: 'mtls-refused' },
    ]);
    const later = pairing({ result: 'in-use', at: '2026-11-01T10:00:00.000Z', detail: 'told by the device' });
    expect(told({ type: 'pairing-changed', pairing: later })).toEqual([
      { ...ABOUT, kind: 'check', result: 'in-use', depth: null, ms: null, code: null },
    ]);
  });

  it('tell of changes of state, not of checking', () => {
    expect(
      told(status('unknown', 'checking'), status('checking', 'connected'), status('connected', 'connected')),
    ).toEqual([{ ...ABOUT, kind: 'status', from: 'checking', to: 'connected', code: null }]);
  });

  it('tell of a search when it begins and ends', () => {
    const search = (done: number, finished: boolean): News => ({
      type: 'search-progress',
      progress: { searchId: ATTEMPT, done, total: 254, found: [], finished },
    });
    expect(told(search(0, false), search(100, false), search(254, true))).toEqual([
      { kind: 'search-begun', hosts: 254 },
      { kind: 'search-ended', found: 0, code: null },
    ]);
  });

  it('tell of each notice once, and not where the file is', () => {
    const notice = { id: 'a', kind: 'damaged', what: 'pairing', file: 'pairings/x.json' } as const;
    const notices = (...all: StorageNotice[]): News => ({ type: 'notices-changed', notices: all });
    expect(
      told(notices(notice), notices(notice, { ...notice, id: 'b' }), notices(), notices(notice)),
    ).toEqual([1, 2, 3].map(() => ({ kind: 'storage-notice', notice: 'damaged', what: 'pairing' })));
  });

  it('tell of the policy, and not what is in it', () => {
    const place = '/etc/pos-pairing/policy.json';
    const error = appError('policy-invalid', 'tray: must be a boolean');
    expect(
      told(
        { type: 'policy-applied', place },
        { type: 'policy-rejected', place, error },
        { type: 'policy-removed', place },
      ),
    ).toEqual(['applied', 'policy-invalid', 'removed'].map((outcome) => ({ kind: 'policy', outcome })));
  });

  it('tell of a bridge when it changes, not when messages are counted, and of a till once', () => {
    const since = '2026-11-01T08:00:00.000Z';
    const here = { since, origin: '', connected: true, fromTill: 1, fromDevice: 0 };
    const changed = (change: Partial<BridgeView>): News => ({
      type: 'bridge-changed',
      pairingId: pairing().id,
      view: {
        settings: { ...DEFAULT_BRIDGE_SETTINGS, on: true, port: 8787, origins: ['https://till.example'] },
        hasToken: true,
        state: 'ready',
        reason: null,
        till: null,
        lastTill: null,
        lockedUntil: null,
        ...change,
      },
    });
    const busy = { state: 'busy', reason: appError('bridge-till-connected') } as const;
    const lastTill = {
      since,
      until: '2026-11-01T08:00:05.000Z',
      origin: '',
      fromTill: 2,
      fromDevice: 1,
      closeCode: 4202,
      deviceCode: 1008,
      deviceReason: 'the device’s own words',
    };
    const about = { pairingId: pairing().id };
    const bridge = { ...about, kind: 'bridge', port: 8787, origins: 1 };
    expect(
      told(
        changed({}),
        changed({ ...busy, till: here }),
        changed({ ...busy, till: { ...here, fromTill: 2, fromDevice: 1 } }),
        changed({ lastTill }),
        changed({ lastTill }),
        { type: 'bridge-locked', pairing: pairing(), forMs: 10_000 },
        { type: 'bridge-token-replaced', pairing: pairing() },
        { type: 'bridge-switched', pairing: pairing(), on: false },
      ),
    ).toEqual([
      { ...bridge, state: 'ready', code: null, till: null },
      { ...bridge, state: 'busy', code: 'bridge-till-connected', till: 'connected' },
      {
        ...about,
        kind: 'bridge-till-left',
        openMs: 5_000,
        fromTill: 2,
        fromDevice: 1,
        closeCode: 4202,
        deviceCode: 1008,
      },
      { ...bridge, state: 'ready', code: null, till: null },
      { ...ABOUT, kind: 'bridge-locked', ms: 10_000 },
      { ...ABOUT, kind: 'bridge-token-replaced' },
      { ...ABOUT, kind: 'bridge-switched', on: false },
    ]);
  });

  it('tell how a pairing ended', () => {
    const stored = pairing();
    expect(
      told(
        ended(ok(stored), { isProved: true, stored }),
        ended(ok(stored), { stored }),
        ended(err({ ...appError('timed-out'), stage: 'reach' })),
      ),
    ).toEqual([
      { ...ABOUT, kind: 'pairing-ended', posId: '1', outcome: 'proved', stage: null },
      { ...ABOUT, kind: 'pairing-ended', posId: '1', outcome: 'waiting', stage: null },
      { kind: 'pairing-ended', posId: '1', outcome: 'timed-out', stage: 'reach' },
    ]);
  });
});

describe('the last failed attempt', () => {
  it('is kept with what happened meanwhile, until another one fails', () => {
    const last = new LastFailedAttempt();
    expect(last.get()).toBeNull();
    diagnose({ kind: 'app-stopped' });
    last.record(progress({}));
    diagnose({ kind: 'http-status', status: 403 });
    last.record(progress({ identityQuestion: { identity: { kind: 'serial', serial: 'SN1' }, certificate } }));
    last.record(ended(err(appError('identity-rejected'))));
    diagnose({ kind: 'http-status', status: 200 });
    const failed = last.get();
    expect(failed).toMatchObject({
      posId: '1',
      error: { code: 'identity-rejected' },
      identity: { serial: 'SN1' },
      certificate: { fingerprint256: 'AA' },
    });
    expect(failed?.events.map(({ at: _at, ...event }) => event)).toEqual([
      { kind: 'http-status', status: 403 },
    ]);
    last.record(progress({}));
    last.record(ended(ok(pairing())));
    expect(last.get()).toBe(failed);
    last.record(progress({}));
    last.record(ended(err(appError('timed-out'))));
    expect(last.get()).toMatchObject({ error: { code: 'timed-out' }, identity: null, events: [] });
  });

  it('keeps the latest events of a long one', () => {
    const last = new LastFailedAttempt();
    last.record(progress({}));
    for (let status = 0; status < 1_000; status += 1) diagnose({ kind: 'http-status', status });
    last.record(ended(err(appError('cancelled'))));
    expect(last.get()?.events).toHaveLength(200);
    expect(last.get()?.events.at(-1)).toMatchObject({ status: 999 });
    last.close();
  });
});

it('tells each step of an update once, and which version followed which', () => {
  const step = (now: UpdatesView['now'], obstacle: UpdatesView['obstacle'] = null): News => ({
    type: 'updates-changed',
    updates: { automatic: false, obstacle, now },
  });
  const version = '1.1.0';
  expect(
    told(
      step({ state: 'found', version }, 'bridge'),
      step({ state: 'fetching', version, percent: 1 }),
      step({ state: 'fetching', version, percent: 2 }),
      step({ state: 'failed', error: appError('update-interrupted', 'https://updates.example/: cut') }),
      { type: 'updates-changed', updates: null },
      { type: 'app-updated', from: '1.0.0', to: version },
    ),
  ).toEqual([
    { kind: 'update', state: 'found', version, obstacle: 'bridge', code: null },
    { kind: 'update', state: 'fetching', version, obstacle: null, code: null },
    { kind: 'update', state: 'failed', version: null, obstacle: null, code: 'update-interrupted' },
    { kind: 'app-updated', from: '1.0.0', to: version },
  ]);
});
