import type { PairingRecord } from '../../shared/pairing.ts';
import { commonName, type TrustedRootCa } from '../../shared/root-ca.ts';

/** The one that ends first, if there is any. */
export const firstToEnd = (rootCas: readonly TrustedRootCa[]): TrustedRootCa | undefined =>
  rootCas.toSorted((a, b) => a.root.validTo.localeCompare(b.root.validTo))[0];

/** The pairings that belong to a Root CA. */
export const pairingsUnder = (pairings: readonly PairingRecord[], fingerprint256: string): PairingRecord[] =>
  pairings.filter((pairing) => pairing.trustAnchorFingerprint256 === fingerprint256);

/** How many pairings belong to a Root CA. */
export const countUnder = (pairings: readonly PairingRecord[], fingerprint256: string): number =>
  pairingsUnder(pairings, fingerprint256).length;

/** What people call a trusted Root CA; undefined for one that is not trusted. */
export function nameOfRootCa(rootCas: readonly TrustedRootCa[], fingerprint256: string): string | undefined {
  const found = rootCas.find(({ root }) => root.fingerprint256 === fingerprint256);
  return found && commonName(found.root.subject);
}
