import type { PairingRecord } from '../../shared/pairing.ts';
import { Failure, toAppError } from '../failure.ts';
import { proveConnection } from './prove-connection.ts';
import { type PairingContext, pinnedTrust } from './settings.ts';

/**
 * Checks one stored pairing against its device and keeps the outcome with it. Credentials that wait for their
 * first proof are tried first: proved, they replace the ones in use; refused, they are dropped if there are
 * others. Throws only {@link Failure} `not-found` and storage failures; a failed check is an outcome.
 */
export async function checkConnection(
  id: string,
  context: PairingContext,
  signal: AbortSignal,
): Promise<PairingRecord> {
  const { vault, now } = context;
  // Nothing has just been paired: one more try bridges a short drop, and the schedule does the rest.
  const timing = { ...context.timing, proofRetry: { ...context.timing.proofRetry, tries: 2 } };
  try {
    for (const { record, credentials, pending } of vault.credentials(id)) {
      try {
        const trust = pinnedTrust(record, context);
        const proved = await proveConnection(record, credentials, { ...context, timing }, trust, signal);
        return pending ? vault.promote(id, proved) : vault.updateRecord(id, proved);
      } catch (thrown) {
        const refused = thrown instanceof Failure && thrown.appError.code === 'mtls-refused';
        if (!(pending && refused && vault.find(id)?.proved)) throw thrown;
        vault.discardPending(id);
      }
    }
    throw new Failure({ code: 'not-found', detail: `pairing ${id} has no credentials` });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'not-found' || error.code === 'cancelled') throw thrown;
    return vault.updateRecord(id, {
      lastCheck: { result: 'failed', at: new Date(now()).toISOString(), error: { ...error, stage: 'prove' } },
    });
  }
}
