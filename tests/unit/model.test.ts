import { describe, expect, it } from 'vitest';
import { codeLeft, type Event, INITIAL, type Model, reduce, requestOf } from '../../renderer/state/model.ts';
import { STAGES } from '../../shared/errors.ts';
import type { PairingProgress, StageState } from '../../shared/pairing.ts';
import type { FoundDevice } from '../../shared/search.ts';
import { EMPTY_APP } from '../support/app-state.ts';

const ID = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const CODE = '8QW1YS1D';
const AT = '2026-11-24T12:00:00.000Z';

const play = (events: readonly Event[], from: Model = INITIAL): Model => events.reduce(reduce, from);

const progress = (sent: StageState, outcome?: PairingProgress['outcome']): Event => ({
  type: 'pushed',
  at: AT,
  push: {
    type: 'pairing-progress',
    progress: {
      attemptId: ID,
      stages: STAGES.map((stage) => ({ stage, state: stage === 'send' ? sent : 'waiting' })),
      ...(outcome && { outcome }),
    },
  },
});

const started = play([
  { type: 'loaded', app: EMPTY_APP },
  { type: 'pair-opened', again: null },
  { type: 'code-typed', text: ' 8qw1-ys1d ', now: 1000 },
  { type: 'start-asked', repeated: false },
  { type: 'started', id: ID },
]);
const failed = (code: 'cancelled' | 'code-rejected', stage: 'reach' | 'send') =>
  progress(stage === 'send' ? 'failed' : 'waiting', {
    kind: 'failed',
    error: { code, stage, detail: '' },
    credentialsKept: false,
  });

describe('the connection code in the renderer', () => {
  it('leaves the form when the pairing starts, and is still what is sent', () => {
    expect(started.draft.code).toBe('');
    expect(codeLeft(started)).toBe(CODE);
    expect(requestOf(started)).toMatchObject({ code: CODE, posId: 'bar-1' });
    expect(requestOf(started)).not.toHaveProperty('codeShownAt');
  });

  it('is gone from the whole state once the device may have it', () => {
    expect(JSON.stringify(play([progress('running')], started))).not.toContain(CODE);
    expect(JSON.stringify(play([failed('code-rejected', 'send')], started))).not.toContain(CODE);
  });

  it('can be used again after a failure before it was sent', () => {
    const ended = play([failed('cancelled', 'reach')], started);
    expect(codeLeft(ended)).toBe(CODE);
    expect(requestOf(play([{ type: 'start-asked', repeated: true }], ended)).code).toBe(CODE);
    expect(play([{ type: 'form-reopened', focus: 'address' }], ended).draft.code).toBe(CODE);
    expect(play([{ type: 'went', place: { name: 'root-ca', next: 'pair' } }], ended).draft.code).toBe(CODE);
  });

  it('is forgotten when a new one is asked for, or the form is left for good', () => {
    const ended = play([failed('cancelled', 'reach')], started);
    for (const event of [
      { type: 'form-reopened', focus: 'code' },
      { type: 'went', place: { name: 'home' } },
      { type: 'pair-opened', again: null },
    ] as const) {
      expect(JSON.stringify(play([event], ended))).not.toContain(CODE);
    }
  });

  it('is back in the form when the main process refuses to start', () => {
    const refused = play(
      [{ type: 'refused', error: { code: 'busy', detail: '' } }],
      play([{ type: 'start-asked', repeated: false }], started),
    );
    expect(refused.draft.code).toBe(CODE);
    expect(refused.heldCode).toBe('');
  });
});

describe('a serial number in the form', () => {
  it('is told to be found by a search until somebody edits it', () => {
    const device: FoundDevice = {
      address: { host: '10.0.0.5', port: 8443 },
      identity: { kind: 'serial', serial: '1850012345' },
      certificate: {
        subject: '',
        issuer: '',
        serialNumber: '',
        validFrom: AT,
        validTo: AT,
        fingerprint256: '',
        key: '',
      },
      responseMs: 1,
    };
    const chosen = play([
      { type: 'loaded', app: EMPTY_APP },
      { type: 'device-chosen', device },
      { type: 'draft-changed', change: { posId: '7' } },
    ]);
    expect(requestOf(chosen)).toMatchObject({ serial: '1850012345', serialSource: 'found' });
    const edited = play([{ type: 'draft-changed', change: { serial: '1850012346' } }], chosen);
    expect(requestOf(edited)).toMatchObject({ serial: '1850012346', serialSource: 'typed' });
  });
});

describe('what is asked for while the window is still opening', () => {
  it('is shown once the state is there', () => {
    const about: Event = { type: 'pushed', at: AT, push: { type: 'show', what: 'about' } };
    const waiting = play([about]);
    expect(waiting.dialog).toBeNull();
    const loaded = play([{ type: 'loaded', app: EMPTY_APP }], waiting);
    expect(loaded).toMatchObject({ dialog: 'about', asked: null });
  });
});
