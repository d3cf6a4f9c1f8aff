import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Authorize, ManagerAccess } from './manager-access.ts';

export interface ResetPinParts {
  readonly access: ManagerAccess;
  /** Ends the pairing that is under way, if any. */
  readonly endPairing: () => Promise<void>;
  readonly pairings: () => readonly PairingRecord[];
  /** Removes one pairing as anybody would, by the leave that the reset has. */
  readonly remove: (authorize: Authorize, pairingId: string) => Promise<unknown>;
}

/**
 * For a forgotten PIN: removes all pairings like any other removal, then turns the PIN off. When one cannot be removed
 * the PIN stays. Returns how many were removed. Throws {@link Failure} `pin-not-set`, `storage-failed`.
 */
export function resetPin({ access, endPairing, pairings, remove }: ResetPinParts): Promise<number> {
  return access.reset(async (grant) => {
    await endPairing();
    const ids = pairings().map(({ id }) => id);
    for (const id of ids) await remove(() => grant, id);
    return ids.length;
  });
}
