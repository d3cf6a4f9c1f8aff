import { createPublicKey, type KeyObject, sign, verify, type X509Certificate } from 'node:crypto';
import { createSecureContext } from 'node:tls';
import type { CredentialNote } from '../../../shared/pairing.ts';
import { failure } from '../failure.ts';
import {
  describeKey,
  EKU_CLIENT_AUTH,
  isSelfSigned,
  isSignedBy,
  readExtensions,
  sameCertificate,
  summarize,
  toPem,
  validityAt,
  weakSignatureDigest,
} from './certificate.ts';
import { verifyChain } from './chain.ts';
import { findKeyMaterial, type KeyMaterial } from './key-material.ts';
import type { RootCa } from './root-ca.ts';

/** What a device issued to this POS, checked. Holds the private key: never leaves the main process. */
export interface Credentials {
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** The client certificate, then every delivered intermediate, as presented in the handshake. */
  readonly certificateChainPem: string;
  /** The top of what is known of the chain: a root, a delivered CA, or the client certificate itself. */
  readonly issuerPem: string;
}

export interface CheckedCredentials {
  readonly credentials: Credentials;
  readonly clientCertificate: X509Certificate;
  readonly issuer: X509Certificate;
  /** What is odd about them but for the device to judge. */
  readonly notes: readonly CredentialNote[];
}

/** A client certificate with its CAs is a handful; each one more costs signature checks. */
const MOST_CERTIFICATES = 16;
const EKU_ANY = '2.5.29.37.0';
/** Larger keys are not tried out: one signature would take seconds. */
const LARGEST_TRIED_BITS = 8192;

function isFor(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.checkPrivateKey(key);
  } catch {
    return false;
  }
}

/** The comparison of public parts says nothing about the private one, which a damaged answer may have ruined. */
function canSign(key: KeyObject): boolean {
  // Of RSA alone: see describeKey.
  const isRsa = key.asymmetricKeyType?.startsWith('rsa') ?? false;
  if (isRsa && (key.asymmetricKeyDetails?.modulusLength ?? 0) > LARGEST_TRIED_BITS) return true;
  try {
    const sample = Buffer.from('sample');
    return verify('sha256', sample, createPublicKey(key), sign('sha256', sample, key));
  } catch {
    return false;
  }
}

const isCa = (certificate: X509Certificate): boolean => readExtensions(certificate).isCa;

/** The certificate for the key: an end entity rather than a CA, one in date rather than another, the latest. */
function leafFor(
  key: KeyObject,
  certificates: readonly X509Certificate[],
  now: number,
): X509Certificate | undefined {
  const rank = (certificate: X509Certificate) => [
    isCa(certificate) ? 0 : 1,
    validityAt(certificate, now) === 'valid' ? 1 : 0,
    Date.parse(certificate.validTo),
  ];
  const [best] = certificates
    .filter((certificate) => isFor(certificate, key))
    .map((certificate) => ({ certificate, rank: rank(certificate) }))
    .sort(
      (a, b) => b.rank.map((value, at) => value - (a.rank[at] ?? 0)).find((difference) => difference) ?? 0,
    );
  return best?.certificate;
}

/**
 * How much of the credentials an answer that comes in several messages holds so far: `usable` is a key with its
 * certificate, to which further CAs may follow; nothing that follows can change `complete`.
 */
export function progressOf(answer: string): 'nothing' | 'part' | 'usable' | 'complete' {
  const { keys, certificates, encryptedKeys, unreadableKeys, unreadableCertificates } =
    findKeyMaterial(answer);
  const [key, ...otherKeys] = keys;
  if (otherKeys.length > 0) return 'complete';
  if (!key) {
    if (encryptedKeys > 0) return 'complete';
    return certificates.length + unreadableKeys + unreadableCertificates > 0 ? 'part' : 'nothing';
  }
  const leaf = certificates.find((certificate) => isFor(certificate, key));
  if (!leaf) return 'part';
  const seen = new Set<string>();
  for (let top: X509Certificate | undefined = leaf; top && !seen.has(top.fingerprint256); ) {
    if (top.subject === top.issuer) return 'complete';
    seen.add(top.fingerprint256);
    const { issuer }: X509Certificate = top;
    top = certificates.find(({ subject }) => subject === issuer);
  }
  return 'usable';
}

function requireKey({ keys, encryptedKeys, unreadableKeys, wellFormed, ...rest }: KeyMaterial): KeyObject {
  const [key, ...others] = keys;
  if (others.length > 0) throw failure('credentials-several-keys', `${keys.length} different private keys`);
  if (key) return key;
  if (encryptedKeys > 0) throw failure('credentials-key-encrypted', 'the private key needs a password');
  if (unreadableKeys > 0) throw failure('answer-malformed', 'the private key is not readable');
  if (!wellFormed) throw failure('answer-malformed', 'the answer is broken JSON');
  const certificates = rest.certificates.length + rest.unreadableCertificates;
  if (certificates === 0)
    throw failure('answer-malformed', 'the answer holds neither a key nor a certificate');
  throw failure('credentials-key-missing', `${certificates} certificates, no private key`);
}

function requireLeaf(
  key: KeyObject,
  { certificates, unreadableCertificates, wellFormed }: KeyMaterial,
  now: number,
): X509Certificate {
  const leaf = leafFor(key, certificates, now);
  if (leaf && canSign(key)) return leaf;
  if (leaf) throw failure('credentials-key-mismatch', 'the private key is damaged');
  if (!wellFormed) throw failure('answer-malformed', 'the answer is broken JSON');
  if (unreadableCertificates > 0)
    throw failure('answer-malformed', `${unreadableCertificates} certificates are not readable`);
  const endEntities = certificates.filter((certificate) => !isCa(certificate));
  if (endEntities.length === 0) {
    throw failure(
      'credentials-certificate-missing',
      `${certificates.length} CA certificates, no client certificate`,
    );
  }
  throw failure('credentials-key-mismatch', endEntities.map((c) => summarize(c).subject).join('; '));
}

/** By name and key identifier; says nothing of the signature. */
function namesAsIssuer(certificate: X509Certificate, issuer: X509Certificate): boolean {
  try {
    return certificate.checkIssued(issuer);
  } catch {
    return false;
  }
}

/**
 * From the leaf up to the trust anchor or to a delivered root, or else as far as it goes. Dates decide nothing here:
 * they are only a preference among certificates of the same name and key.
 */
function issuingPath(
  leaf: X509Certificate,
  delivered: readonly X509Certificate[],
  anchor: RootCa,
  now: number,
): readonly X509Certificate[] {
  const known = [...delivered, ...anchor.intermediates];
  for (const anchors of [[anchor.root], delivered.filter(isSelfSigned)]) {
    const checked = verifyChain({ leaf, intermediates: known, anchors, now });
    if (checked.ok) return checked.path;
  }
  const candidates = [anchor.root, ...known].sort(
    (a, b) => Number(validityAt(b, now) === 'valid') - Number(validityAt(a, now) === 'valid'),
  );
  const path = [leaf];
  for (let top: X509Certificate | undefined = leaf; top && !isSelfSigned(top); ) {
    const below: X509Certificate = top;
    top = candidates.find(
      (candidate) =>
        !path.some((seen) => sameCertificate(seen, candidate)) &&
        namesAsIssuer(below, candidate) &&
        isSignedBy(below, candidate),
    );
    if (top) path.push(top);
  }
  return path;
}

/** What the TLS library can present. One odd CA certificate that it rejects must not take the others with it. */
function presentable(chain: readonly X509Certificate[]): readonly X509Certificate[] {
  const loads = (certificates: readonly X509Certificate[]): boolean => {
    try {
      createSecureContext({ cert: certificates.map(toPem).join('') });
      return true;
    } catch {
      return false;
    }
  };
  if (loads(chain)) return chain;
  const [leaf, ...others] = chain;
  return leaf ? [leaf, ...others.filter((other) => loads([leaf, other]))] : [];
}

function notesOn(
  path: readonly X509Certificate[],
  delivered: readonly X509Certificate[],
  now: number,
): CredentialNote[] {
  const notes: CredentialNote[] = [];
  const [leaf, issuer] = path;
  if (!leaf) return notes;
  if (!issuer && !isSelfSigned(leaf)) {
    const named = delivered.some((certificate) => namesAsIssuer(leaf, certificate));
    notes.push(named ? { code: 'signature' } : { code: 'issuer-unknown' });
  }
  const { extendedKeyUsages } = readExtensions(leaf);
  if (extendedKeyUsages && ![EKU_CLIENT_AUTH, EKU_ANY].some((usage) => extendedKeyUsages.includes(usage)))
    notes.push({ code: 'purpose' });
  for (const certificate of path) {
    const { validFrom, validTo } = summarize(certificate);
    const validity = validityAt(certificate, now);
    if (validity === 'expired') notes.push({ code: 'expired', date: validTo });
    else if (validity === 'not-yet-valid')
      notes.push({ code: 'not-yet-valid', date: validFrom, aheadMs: Date.parse(validFrom) - now });
    if (validity !== 'valid') break;
  }
  // Nobody relies on the signature a root has made for itself.
  const weak = path
    .filter((certificate) => !isSelfSigned(certificate))
    .map(weakSignatureDigest)
    .find(Boolean);
  if (weak) notes.push({ code: 'signature', digest: weak });
  return notes;
}

/**
 * Reads a device's answer to a pairing request: PEM or DER, plain or in JSON, blocks in any order. The device issues
 * and the device judges: refused is only what could not work or would harm this register, that is no key, two
 * different keys, no certificate for the key, a weak key (below RSA 2048 bits or EC P-256). Whatever else is odd
 * becomes a note, and the proof decides.
 * Throws {@link Failure} `answer-malformed` or `credentials-*`.
 *
 * @param now milliseconds since 1970
 */
export function readCredentials(answer: string, anchor: RootCa, now: number): CheckedCredentials {
  const material = findKeyMaterial(answer);
  const key = requireKey(material);
  const strength = describeKey(key);
  const leaf = requireLeaf(key, material, now);
  if (!strength.strong)
    throw failure('credentials-weak-key', strength.name, { params: { key: strength.name } });

  const delivered = material.certificates
    .filter((certificate) => !sameCertificate(certificate, leaf))
    .slice(0, MOST_CERTIFICATES);
  const path = issuingPath(leaf, delivered, anchor, now);
  const intermediates = path.slice(1).filter((certificate) => !isSelfSigned(certificate));
  // A device that asks by the name of its root finds no match without them (RFC 5246 section 7.4.6), and may know
  // nothing below the root. Those that lead nowhere as far as is known come last.
  const others = delivered.filter(
    (certificate) =>
      isCa(certificate) &&
      !isSelfSigned(certificate) &&
      !intermediates.some((known) => sameCertificate(known, certificate)),
  );
  const issuer = path[path.length - 1] ?? leaf;
  return {
    credentials: {
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificateChainPem: presentable([leaf, ...intermediates, ...others])
        .map(toPem)
        .join(''),
      issuerPem: toPem(issuer),
    },
    clientCertificate: leaf,
    issuer,
    notes: [
      ...(material.wellFormed && !material.endsInBlock ? [] : [{ code: 'incomplete' as const }]),
      ...notesOn(path, delivered, now),
    ],
  };
}
