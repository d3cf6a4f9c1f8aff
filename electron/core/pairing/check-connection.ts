import type { PairingRecord } from '../../../shared/pairing.ts';
import { type PairingContext, pinnedTrust } from '../context.ts';
import { Failure, toAppError } from '../failure.ts';
import { type ProvedConnection, proveConnection } from './prove-connection.ts';

/**
 * Checks one stored pairing against its device and keeps the outcome with it. Credentials that wait for their
 * first proof are tried first: proved, they replace the ones in use. If they fail, the outcome is that of the ones in
 * use, and the new ones go on waiting unless the device refused them. Throws only {@link Failure} `not-found`,
 * `cancelled` and storage failures; any other failed check is an outcome.
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
    const stored = await vault.credentials(id);
    for (const { record, credentials, error, pending } of stored) {
      let proved: ProvedConnection;
      try {
        if (error) throw new Failure(error);
        const trust = pinnedTrust(record, context);
        proved = await proveConnection(record, credentials, { ...context, timing }, trust, signal);
      } catch (thrown) {
        const { code } = toAppError(thrown);
        if (!pending || stored.length === 1 || code === 'cancelled') throw thrown;
        if (code === 'mtls-refused') vault.discardPending(id);
        continue;
      }
      return pending ? vault.promote(id, proved) : vault.updateRecord(id, proved);
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
