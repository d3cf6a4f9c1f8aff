import { MOST_ROOT_CAS, type TrustedRootCa } from '../../../shared/root-ca.ts';
import type { Authorize } from '../access/manager-access.ts';
import { failure } from '../failure.ts';
import type { Tell } from '../news.ts';
import type { Vault } from '../vault/vault.ts';
import { requireMayTrust } from './authorize.ts';
import { describeRootCa, type RootCaImport } from './root-ca-import.ts';

export interface TrustRootCasParts {
  readonly vault: Vault;
  readonly rootCaImport: RootCaImport;
  readonly authorize: Authorize;
  /** Ends the pairing that is under way, if any: it judges its device by the Root CAs of before. */
  readonly endPairing: () => Promise<void>;
  /** More devices are known than before: what went wrong is tried again. */
  readonly onAdded: () => void;
  readonly tell: Tell;
}

/**
 * Trusts some of the Root CAs previewed last, beside those that are trusted. When one of them is new, a pairing that is
 * under way is ended first. Returns all that are trusted then. Throws {@link Failure} `invalid-request` when none is
 * named, `root-ca-changed`, `root-ca-limit`, `storage-failed`, and what `authorize` throws.
 */
export async function trustRootCas(
  { vault, rootCaImport, authorize, endPairing, onAdded, tell }: TrustRootCasParts,
  fingerprints: readonly string[],
): Promise<TrustedRootCa[]> {
  if (fingerprints.length === 0) throw failure('invalid-request', 'no Root CA was chosen');
  const chosen = rootCaImport.previewed(fingerprints).map(({ root }) => root.fingerprint256);
  requireMayTrust(vault, authorize);
  const added = chosen.filter((fingerprint256) => !vault.trustsRootCa(fingerprint256));
  if (vault.rootCas.length + added.length > MOST_ROOT_CAS)
    throw failure('root-ca-limit', `${vault.rootCas.length} trusted, ${added.length} more`, {
      params: { most: String(MOST_ROOT_CAS) },
    });
  if (added.length > 0) await endPairing();
  for (const fingerprint256 of chosen) {
    const rootCa = describeRootCa(rootCaImport.trust(fingerprint256));
    const isNew = added.includes(fingerprint256);
    if (isNew) tell({ type: 'root-ca-trusted', rootCa, rootCas: vault.rootCas.map(describeRootCa) });
  }
  rootCaImport.forget();
  if (added.length > 0) onAdded();
  return vault.rootCas.map(describeRootCa);
}
