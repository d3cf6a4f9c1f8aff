import type { ErrorCode } from '../../../shared/errors.ts';
import type { CredentialNote } from '../../../shared/pairing.ts';
import { clockLooksWrong } from '../pki/clock.ts';
import { failed, notRun, ok, type Verdict, warning } from './verdict.ts';
import type { Check, Look } from './visit.ts';

/** Clocks that differ by more, in milliseconds, are worth a word: certificates and payments go by them. */
const TOLERATED_MS = 5 * 60_000;

const BY_DATES: ReadonlySet<ErrorCode> = new Set([
  'device-certificate-expired',
  'device-certificate-not-yet-valid',
]);

export interface ClockEvidence {
  /** Milliseconds since 1970, by this computer. */
  readonly now: number;
  readonly isOwnWrong: boolean;
  /** By the device's own word, in milliseconds; undefined: it does not say. */
  readonly aheadMs: number | undefined;
  readonly look: Look | undefined;
  /** What was odd about the keys the device has issued. */
  readonly notes: readonly CredentialNote[];
}

/** A device need not say what time it has: then the dates of certificates are all there is to go by. */
export function judgeClock({ now, isOwnWrong, aheadMs, look, notes }: ClockEvidence): Verdict {
  if (isOwnWrong) return failed('own-clock-wrong', { now: new Date(now).toISOString() });
  if (aheadMs !== undefined) {
    const differenceMs = Math.abs(aheadMs);
    if (differenceMs <= TOLERATED_MS) return ok('clocks-agree');
    return warning(aheadMs > 0 ? 'device-ahead' : 'device-behind', { differenceMs });
  }
  if (look?.kind === 'failed' && BY_DATES.has(look.error.code)) return warning('clock-or-certificate');
  for (const note of notes) {
    if (note.code === 'not-yet-valid' && note.aheadMs > TOLERATED_MS)
      return warning('device-was-ahead', { differenceMs: note.aheadMs });
  }
  return ok('clock-plausible');
}

export const checkClock: Check = {
  name: 'clock',
  needs: ['speaks'],
  run: ({ trust, look, clockAheadMs, subject, context }) => {
    if (!trust) return notRun({ reason: 'no-root-ca' });
    const now = context.now();
    return judgeClock({
      now,
      isOwnWrong: clockLooksWrong(
        now,
        trust.knownPast,
        Math.max(...trust.rootCas.map(({ root }) => Date.parse(root.validTo))),
      ),
      aheadMs: clockAheadMs,
      look,
      notes: subject.kind === 'paired' ? subject.pairing.credentialNotes : [],
    });
  },
};
