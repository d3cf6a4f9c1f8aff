import { describe, expect, it } from 'vitest';
import {
  type Attention,
  AttentionPolicy,
  attentionOf,
  overallState,
} from '../../electron/desktop/attention.ts';
import { appError } from '../../shared/errors.ts';
import type { PairingStatus } from '../../shared/status.ts';

const FINE: Attention = { kind: 'fine' };
const UNCLEAR: Attention = { kind: 'unclear' };
const needed = (reason: string): Attention => ({ kind: 'needed', reason });
const MINUTE = 60_000;

const status = (change: Partial<PairingStatus> = {}): PairingStatus => ({
  state: 'connected',
  since: '2026-11-24T08:00:00.000Z',
  live: false,
  error: null,
  nextTryAt: null,
  movedTo: null,
  expiry: null,
  ...change,
});

function policy() {
  let now = Date.parse('2026-11-24T08:00:00Z');
  const decider = new AttentionPolicy(() => now);
  return {
    decider,
    pass: (minutes: number) => {
      now += minutes * MINUTE;
    },
    tell: (attention: Attention, { pairing = 'a', seen = false } = {}) =>
      decider.shouldNotify(pairing, attention, seen),
  };
}

describe('AttentionPolicy', () => {
  it('notifies when a pairing starts to need attention, and not again while nothing changes', () => {
    const { tell, pass } = policy();
    expect(tell(FINE)).toBe(false);
    expect(tell(needed('unreachable'))).toBe(true);
    for (let check = 0; check < 20; check += 1) {
      pass(15);
      expect(tell(UNCLEAR)).toBe(false);
      expect(tell(needed('unreachable'))).toBe(false);
    }
  });

  it('notifies again after the pairing was fine in between, but not within the hour', () => {
    const { tell, pass } = policy();
    expect(tell(needed('unreachable'))).toBe(true);
    pass(10);
    expect(tell(FINE)).toBe(false);
    expect(tell(needed('unreachable'))).toBe(false);
    pass(51);
    expect(tell(needed('unreachable'))).toBe(true);
  });

  it('is not silenced by a clock that was set back', () => {
    const { tell, pass } = policy();
    expect(tell(needed('unreachable'))).toBe(true);
    pass(-24 * 60);
    expect(tell(needed('refused'))).toBe(true);
  });

  it('tells another reason as soon as the hour is over, if it still holds', () => {
    const { tell, pass } = policy();
    expect(tell(needed('unreachable'))).toBe(true);
    pass(30);
    expect(tell(needed('refused'))).toBe(false);
    pass(29);
    expect(tell(needed('refused'))).toBe(false);
    pass(1);
    expect(tell(needed('refused'))).toBe(true);
    expect(tell(needed('refused'))).toBe(false);
  });

  it('does not tell what has passed while it had to wait', () => {
    const { tell, pass } = policy();
    expect(tell(needed('unreachable'))).toBe(true);
    pass(30);
    expect(tell(needed('refused'))).toBe(false);
    expect(tell(needed('unreachable'))).toBe(false);
    pass(90);
    expect(tell(needed('unreachable'))).toBe(false);
  });

  it('counts pairings apart, and forgets one that is gone', () => {
    const { decider, tell } = policy();
    expect(tell(needed('unreachable'))).toBe(true);
    expect(tell(needed('unreachable'), { pairing: 'b' })).toBe(true);
    expect(tell(needed('unreachable'), { pairing: 'b' })).toBe(false);
    decider.forget('b');
    expect(tell(needed('unreachable'), { pairing: 'b' })).toBe(true);
    expect(tell(needed('unreachable'))).toBe(false);
  });

  it('takes as told what the user has seen, without using up the hour', () => {
    const { tell } = policy();
    expect(tell(needed('unreachable'), { seen: true })).toBe(false);
    expect(tell(needed('unreachable'))).toBe(false);
    expect(tell(needed('refused'))).toBe(true);
  });
});

describe('attentionOf', () => {
  it('tells fine, unclear and needed apart', () => {
    expect(attentionOf(status())).toEqual(FINE);
    for (const state of ['unknown', 'checking', 'reconnecting'] as const) {
      expect(attentionOf(status({ state }))).toEqual(UNCLEAR);
    }
    expect(attentionOf(status({ state: 'unreachable' })).kind).toBe('needed');
  });

  it('gives different reasons to what the user has to be told differently', () => {
    const expiry = { level: '7-days', certificate: 'client', date: '2026-12-01T08:00:00.000Z' } as const;
    const reasons = [
      status({ state: 'unreachable' }),
      status({ state: 'refused' }),
      status({ state: 'failed', error: appError('internal', 'x') }),
      status({ state: 'failed', error: appError('storage-undecryptable', 'x') }),
      status({ expiry }),
      status({ expiry: { ...expiry, level: '1-day' } }),
    ].map((one) => {
      const attention = attentionOf(one);
      return attention.kind === 'needed' ? attention.reason : attention.kind;
    });
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(reasons).not.toContain('fine');
  });
});

describe('overallState', () => {
  it('is the worst of all, or none', () => {
    expect(overallState([])).toBe('none');
    expect(overallState([status(), status({ state: 'checking' })])).toBe('ok');
    expect(overallState([status(), status({ state: 'refused' })])).toBe('attention');
  });
});
