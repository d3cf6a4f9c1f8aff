import { randomUUID } from 'node:crypto';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NewHistoryEntry } from '../../electron/core/history/history.ts';
import { HistoryRecorder } from '../../electron/core/history/recorder.ts';
import type { News } from '../../electron/core/news.ts';
import { pushOf } from '../../electron/ipc/pushes.ts';
import { appError } from '../../shared/errors.ts';
import { pushSchema } from '../../shared/ipc/index.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { err, ok } from '../../shared/result.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import { createCa } from '../simulator/pki.ts';
import { addPairings } from '../support/many-pairings.ts';
import { memoryVault } from '../support/vault.ts';

let pairing: PairingRecord;
let swapped: PairingRecord;
let entries: NewHistoryEntry[];
let recorder: HistoryRecorder;

beforeAll(async () => {
  const [made] = await addPairings(memoryVault().vault, 1, await createCa({ commonName: 'Root' }), 8443);
  if (!made) throw new Error('no pairing');
  pairing = made;
  swapped = { ...made, identity: { kind: 'serial', serial: 'NEW-1' } };
});
beforeEach(() => {
  entries = [];
  recorder = new HistoryRecorder({
    append: (entry) => {
      entries.push(entry);
      return { ...entry, at: new Date(0).toISOString() };
    },
  });
});

const status = (state: ConnectionState, more: Partial<PairingStatus> = {}): PairingStatus => ({
  state,
  since: new Date(0).toISOString(),
  live: false,
  error: null,
  nextTryAt: null,
  movedTo: null,
  expiry: null,
  ...more,
});
const statusNews = (state: ConnectionState, more?: Partial<PairingStatus>): News => ({
  type: 'status-changed',
  pairing,
  status: status(state, more),
  before: status('unknown'),
});
const rootCa = () => ({
  root: pairing.clientIssuer,
  intermediates: [],
  trustedAt: new Date(0).toISOString(),
});

describe('the history', () => {
  it('tells how an attempt ended', () => {
    const end = {
      posId: 'POS-0',
      replaced: undefined,
      hasWaited: false,
      isProved: true,
      stored: pairing,
      result: ok(pairing),
    };
    recorder.record({ type: 'pairing-ended', end });
    recorder.record({ type: 'pairing-ended', end: { ...end, replaced: pairing } });
    recorder.record({
      type: 'pairing-ended',
      end: { ...end, replaced: pairing, stored: swapped, result: ok(swapped) },
    });
    recorder.record({
      type: 'pairing-ended',
      end: { ...end, stored: undefined, result: err(appError('code-rejected')) },
    });
    expect(entries).toMatchObject([
      { kind: 'paired', pairingId: pairing.id, posId: 'POS-0', serial: '1850000000' },
      { kind: 're-paired' },
      { kind: 'device-swapped', from: '1850000000', to: 'NEW-1' },
      { kind: 'pairing-failed', result: 'code-rejected', posId: 'POS-0' },
    ]);
  });

  it('keeps only lasting changes of a state, and forgets what is removed', () => {
    const worth = (state: ConnectionState, more?: Partial<PairingStatus>) =>
      recorder.record(statusNews(state, more));
    expect(worth('checking')).toBe(false);
    expect(worth('connected')).toBe(false);
    expect(worth('reconnecting')).toBe(false);
    expect(worth('connected')).toBe(false);
    expect(worth('unreachable', { error: appError('timed-out') })).toBe(true);
    expect(worth('unreachable', { error: appError('timed-out') })).toBe(false);
    expect(worth('refused', { error: appError('mtls-refused') })).toBe(true);
    expect(entries).toMatchObject([
      { kind: 'status', result: 'timed-out', from: 'connected', to: 'unreachable' },
      { kind: 'refused', result: 'mtls-refused', from: 'unreachable', to: 'refused' },
    ]);
    recorder.record({ type: 'pairing-removed', pairing });
    expect(worth('connected')).toBe(false);
  });

  it('names what was renamed, moved and trusted before and after', () => {
    recorder.record({ type: 'pairing-renamed', before: pairing, after: { ...pairing, name: 'Bar' } });
    recorder.record({ type: 'pairing-moved', pairing, from: { host: 'fe80::1', port: 8443 } });
    recorder.record({ type: 'root-ca-trusted', rootCa: rootCa(), rootCas: [rootCa()] });
    recorder.record({ type: 'root-ca-removed', rootCa: rootCa(), rootCas: [] });
    recorder.record({
      type: 'pairing-root-ca-changed',
      pairing,
      from: 'AA:BB',
      to: pairing.clientIssuer,
    });
    const { fingerprint256: fingerprint, subject: note } = pairing.clientIssuer;
    expect(entries).toMatchObject([
      { kind: 'renamed', from: 'Register 0', to: 'Bar' },
      { kind: 'address-moved', from: '[fe80::1]:8443', to: '127.1.0.0:8443' },
      { kind: 'root-ca-added', to: fingerprint, note },
      { kind: 'root-ca-removed', from: fingerprint, note },
      { kind: 'pairing-root-ca-changed', pairingId: pairing.id, from: 'AA:BB', to: fingerprint, note },
    ]);
  });
});

describe('the pushes', () => {
  it('keep the contract, and say in which language the settings are shown', () => {
    const end = {
      posId: 'POS-0',
      replaced: undefined,
      hasWaited: false,
      isProved: true,
      stored: pairing,
      result: ok(pairing),
    };
    const news: News[] = [
      { type: 'pairing-ended', end },
      { type: 'pairing-changed', pairing },
      { type: 'pairing-renamed', before: pairing, after: { ...pairing, name: 'Bar' } },
      { type: 'pairing-moved', pairing, from: pairing.address },
      { type: 'pairing-removed', pairing },
      statusNews('connected'),
      { type: 'root-ca-trusted', rootCa: rootCa(), rootCas: [rootCa()] },
      { type: 'root-ca-removed', rootCa: rootCa(), rootCas: [] },
      { type: 'pairing-root-ca-changed', pairing, from: 'AA:BB', to: pairing.clientIssuer },
      { type: 'settings-changed', settings: DEFAULT_SETTINGS },
      { type: 'notices-changed', notices: [] },
      {
        type: 'search-progress',
        progress: { searchId: randomUUID(), done: 0, total: 1, found: [], finished: false },
      },
      { type: 'history-changed' },
    ];
    const pushes = news.map((each) => pushSchema.parse(pushOf(each, () => 'ja')));
    expect(pushes.map(({ type }) => type)).toEqual([
      'pairing-changed',
      'pairing-changed',
      'pairing-changed',
      'pairing-changed',
      'pairing-removed',
      'status-changed',
      'root-cas-changed',
      'root-cas-changed',
      'pairing-changed',
      'settings-changed',
      'notices-changed',
      'search-progress',
      'history-changed',
    ]);
    expect(pushes[2]).toMatchObject({ pairing: { name: 'Bar' } });
    expect(pushes[7]).toEqual({ type: 'root-cas-changed', rootCas: [] });
    expect(pushes[9]).toMatchObject({ language: 'ja' });
  });

  it('leave out an attempt that stored nothing', () => {
    const end = {
      posId: 'POS-0',
      replaced: undefined,
      hasWaited: false,
      isProved: false,
      stored: undefined,
      result: err(appError('cancelled')),
    };
    expect(pushOf({ type: 'pairing-ended', end }, () => 'en')).toBeNull();
  });
});
