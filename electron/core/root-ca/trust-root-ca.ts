import type { TrustedRootCa } from '../../../shared/root-ca.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { Tell } from '../news.ts';
import type { Vault } from '../vault/vault.ts';
import { describeRootCa, type RootCaImport } from './root-ca-import.ts';

export interface TrustRootCaParts {
  readonly authorize: Authorize;
  readonly vault: Vault;
  readonly rootCaImport: RootCaImport;
  /** Ends the pairing that is under way, if any: it judges its device by the Root CA that goes. */
  readonly endPairing: () => Promise<void>;
  /** Ends all channels and checks all pairings anew. */
  readonly onChanged: () => Promise<void>;
  readonly tell: Tell;
}

export interface RootCaChoice {
  /** Of the Root CA that was previewed last. */
  readonly fingerprint256: string;
  /** The user confirmed that it takes another one's place. */
  readonly replaceConfirmed: boolean;
}

/**
 * Trusts the previewed Root CA. When it is another one than before, a pairing that is under way is ended first,
 * and all pairings are checked anew. The first one, before anything is paired, needs no manager. Throws
 * {@link Failure} `manager-needed`, and what {@link RootCaImport.trust} does.
 */
export async function trustRootCa(
  { authorize, vault, rootCaImport, endPairing, onChanged, tell }: TrustRootCaParts,
  { fingerprint256, replaceConfirmed }: RootCaChoice,
): Promise<TrustedRootCa> {
  const isFirst = vault.rootCa === null && vault.size === 0;
  if (!isFirst) authorize();
  rootCaImport.requirePreviewed(fingerprint256, replaceConfirmed);
  const changes = vault.rootCa?.root.fingerprint256 !== fingerprint256;
  if (changes) await endPairing();
  const before = vault.rootCa && describeRootCa(vault.rootCa);
  const rootCa = rootCaImport.trust(fingerprint256, replaceConfirmed);
  tell({ type: 'root-ca-trusted', rootCa, before });
  if (changes) await onChanged();
  return rootCa;
}
