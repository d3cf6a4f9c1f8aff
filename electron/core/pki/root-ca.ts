import type { X509Certificate } from 'node:crypto';
import { CERTIFICATE_FILE_LIMIT } from '../../../shared/root-ca.ts';
import { failure } from '../failure.ts';
import {
  describeKey,
  isSelfSigned,
  parseCertificate,
  readExtensions,
  sameCertificate,
  summarize,
  validityAt,
} from './certificate.ts';
import { verifyChain } from './chain.ts';
import { clockLooksWrong } from './clock.ts';
import { findPemBlocks, textOrJsonStrings } from './pem.ts';

/** The merchant's Root CA with the CA certificates that came with it. */
export interface RootCa {
  readonly root: X509Certificate;
  readonly intermediates: readonly X509Certificate[];
}

function readCertificates(bytes: Uint8Array): X509Certificate[] {
  const der = parseCertificate(bytes);
  const text = textOrJsonStrings(new TextDecoder().decode(bytes)) ?? '';
  const blocks = findPemBlocks(text);
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) throw failure('root-ca-has-private-key');
  // X509Certificate reads the first PEM block by itself, so PEM must be tried before DER.
  const pems = blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  if (pems.length === 0) {
    if (der) return [der];
    throw failure('root-ca-unreadable', `${bytes.length} bytes, no certificate found`);
  }
  const found: X509Certificate[] = [];
  for (const { pem } of pems) {
    const certificate = parseCertificate(pem.replaceAll('X509 CERTIFICATE', 'CERTIFICATE'));
    if (!certificate) throw failure('root-ca-unreadable', 'a PEM block is not a readable certificate');
    if (!found.some((other) => sameCertificate(other, certificate))) found.push(certificate);
  }
  return found;
}

/** A CA certificate of another tree helps nobody, and the TLS library is not given it. */
const leadsTo = (
  root: X509Certificate,
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  now: number,
) => verifyChain({ leaf, intermediates, anchors: [root], now }).ok;

/**
 * Reads the Root CA the merchant downloaded: PEM (one or several), DER, or the vendor's REST answer
 * `{"certificateChain":"-----BEGIN CERTIFICATE-----…"}`. Exactly one self-signed root is accepted, and nothing
 * but CA certificates in date with strong keys and good signatures. Throws {@link Failure} `root-ca-*`.
 *
 * @param now milliseconds since 1970
 * @param knownPast a moment that is surely over (build time), for the clock hint
 */
export function readRootCa(bytes: Uint8Array, now: number, knownPast: number): RootCa {
  if (bytes.length > CERTIFICATE_FILE_LIMIT) throw failure('root-ca-too-large', `${bytes.length} bytes`);
  const certificates = readCertificates(bytes);
  for (const certificate of certificates) {
    const { subject, key, validFrom, validTo } = summarize(certificate);
    const { isCa, mayCertSign } = readExtensions(certificate);
    if (!isCa)
      throw failure('root-ca-not-ca', `${subject}: basicConstraints does not say CA`, {
        params: { subject },
      });
    if (mayCertSign === false) {
      throw failure('root-ca-not-ca', `${subject}: keyUsage lacks keyCertSign`, { params: { subject } });
    }
    const validity = validityAt(certificate, now);
    if (validity !== 'valid') {
      throw failure(`root-ca-${validity}`, `${subject}: valid ${validFrom} to ${validTo}`, {
        params: { date: validity === 'expired' ? validTo : validFrom },
        clockSuspect: clockLooksWrong(now, knownPast),
      });
    }
    if (!describeKey(certificate.publicKey).strong)
      throw failure('root-ca-weak', `${subject}: ${key}`, { params: { key } });
    if (certificate.subject === certificate.issuer && !isSelfSigned(certificate)) {
      throw failure('root-ca-bad-signature', subject);
    }
  }
  const [root, ...otherRoots] = certificates.filter(isSelfSigned);
  if (!root) throw failure('root-ca-no-root', certificates.map((c) => summarize(c).subject).join('; '));
  if (otherRoots.length > 0) {
    throw failure('root-ca-several-roots', [root, ...otherRoots].map((c) => summarize(c).subject).join('; '));
  }
  const others = certificates.filter((certificate) => certificate !== root);
  return { root, intermediates: others.filter((certificate) => leadsTo(root, certificate, others, now)) };
}
