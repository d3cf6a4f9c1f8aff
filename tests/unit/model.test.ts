import { describe, expect, it } from 'vitest';
import { isPairing } from '../../renderer/state/attempt.ts';
import { requestOf } from '../../renderer/state/draft.ts';
import { type Event, INITIAL, type Model, reduce } from '../../renderer/state/model.ts';
import { typedCode } from '../../renderer/state/setup-code.ts';
import { appError, STAGES } from '../../shared/errors.ts';
import type { Push } from '../../shared/ipc/index.ts';
import type { PairingProgress, PairingRecord, StageState } from '../../shared/pairing.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { EMPTY_APP } from '../support/app-state.ts';

const ID = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const OTHER_ID = '7c0f3a2d-9b45-4c88-8e1f-2a3b4c5d6e7f';
const CODE = '8QW1YS1D';
const AT = '2026-11-24T12:00:00.000Z';

const play = (events: readonly Event[], from: Model = INITIAL): Model => events.reduce(reduce, from);
const push = (what: Push): Event => ({ type: 'pushed', push: what, at: AT });

const certificate = {
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: AT,
  validTo: '2036-11-24T08:00:00.000Z',
  fingerprint256: 'AA',
  key: 'RSA 2048',
};
const pairing: PairingRecord = {
  id: OTHER_ID,
  posId: 'bar-1',
  name: '',
  watchLive: false,
  address: { host: '10.0.0.5', port: 8443 },
  transport: 'https',
  identity: { kind: 'serial', serial: 'SN1' },
  pairedAt: AT,
  proved: true,
  protection: null,
  deviceCertificate: certificate,
  clientCertificate: certificate,
  clientIssuer: certificate,
  credentialNotes: [],
  trustAnchorFingerprint256: 'BB',
  lastCheck: null,
};

const progress = (sent: StageState, outcome?: PairingProgress['outcome'], attemptId = ID): Event =>
  push({
    type: 'pairing-progress',
    progress: {
      attemptId,
      stages: STAGES.map((stage) => ({ stage, state: stage === 'send' ? sent : 'waiting' })),
      ...(outcome && { outcome }),
    },
  });
const failed = (code: 'cancelled' | 'code-rejected', stage: 'reach' | 'send', credentialsKept = false) =>
  progress(stage === 'send' ? 'failed' : 'waiting', {
    kind: 'failed',
    error: { code, stage, detail: '' },
    credentialsKept,
  });

const loaded = play([{ type: 'loaded', app: EMPTY_APP }]);
const paired = play([{ type: 'loaded', app: { ...EMPTY_APP, pairings: [pairing] } }]);
const filled = play(
  [
    { type: 'pair-opened', again: null },
    { type: 'code-typed', text: ' 8qw1-ys1d ', now: 1000 },
  ],
  loaded,
);
const starting = play([{ type: 'start-asked', repeated: false }], filled);
const started = play([{ type: 'started', id: ID }], starting);

describe('the setup code in the renderer', () => {
  const places = (model: Model) => JSON.stringify(model).split(CODE).length - 1;

  it('is kept in one place', () => {
    for (const model of [filled, starting, started]) expect(places(model)).toBe(1);
  });

  it('is not shown any more once the pairing starts, and is still what is sent', () => {
    expect(typedCode(filled.code)).toBe(CODE);
    expect(typedCode(started.code)).toBe('');
    expect(started.code).toEqual({ state: 'held', text: CODE, shownAt: 1000 });
    expect(requestOf(started)).toEqual({
      address: '',
      transport: 'wss',
      code: CODE,
      posId: 'bar-1',
      serial: '',
      serialSource: 'typed',
      replaces: null,
      allowSwap: false,
    });
  });

  it('is gone from the whole state once the device may have it', () => {
    expect(places(play([progress('running')], started))).toBe(0);
    expect(places(play([failed('code-rejected', 'send')], started))).toBe(0);
    expect(places(play([progress('running')], starting))).toBe(0);
  });

  it('stays when what is told is about another attempt', () => {
    expect(places(play([progress('running', undefined, OTHER_ID)], started))).toBe(1);
  });

  it('can be used again after a failure before it was sent', () => {
    const ended = play([failed('cancelled', 'reach')], started);
    expect(requestOf(ended).code).toBe(CODE);
    expect(requestOf(play([{ type: 'start-asked', repeated: true }], ended)).code).toBe(CODE);
    for (const event of [
      { type: 'form-reopened', focus: 'address' },
      { type: 'went', place: { name: 'root-ca', next: 'pair' } },
    ] as const) {
      expect(typedCode(play([event], ended).code)).toBe(CODE);
    }
  });

  it('is forgotten when a new one is asked for, or the form is left for good', () => {
    const ended = play([failed('cancelled', 'reach')], started);
    for (const event of [
      { type: 'form-reopened', focus: 'code' },
      { type: 'went', place: { name: 'home' } },
      { type: 'pair-opened', again: null },
      { type: 'code-renewed', now: 2000 },
      { type: 'code-typed', text: '', now: 2000 },
    ] as const) {
      expect(places(play([event], ended))).toBe(0);
    }
  });

  it('is back in the form when the main process refuses to start', () => {
    const refused = play([{ type: 'refused', error: { code: 'busy', detail: '' } }], starting);
    expect(refused.code).toEqual({ state: 'typed', text: CODE, shownAt: 1000 });
  });
});

describe('the draft', () => {
  it('of a pairing that is made again holds what is known, but no code', () => {
    const again = play([{ type: 'pair-opened', again: pairing }], paired);
    expect(again.draft).toMatchObject({
      address: '10.0.0.5:8443',
      transport: 'https',
      serial: 'SN1',
      replaces: OTHER_ID,
    });
    expect(again.code.text).toBe('');
    expect(again.navigation.place).toEqual({ name: 'pair', focus: 'code' });
  });

  it('keeps what was typed when a device is chosen for it, and starts anew otherwise', () => {
    const device: FoundDevice = {
      address: { host: '10.0.0.7', port: 8443 },
      identity: { kind: 'address', host: 'pay.example', publicKey256: null },
      certificate,
      trustAnchorFingerprint256: certificate.fingerprint256,
      responseMs: 3,
    };
    const typed = play([{ type: 'draft-changed', change: { posId: 'till 9', serial: 'SN9' } }], filled);
    const inForm = play([{ type: 'device-chosen', device }], typed);
    expect(inForm).toMatchObject({
      draft: { posId: 'till 9', address: '10.0.0.7:8443', serial: '' },
      code: { state: 'typed', text: CODE },
    });
    expect(inForm.navigation.place).toEqual({ name: 'pair', focus: 'code' });
    const onScreen = play(
      [
        { type: 'went', place: { name: 'search' } },
        { type: 'device-chosen', device },
      ],
      typed,
    );
    expect(onScreen).toMatchObject({ draft: { posId: 'bar-1' }, code: { text: '' } });
  });

  it('replaces what a failed attempt has kept', () => {
    const kept = play(
      [
        { type: 'address-typed', text: 'https://10.0.0.5:8443' },
        { type: 'start-asked', repeated: false },
        { type: 'started', id: ID },
        failed('code-rejected', 'send', true),
        { type: 'form-reopened', focus: null },
      ],
      play([{ type: 'pair-opened', again: null }], paired),
    );
    expect(kept.draft).toMatchObject({ replaces: OTHER_ID, transport: 'https' });
  });
});

describe('an attempt', () => {
  it('goes from starting to running to ended', () => {
    expect(starting.attempt.current).toEqual({ state: 'starting', repeated: false, cancelling: false });
    expect(started.attempt.current).toMatchObject({ state: 'running', id: ID, cancelling: false });
    expect(isPairing(started.attempt)).toBe(true);
    const ended = play([failed('cancelled', 'reach')], started);
    expect(ended.attempt.current).toMatchObject({ state: 'ended', outcome: { kind: 'failed' }, endedAt: AT });
    expect(isPairing(ended.attempt)).toBe(false);
  });

  it('remembers that it is to be cancelled until it has a name', () => {
    const cancelling = play([{ type: 'cancel-asked' }, { type: 'started', id: ID }], starting);
    expect(cancelling.attempt.current).toMatchObject({ state: 'running', cancelling: true });
    expect(play([progress('waiting')], cancelling).attempt.current).toMatchObject({ cancelling: true });
  });

  it('takes its name from the first thing told, but never that of the one before', () => {
    const second = play(
      [failed('cancelled', 'reach'), { type: 'start-asked', repeated: true }, progress('running')],
      started,
    );
    expect(second.attempt.current).toMatchObject({ state: 'starting', repeated: true });
    const named = play([progress('waiting', undefined, OTHER_ID)], second);
    expect(named.attempt.current).toMatchObject({ state: 'running', id: OTHER_ID });
    expect(reduce(named, { type: 'started', id: OTHER_ID })).toBe(named);
  });

  it('that is refused leaves the form with the reason and at the field', () => {
    const error = appError('pos-id-duplicate');
    const refused = play([{ type: 'refused', error }], starting);
    expect(refused.attempt.current).toEqual({ state: 'refused', error });
    expect(refused.navigation.place).toEqual({ name: 'pair', focus: 'posId' });
  });

  it('that was left is not refused afterwards', () => {
    const left = play([{ type: 'went', place: { name: 'home' } }], starting);
    expect(reduce(left, { type: 'refused', error: appError('busy') })).toBe(left);
  });

  it('that paired a register puts it among the pairings, once', () => {
    const outcome = { kind: 'paired', pairing } as const;
    const done = play([progress('done', outcome), progress('done', outcome)], started);
    expect(done.mirror).toMatchObject({ state: 'ready', app: { pairings: [pairing] } });
    expect(play([progress('done', outcome, OTHER_ID)], started).mirror).toMatchObject({
      app: { pairings: [] },
    });
  });
});

describe('an attempt that waits for the device', () => {
  const LATER = '2026-11-24T12:00:02.000Z';
  const waiting = (at: string): Event => ({
    type: 'pushed',
    at,
    push: {
      type: 'pairing-progress',
      progress: {
        attemptId: ID,
        stages: STAGES.map((stage) => ({ stage, state: stage === 'prove' ? 'needs-you' : 'done' })),
        waiting: { since: AT, until: '2026-11-24T12:15:00.000Z' },
      },
    },
  });
  const unproved = { ...pairing, proved: false };

  it('is still under way, and knows when the last try was', () => {
    const model = play([waiting(AT), waiting(LATER)], started);
    expect(model.attempt.current).toMatchObject({ state: 'running', lastTryAt: LATER, cancelling: false });
    expect(isPairing(model.attempt)).toBe(true);
    expect(model.code.text).toBe('');
    expect(play([progress('done')], model).attempt.current).toMatchObject({ lastTryAt: null });
  });

  it('ends paired by itself, or is finished later: the pairing is known either way', () => {
    const model = play([waiting(AT)], started);
    for (const outcome of [
      { kind: 'paired', pairing },
      { kind: 'waiting', pairing: unproved },
    ] as const) {
      const ended = play([progress('done', outcome)], model);
      expect(ended.attempt.current).toMatchObject({ state: 'ended', outcome: { kind: outcome.kind } });
      expect(ended.mirror).toMatchObject({ app: { pairings: [outcome.pairing] } });
    }
  });

  it('that was finished later shows what the schedule proves afterwards', () => {
    const ended = play([progress('done', { kind: 'waiting', pairing: unproved })], started);
    const proved = play([push({ type: 'pairing-changed', pairing })], ended);
    expect(proved.mirror).toMatchObject({ app: { pairings: [{ proved: true }] } });
    expect(proved.attempt).toBe(ended.attempt);
  });
});

describe('the search for devices', () => {
  const told = (finished: boolean, searchId = ID): Event =>
    push({ type: 'search-progress', progress: { searchId, done: 1, total: 2, found: [], finished } });
  const asked = play([{ type: 'search-asked' }], loaded);
  const searching = play([{ type: 'search-started', id: ID }], asked);

  it('goes from idle to starting to running to ended', () => {
    expect(loaded.search.current).toEqual({ state: 'idle' });
    expect(asked.search.current).toEqual({ state: 'starting', cancelling: false });
    expect(searching.search.current).toMatchObject({ state: 'running', id: ID, progress: { total: 0 } });
    expect(play([told(false)], searching).search.current).toMatchObject({ progress: { done: 1, total: 2 } });
    expect(play([told(true)], searching).search.current).toMatchObject({ state: 'ended', id: ID });
  });

  it('is refused with the reason, unless it has ended already', () => {
    const refusal: Event = { type: 'search-refused', error: appError('busy') };
    expect(play([refusal], asked).search.current).toMatchObject({
      state: 'refused',
      error: { code: 'busy' },
    });
    const ended = play([told(true)], searching);
    expect(reduce(ended, refusal)).toBe(ended);
  });

  it('is not taken for the one before', () => {
    const second = play([told(true), { type: 'search-asked' }], searching);
    expect(reduce(second, told(true))).toBe(second);
    expect(play([told(false, OTHER_ID)], second).search.current).toMatchObject({ id: OTHER_ID });
  });

  it('remembers that it is to be cancelled', () => {
    const cancelling = play([{ type: 'search-cancel-asked' }, told(false)], searching);
    expect(cancelling.search.current).toMatchObject({ state: 'running', cancelling: true });
  });
});

describe('the mirror of the main process', () => {
  it('goes from loading to failed to ready', () => {
    expect(INITIAL.mirror).toEqual({ state: 'loading', asked: null });
    const error = appError('internal');
    const broken = play([{ type: 'load-failed', error }]);
    expect(broken.mirror).toMatchObject({ state: 'failed', error });
    expect(play([{ type: 'loaded', app: EMPTY_APP }], broken).mirror).toMatchObject({
      state: 'ready',
      app: EMPTY_APP,
    });
  });

  it('shows what was asked for while the window was still opening', () => {
    const waiting = play([push({ type: 'show', what: 'about' })]);
    expect(waiting.navigation.dialog).toBeNull();
    const failedFirst = play([{ type: 'load-failed', error: appError('internal') }], waiting);
    expect(play([{ type: 'loaded', app: EMPTY_APP }], failedFirst).navigation.dialog).toBe('about');
  });

  it('keeps why an errand failed until the next one, and forgets it with its pairing', () => {
    const error = appError('storage-failed');
    const failedErrand = play(
      [
        { type: 'errand-started', id: OTHER_ID, errand: 'moving' },
        { type: 'errand-failed', id: OTHER_ID, error },
      ],
      paired,
    );
    const errands = (model: Model) => (model.mirror.state === 'ready' ? model.mirror.errands : null);
    expect(errands(failedErrand)).toEqual({ [OTHER_ID]: { state: 'failed', error } });
    const next = play([{ type: 'errand-started', id: OTHER_ID, errand: 'checking' }], failedErrand);
    expect(errands(next)).toEqual({ [OTHER_ID]: { state: 'checking' } });
    expect(errands(play([{ type: 'errand-ended', pairing }], next))).toEqual({});
    const gone = play([push({ type: 'pairing-removed', pairingId: OTHER_ID })], failedErrand);
    expect(gone.mirror).toMatchObject({ app: { pairings: [] }, errands: {} });
  });

  it('counts the changes of the history', () => {
    const changed = play([push({ type: 'history-changed' }), push({ type: 'history-changed' })], loaded);
    expect(changed.mirror).toMatchObject({ historyVersion: 2 });
  });
});

describe('where the user is', () => {
  it('is the Root CA first, as long as none is trusted', () => {
    expect(loaded.navigation.place).toEqual({ name: 'root-ca', next: 'pair' });
  });

  it.each(['device', 'kit'] as const)('is the list again when the pairing of the %s is removed', (name) => {
    const there = play([{ type: 'went', place: { name, id: OTHER_ID } }], paired);
    const removed = push({ type: 'pairing-removed', pairingId: OTHER_ID });
    expect(play([removed], there).navigation.place).toEqual({ name: 'home' });
    expect(play([push({ type: 'pairing-removed', pairingId: ID })], there).navigation.place.name).toBe(name);
  });

  it('is changed by the menu, but not while a pairing is made', () => {
    const settings = push({ type: 'show', what: 'settings' });
    const device = push({ type: 'show-pairing', pairingId: OTHER_ID });
    expect(play([settings], filled).navigation.place.name).toBe('settings');
    expect(reduce(started, settings)).toBe(started);
    expect(play([device], paired).navigation.place).toEqual({ name: 'device', id: OTHER_ID });
    expect(reduce(loaded, device)).toBe(loaded);
    expect(play([push({ type: 'show', what: 'about' })], started).navigation.dialog).toBe('about');
  });

  it('is the form as it was when a new pairing is asked for from it', () => {
    const again = play([push({ type: 'show', what: 'new-pairing' })], filled);
    expect(typedCode(again.code)).toBe(CODE);
    const ended = play([failed('cancelled', 'reach')], started);
    const anew = play([push({ type: 'show', what: 'new-pairing' })], ended);
    expect(anew.code.text).toBe('');
    expect(anew.attempt.current).toEqual({ state: 'idle' });
  });
});
