import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { Bridges } from '../bridge/bridges.ts';
import { failure } from '../failure.ts';
import type { Tell } from '../news.ts';
import type { PairingService } from '../pairing/pairing-service.ts';
import type { ConnectionMonitor } from '../status/monitor.ts';
import type { Vault } from '../vault/vault.ts';

export interface RemovePairingParts {
  readonly authorize: Authorize;
  readonly vault: Vault;
  readonly pairing: Pick<PairingService, 'abandon'>;
  readonly monitor: Pick<ConnectionMonitor, 'pairingRemoved'>;
  readonly bridges: Pick<Bridges, 'pairingRemoved'>;
  readonly tell: Tell;
}

/**
 * Erases a pairing with its secrets from this computer, and ends what runs for it; the device is not told. Returns
 * the pairing as it was. Throws {@link Failure} `manager-needed`, `not-found` and storage failures.
 */
export async function removePairing(
  { authorize, vault, pairing, monitor, bridges, tell }: RemovePairingParts,
  pairingId: string,
): Promise<PairingRecord> {
  authorize();
  await pairing.abandon(pairingId);
  const removed = vault.find(pairingId);
  if (!removed) throw failure('not-found', `pairing ${pairingId}`);
  vault.remove(pairingId);
  await Promise.all([monitor.pairingRemoved(pairingId), bridges.pairingRemoved(pairingId)]);
  tell({ type: 'pairing-removed', pairing: removed });
  return removed;
}
