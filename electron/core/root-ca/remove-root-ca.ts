import type { TrustedRootCa } from '../../../shared/root-ca.ts';
import type { Authorize } from '../access/manager-access.ts';
import { failure } from '../failure.ts';
import type { Tell } from '../news.ts';
import type { Vault } from '../vault/vault.ts';
import { requireMayTrust } from './authorize.ts';
import { describeRootCa } from './root-ca-import.ts';

export interface RemoveRootCaParts {
  readonly vault: Vault;
  readonly authorize: Authorize;
  /** Ends the pairing that is under way, if any: it may judge its device by the Root CA that goes. */
  readonly endPairing: () => Promise<void>;
  /** Ends the channels of these pairings and checks them anew. */
  readonly onRemoved: (pairingIds: readonly string[]) => Promise<void>;
  readonly tell: Tell;
}

/**
 * Trusts a Root CA no longer. Pairings made under it stay with their keys, but their devices are not recognised until
 * it is trusted again. Returns those that are still trusted. Throws {@link Failure} `not-found`, `managed-setting` for
 * one of the organisation, `storage-failed`, and what `authorize` throws.
 */
export async function removeRootCa(
  { vault, authorize, endPairing, onRemoved, tell }: RemoveRootCaParts,
  fingerprint256: string,
): Promise<TrustedRootCa[]> {
  const find = () => {
    const found = vault.rootCas.find(({ root }) => root.fingerprint256 === fingerprint256);
    if (!found) throw failure('not-found', `Root CA ${fingerprint256}`);
    if (found.managed) throw failure('managed-setting', `Root CA ${fingerprint256}`);
    return describeRootCa(found);
  };
  find();
  requireMayTrust(vault, authorize);
  await endPairing();
  const rootCa = find();
  vault.removeRootCa(fingerprint256);
  const rootCas = vault.rootCas.map(describeRootCa);
  tell({ type: 'root-ca-removed', rootCa, rootCas });
  const affected = vault.pairings.filter((pairing) => pairing.trustAnchorFingerprint256 === fingerprint256);
  await onRemoved(affected.map(({ id }) => id));
  return rootCas;
}
