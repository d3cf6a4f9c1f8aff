import type { X509Certificate } from 'node:crypto';
import {
  describeKey,
  isSelfSigned,
  isSignedBy,
  parseCertificate,
  readExtensions,
  summarize,
} from '../pki/certificate.ts';
import type { RootCa } from '../pki/root-ca.ts';
import type { TrustAnchorDocument } from './schema.ts';

export interface StoredRootCa extends RootCa {
  /** ISO 8601. */
  readonly trustedAt: string;
  /** Trusted by the organisation's policy, and kept there, not here. */
  readonly managed?: boolean;
}

/** What the import asks of each certificate, but for the dates: one that has expired since is no damaged one. */
function isSoundCa(certificate: X509Certificate): boolean {
  // Also throws when a date or the key cannot be read.
  summarize(certificate);
  const { isCa, mayCertSign } = readExtensions(certificate);
  return isCa && mayCertSign !== false && describeKey(certificate.publicKey).strong;
}

/** Whether the signatures of all intermediates lead to the root. */
function allLeadTo(root: X509Certificate, intermediates: readonly X509Certificate[]): boolean {
  const sound = [root];
  let open = [...intermediates];
  for (let before = -1; open.length !== before; ) {
    before = open.length;
    open = open.filter((certificate) => {
      const isSigned = sound.some(
        (issuer) => certificate.checkIssued(issuer) && isSignedBy(certificate, issuer),
      );
      if (isSigned) sound.push(certificate);
      return !isSigned;
    });
  }
  return open.length === 0;
}

/**
 * The Root CA of a stored document, verified like an imported one, since a disk can lose a bit; undefined when it is
 * not what was trusted.
 */
export function readStoredRootCa(document: TrustAnchorDocument): StoredRootCa | undefined {
  const { rootPem, intermediatesPem, fingerprint256, trustedAt } = document;
  try {
    const root = parseCertificate(rootPem);
    if (!root || !isSoundCa(root) || !isSelfSigned(root)) return undefined;
    // Documents of older versions have none.
    if (fingerprint256 !== undefined && fingerprint256 !== root.fingerprint256) return undefined;
    const intermediates: X509Certificate[] = [];
    for (const pem of intermediatesPem) {
      const certificate = parseCertificate(pem);
      if (!certificate || !isSoundCa(certificate)) return undefined;
      intermediates.push(certificate);
    }
    return allLeadTo(root, intermediates) ? { root, intermediates, trustedAt } : undefined;
  } catch {
    return undefined;
  }
}
