import { describe, expect, it } from 'vitest';
import { initialStatus, nextStatus } from '../../electron/core/status/state-machine.ts';
import { type ReadyMirror, reduceMirror } from '../../renderer/state/mirror.ts';
import { type Event, INITIAL } from '../../renderer/state/model.ts';
import {
  byName,
  daysUntil,
  matches,
  overviewOf,
  pageOf,
  shownStatus,
} from '../../renderer/state/pairing-list.ts';
import { appError } from '../../shared/errors.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import { EMPTY_APP } from '../support/app-state.ts';

const NOW = Date.parse('2026-11-24T08:00:00.000Z');
const at = new Date(NOW).toISOString();
const certificate = {
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: at,
  validTo: '2036-11-24T08:00:00.000Z',
  fingerprint256: 'AA',
  key: 'RSA 2048',
};
const pairing = (number: number, change: Partial<PairingRecord> = {}): PairingRecord => ({
  id: `6b9e2f1c-8a34-4b77-9d0e-${String(number).padStart(12, '0')}`,
  posId: String(number),
  name: '',
  watchLive: false,
  address: { host: '10.0.0.5', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: `SN${number}` },
  pairedAt: at,
  proved: true,
  protection: null,
  deviceCertificate: certificate,
  clientCertificate: certificate,
  clientIssuer: certificate,
  credentialNotes: [],
  trustAnchorFingerprint256: 'BB',
  lastCheck: null,
  ...change,
});
const status = (state: ConnectionState, change: Partial<PairingStatus> = {}): PairingStatus => ({
  ...initialStatus(pairing(1), NOW),
  state,
  ...change,
});
function after(mirror: ReadyMirror | null, event: Event): ReadyMirror {
  const next = reduceMirror(mirror ?? INITIAL.mirror, event, INITIAL);
  if (next.state !== 'ready') throw new Error('not ready');
  return next;
}
const loaded = (pairings: PairingRecord[], statuses: Record<string, PairingStatus>): ReadyMirror =>
  after(null, { type: 'loaded', app: { ...EMPTY_APP, pairings, statuses } });

describe('the list of paired devices', () => {
  it('counts as people do and goes by the friendly name', () => {
    const list = [
      pairing(10, { name: 'Register 10' }),
      pairing(2, { name: 'register 2' }),
      pairing(3, { posId: 'Bar' }),
    ];
    expect(byName(list, 'en').map(({ posId }) => posId)).toEqual(['Bar', '2', '10']);
  });

  it.each([
    ['caf', true],
    ['CAFÉ  register', true],
    ['sn7', true],
    ['10.0.0.5:8443', true],
    ['p-7', true],
    ['', true],
    ['cafe bar', false],
    ['10.0.0.6', false],
  ])('finds by name, POS ID, serial and address: %j', (query, found) => {
    expect(matches(pairing(7, { name: 'Register Café', posId: 'P-7' }), query)).toBe(found);
  });

  it('pages, and stays within the pages there are', () => {
    const all = Array.from({ length: 45 }, (_, index) => index);
    expect(pageOf(all, 1)).toMatchObject({ index: 1, last: 2, from: 21, to: 40 });
    expect(pageOf(all, 9)).toMatchObject({ index: 2, from: 41, to: 45, entries: [40, 41, 42, 43, 44] });
    expect(pageOf(all, -1).index).toBe(0);
    expect(pageOf([], 3)).toMatchObject({ index: 0, last: 0, entries: [] });
  });

  it('counts begun days whole', () => {
    expect(daysUntil('2026-11-24T09:00:00.000Z', NOW)).toBe(1);
    expect(daysUntil('2026-11-25T08:00:00.000Z', NOW)).toBe(1);
    expect(daysUntil('2026-12-24T08:00:00.000Z', NOW)).toBe(30);
    expect(daysUntil('2026-11-24T08:00:00.000Z', NOW)).toBe(0);
  });
});

describe('the status that is shown', () => {
  const one = pairing(1);
  const failed = nextStatus(
    status('unknown'),
    { type: 'check-ended', check: { result: 'failed', at, error: appError('timed-out') } },
    one,
    NOW,
  );
  const push = (mirror: ReadyMirror, next: PairingStatus) =>
    after(mirror, {
      type: 'pushed',
      push: { type: 'status-changed', pairingId: one.id, status: next },
      at,
    });

  it('does not flicker while a check runs', () => {
    const before = push(loaded([one], { [one.id]: status('unknown') }), failed);
    const during = push(before, nextStatus(failed, { type: 'check-started' }, one, NOW));
    expect(during.app.statuses[one.id]?.state).toBe('checking');
    expect(shownStatus(during, one)).toMatchObject({ state: 'unreachable', error: { code: 'timed-out' } });
    expect(overviewOf(during, [one]).attention).toEqual(new Set([one.id]));
    expect(shownStatus(push(during, status('connected')), one).state).toBe('connected');
  });

  it('says "checking" while nothing else is known, and "unknown" before', () => {
    const fresh = loaded([one], { [one.id]: status('unknown') });
    expect(shownStatus(push(fresh, status('checking')), one).state).toBe('checking');
    expect(shownStatus(loaded([one], {}), one).state).toBe('unknown');
  });

  it('is all well only when every device is known to be connected', () => {
    const two = pairing(2);
    const model = (state: ConnectionState) =>
      loaded([one, two], { [one.id]: status('connected'), [two.id]: status(state) });
    expect(overviewOf(model('connected'), [one, two])).toEqual({ attention: new Set(), allWell: true });
    expect(overviewOf(model('unknown'), [one, two]).allWell).toBe(false);
    expect(overviewOf(model('refused'), [one, two])).toEqual({
      attention: new Set([two.id]),
      allWell: false,
    });
  });
});
