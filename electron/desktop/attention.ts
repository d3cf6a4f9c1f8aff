import { needsAttention, type PairingStatus } from '../../shared/status.ts';

/** At most one notification for each pairing in this time. */
const QUIET_MS = 60 * 60 * 1000;

/**
 * What is known about a pairing: nothing wrong, a reason to look at it, or nothing certain for the moment, as
 * during a check.
 */
export type Attention =
  | { readonly kind: 'fine' }
  | { readonly kind: 'unclear' }
  /** `reason` is the same as long as the user would be told the same. */
  | { readonly kind: 'needed'; readonly reason: string };

export type OverallState = 'ok' | 'attention' | 'none';

export function attentionOf(status: PairingStatus): Attention {
  const { state, movedTo, expiry, error } = status;
  if (needsAttention(status)) {
    if (movedTo) return { kind: 'needed', reason: `moved:${movedTo.host}:${movedTo.port}` };
    const words = [state, error?.code, expiry && `${expiry.certificate}-${expiry.level}`];
    return { kind: 'needed', reason: words.filter(Boolean).join(':') };
  }
  return { kind: state === 'connected' || state === 'till-connected' ? 'fine' : 'unclear' };
}

export function overallState(statuses: readonly PairingStatus[]): OverallState {
  if (statuses.length === 0) return 'none';
  return statuses.some(needsAttention) ? 'attention' : 'ok';
}

interface Told {
  /** The last reason the user knows of; null since the pairing was fine again. */
  reason: string | null;
  /** When the last notification was shown. */
  notifiedAt: number;
}

/** Decides which news about pairings are worth a notification. */
export class AttentionPolicy {
  readonly #now: () => number;
  readonly #told = new Map<string, Told>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /**
   * Whether to notify the user about this pairing now. `seen` says that the user sees the news anyway, or wants no
   * notifications: it counts as told.
   */
  shouldNotify(pairingId: string, attention: Attention, seen: boolean): boolean {
    const told = this.#told.get(pairingId) ?? { reason: null, notifiedAt: Number.NEGATIVE_INFINITY };
    this.#told.set(pairingId, told);
    if (attention.kind === 'fine') told.reason = null;
    if (attention.kind !== 'needed' || attention.reason === told.reason) return false;
    if (!seen) {
      // What has to wait stays untold, so that it is notified if it still holds later.
      const quietFor = this.#now() - told.notifiedAt;
      // Negative: the clock was set back, which must not silence the app until the old time comes round again.
      if (quietFor >= 0 && quietFor < QUIET_MS) return false;
      told.notifiedAt = this.#now();
    }
    told.reason = attention.reason;
    return !seen;
  }

  /** The pairing is gone. */
  forget(pairingId: string): void {
    this.#told.delete(pairingId);
  }
}
