import { sameIdentity } from '../../../shared/identity.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { type Lease, outranks } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import type { StoredCredentials } from '../vault/vault.ts';
import { type ProvedConnection, proveConnection } from './prove-connection.ts';

/**
 * Checks one stored pairing against its device and keeps the outcome with it. Holds the device's channel meanwhile.
 * Credentials that wait for their first proof are tried first: proved, they replace the ones in use. If they fail, the
 * outcome is that of the ones in use, and the new ones go on waiting unless the device refused them. Throws only
 * {@link Failure} `not-found`, `cancelled` (also when something more urgent needs the channel) and storage failures;
 * any other failed check is an outcome.
 */
export async function checkConnection(
  id: string,
  context: CoreContext,
  signal: AbortSignal,
): Promise<PairingRecord> {
  const { vault, now } = context;
  const lease = await leaseDeviceOf(id, context, signal);
  try {
    // Read under the lease: a pairing that had the device until now may have brought new ones.
    const stored = await vault.credentials(id);
    for (const each of stored) {
      let proved: ProvedConnection | 'in-use';
      try {
        proved = await prove(each, lease, context);
      } catch (thrown) {
        const { code } = toAppError(thrown);
        if (!each.pending || stored.length === 1 || code === 'cancelled') throw thrown;
        if (code === 'mtls-refused') vault.discardPending(id);
        continue;
      }
      if (proved === 'in-use') continue;
      return each.pending ? vault.promote(id, proved) : vault.updateRecord(id, proved);
    }
    throw new Failure({ code: 'not-found', detail: `pairing ${id} has no credentials` });
  } catch (thrown) {
    const error = toAppError(thrown);
    if (error.code === 'not-found' || error.code === 'cancelled') throw thrown;
    return vault.updateRecord(id, {
      lastCheck: { result: 'failed', at: new Date(now()).toISOString(), error: { ...error, stage: 'prove' } },
    });
  } finally {
    lease.release();
  }
}

/** The lease of the device this pairing has once it is granted: while it was waited for, that may have changed. */
async function leaseDeviceOf(
  id: string,
  { vault, leases }: CoreContext,
  signal: AbortSignal,
): Promise<Lease> {
  for (;;) {
    const wanted = vault.find(id)?.identity;
    if (!wanted) throw failure('not-found', `pairing ${id}`);
    const lease = await leases.acquire(wanted, { holder: 'proof', signal });
    const now = vault.find(id)?.identity;
    if (now && sameIdentity(now, wanted)) return lease;
    lease.release();
  }
}

/** Proves one set of credentials; a swapped device that waits for its first proof is another one, with its own lease. */
async function prove(
  { record, credentials, error }: StoredCredentials,
  lease: Lease,
  context: CoreContext,
): Promise<ProvedConnection | 'in-use'> {
  if (error) throw new Failure(error);
  const { vault, leases } = context;
  const trust = pinnedTrust(record, context);
  const shown = vault.find(record.id);
  if (!shown || sameIdentity(record.identity, shown.identity))
    return proveConnection(record, credentials, context, trust, lease.signal);
  const holder = leases.holderOf(record.identity);
  // Who holds one device and waits for another could wait for somebody who does the same the other way round.
  if (holder && !outranks(lease.holder, holder)) return 'in-use';
  const other = await leases.acquire(record.identity, { holder: 'proof', signal: lease.signal });
  try {
    return await proveConnection(record, credentials, context, trust, other.signal);
  } finally {
    other.release();
  }
}
