import { parsePairingName } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { failure, required } from '../failure.ts';
import type { Tell } from '../news.ts';
import type { Vault } from '../vault/vault.ts';

/**
 * Gives a pairing a friendly name, or takes it away with ''. Throws {@link Failure} `not-found`, the errors of
 * {@link parsePairingName}, and storage failures.
 */
export function renamePairing(
  { vault, tell }: { readonly vault: Vault; readonly tell: Tell },
  pairingId: string,
  name: string,
): PairingRecord {
  const before = vault.find(pairingId);
  if (!before) throw failure('not-found', `pairing ${pairingId}`);
  const after = vault.updateRecord(pairingId, { name: required(parsePairingName(name)) });
  tell({ type: 'pairing-renamed', before, after });
  return after;
}
