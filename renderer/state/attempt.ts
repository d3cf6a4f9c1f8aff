import { type AppError, STAGES } from '../../shared/errors.ts';
import type { PairingProgress, StageProgress } from '../../shared/pairing.ts';
import type { Event } from './model.ts';

type Outcome = NonNullable<PairingProgress['outcome']>;

/** One pairing, from asking the main process for it to its outcome. */
type Attempt =
  | { readonly state: 'idle' }
  /** The main process would not start or go on: the form says why. */
  | { readonly state: 'refused'; readonly error: AppError }
  /** Asked for, but not named yet. A repeated one shows its progress at once; a first one leaves the form only then. */
  | { readonly state: 'starting'; readonly repeated: boolean; readonly cancelling: boolean }
  | {
      readonly state: 'running';
      readonly id: string;
      readonly progress: PairingProgress;
      /** While the device is waited for: when it was last told of, which is at each try (ISO 8601). */
      readonly lastTryAt: string | null;
      /** Asked to end: cancelled, or, while the device is waited for, to be finished later. */
      readonly cancelling: boolean;
    }
  | {
      readonly state: 'ended';
      readonly id: string;
      readonly progress: PairingProgress;
      readonly outcome: Outcome;
      /** ISO 8601. */
      readonly endedAt: string;
    };

export interface AttemptSlice {
  readonly current: Attempt;
  /** Pushes of the attempt before the current one may still arrive and are ignored. */
  readonly previousId: string | null;
}

export const NO_ATTEMPT: AttemptSlice = { current: { state: 'idle' }, previousId: null };

export type AttemptEvent =
  | { readonly type: 'start-asked'; readonly repeated: boolean }
  | { readonly type: 'started'; readonly id: string }
  | { readonly type: 'refused'; readonly error: AppError }
  | { readonly type: 'cancel-asked' };

/** The stages of an attempt nothing is known of yet. */
export const ALL_WAITING: readonly StageProgress[] = STAGES.map((stage) => ({ stage, state: 'waiting' }));

/** Whether a pairing is being made right now: it must be ended before another screen is shown. */
export const isPairing = ({ current }: AttemptSlice): boolean =>
  current.state === 'starting' || current.state === 'running';

/** Whether what the main process tells is about the current attempt. */
export function concerns({ current, previousId }: AttemptSlice, { attemptId }: PairingProgress): boolean {
  if (current.state === 'starting') return attemptId !== previousId;
  return (current.state === 'running' || current.state === 'ended') && current.id === attemptId;
}

/** Whether the device may have seen the code: from then on it must not stay in memory. */
export function codeUsed({ stages, outcome }: PairingProgress): boolean {
  if (stages.some(({ stage, state }) => stage === 'send' && state !== 'waiting')) return true;
  if (outcome === undefined) return false;
  if (outcome.kind !== 'failed') return true;
  const { stage } = outcome.error;
  return stage !== undefined && STAGES.indexOf(stage) >= STAGES.indexOf('send');
}

const moveTo = ({ current, previousId }: AttemptSlice, next: Attempt): AttemptSlice => ({
  current: next,
  previousId: 'id' in current ? current.id : previousId,
});

function progressed(slice: AttemptSlice, progress: PairingProgress, at: string): AttemptSlice {
  if (!concerns(slice, progress)) return slice;
  const { current } = slice;
  const { attemptId: id, outcome } = progress;
  if (outcome) {
    const endedAt = current.state === 'ended' ? current.endedAt : at;
    return { ...slice, current: { state: 'ended', id, progress, outcome, endedAt } };
  }
  const cancelling = 'cancelling' in current && current.cancelling;
  const lastTryAt = progress.waiting ? at : null;
  return { ...slice, current: { state: 'running', id, progress, lastTryAt, cancelling } };
}

export function reduceAttempt(slice: AttemptSlice, event: Event): AttemptSlice {
  const { current } = slice;
  switch (event.type) {
    case 'start-asked':
      return moveTo(slice, { state: 'starting', repeated: event.repeated, cancelling: false });
    case 'started':
      return current.state === 'starting'
        ? {
            ...slice,
            current: {
              state: 'running',
              id: event.id,
              progress: { attemptId: event.id, stages: [...ALL_WAITING] },
              lastTryAt: null,
              cancelling: current.cancelling,
            },
          }
        : slice;
    case 'refused':
      return moveTo(slice, { state: 'refused', error: event.error });
    case 'cancel-asked':
      return current.state === 'starting' || current.state === 'running'
        ? { ...slice, current: { ...current, cancelling: true } }
        : slice;
    case 'went':
    case 'pair-opened':
    case 'form-reopened':
    case 'device-chosen':
      return moveTo(slice, { state: 'idle' });
    case 'pushed':
      return event.push.type === 'pairing-progress'
        ? progressed(slice, event.push.progress, event.at)
        : slice;
    default:
      return slice;
  }
}
