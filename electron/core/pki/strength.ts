import type { X509Certificate } from 'node:crypto';
import { describeKey, readSignatureAlgorithm } from './certificate.ts';

const RSA_PSS = '1.2.840.113549.1.1.10';

/** Signature algorithms with a digest of the SHA-2 family, and Ed25519 (RFC 4055, 5758, 8410). */
const STRONG_SIGNATURES = new Set([
  '1.2.840.113549.1.1.11', // RSA with SHA-256
  '1.2.840.113549.1.1.12', // RSA with SHA-384
  '1.2.840.113549.1.1.13', // RSA with SHA-512
  '1.2.840.10045.4.3.2', // ECDSA with SHA-256
  '1.2.840.10045.4.3.3', // ECDSA with SHA-384
  '1.2.840.10045.4.3.4', // ECDSA with SHA-512
  '1.3.101.112', // Ed25519
]);

/** SHA-256, SHA-384 and SHA-512 as parameters of RSA-PSS (RFC 4055 section 2.1). */
const STRONG_DIGESTS = new Set([
  '2.16.840.1.101.3.4.2.1',
  '2.16.840.1.101.3.4.2.2',
  '2.16.840.1.101.3.4.2.3',
]);

const WEAK_NAMES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.3.14.3.2.29': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
  '1.2.840.10040.4.3': 'DSA, SHA-1',
  '1.3.14.3.2.26': 'SHA-1',
  '1.2.840.113549.2.5': 'MD5',
};

function weakSignature(certificate: X509Certificate): string | undefined {
  const { oid, pssDigest } = readSignatureAlgorithm(certificate);
  const [judged, strong] = oid === RSA_PSS ? [pssDigest, STRONG_DIGESTS] : [oid, STRONG_SIGNATURES];
  return strong.has(judged) ? undefined : (WEAK_NAMES[judged] ?? judged);
}

export interface Weakness {
  readonly certificate: X509Certificate;
  /** The weak part, such as `RSA 1024` or `SHA-1`. */
  readonly reason: string;
}

/**
 * The first certificate of a path that could be forged: a key below {@link describeKey}'s floor, or, below the
 * root, a signature with a broken digest. The root's own signature proves nothing and is not looked at.
 *
 * @param path leaf first, root last
 */
export function findWeakness(path: readonly X509Certificate[]): Weakness | undefined {
  for (const [index, certificate] of path.entries()) {
    const key = describeKey(certificate.publicKey);
    if (!key.strong) return { certificate, reason: key.name };
    const reason = index < path.length - 1 ? weakSignature(certificate) : undefined;
    if (reason) return { certificate, reason };
  }
  return undefined;
}
