import type { X509Certificate } from 'node:crypto';
import { CERTIFICATE_FILE_LIMIT, type LeftOutCertificate } from '../../../shared/root-ca.ts';
import { type Failure, failure } from '../failure.ts';
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

export interface RootCaFile {
  /** The Root CAs in the file, at least one, in its order. */
  readonly candidates: readonly [RootCa, ...RootCa[]];
  readonly leftOut: readonly LeftOutCertificate[];
}

/** Text in UTF-8, or in UTF-16 by its byte order mark, as some Windows programs save it. */
function decode(bytes: Uint8Array): string {
  const mark = ((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0);
  const encoding = mark === 0xfffe ? 'utf-16le' : mark === 0xfeff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

interface Certificates {
  readonly readable: readonly X509Certificate[];
  readonly unreadable: number;
}

function readCertificates(bytes: Uint8Array): Certificates {
  const der = parseCertificate(bytes);
  const text = textOrJsonStrings(decode(bytes)) ?? '';
  const blocks = findPemBlocks(text);
  if (blocks.some(({ label }) => label.endsWith('PRIVATE KEY'))) throw failure('root-ca-has-private-key');
  // X509Certificate reads the first PEM block by itself, so PEM must be tried before DER.
  const pems = blocks.filter(({ label }) => label === 'CERTIFICATE' || label === 'X509 CERTIFICATE');
  if (pems.length === 0 && der) return { readable: [der], unreadable: 0 };
  const parsed = pems.map(({ pem }) => parseCertificate(pem.replaceAll('X509 CERTIFICATE', 'CERTIFICATE')));
  const readable = parsed.filter((certificate) => certificate !== undefined);
  if (readable.length === 0)
    throw failure('root-ca-unreadable', `${bytes.length} bytes, ${pems.length} PEM blocks, no certificate`);
  return {
    readable: readable.filter(
      (certificate, index) => !readable.slice(0, index).some((other) => sameCertificate(other, certificate)),
    ),
    unreadable: parsed.length - readable.length,
  };
}

/** Anything but a CA certificate with a strong key and a good signature does not belong into such a file. */
function requireCa(certificate: X509Certificate): void {
  const { subject, key } = summarize(certificate);
  const { isCa, mayCertSign } = readExtensions(certificate);
  if (!isCa)
    throw failure('root-ca-not-ca', `${subject}: basicConstraints does not say CA`, { params: { subject } });
  if (mayCertSign === false)
    throw failure('root-ca-not-ca', `${subject}: keyUsage lacks keyCertSign`, { params: { subject } });
  if (!describeKey(certificate.publicKey).strong)
    throw failure('root-ca-weak', `${subject}: ${key}`, { params: { key } });
  if (certificate.subject === certificate.issuer && !isSelfSigned(certificate))
    throw failure('root-ca-bad-signature', subject);
}

function outOfDate(certificate: X509Certificate, now: number, knownPast: number): Failure {
  const { subject, validFrom, validTo } = summarize(certificate);
  const isExpired = validityAt(certificate, now) === 'expired';
  return failure(
    isExpired ? 'root-ca-expired' : 'root-ca-not-yet-valid',
    `${subject}: valid ${validFrom} to ${validTo}`,
    { params: { date: isExpired ? validTo : validFrom }, clockSuspect: clockLooksWrong(now, knownPast) },
  );
}

/** A CA certificate of another tree helps nobody, and the TLS library is not given it. */
const leadsTo = (
  root: X509Certificate,
  leaf: X509Certificate,
  intermediates: readonly X509Certificate[],
  now: number,
) => verifyChain({ leaf, intermediates, anchors: [root], now }).ok;

/**
 * Reads the Root CAs in a file that the merchant downloaded: PEM (one or several) in UTF-8 or UTF-16, DER, or the
 * vendor's REST answer `{"certificateChain":"-----BEGIN CERTIFICATE-----…"}`. Each is self-signed and in date, and
 * nothing but CA certificates with strong keys and good signatures is accepted. Certificates beside a good root
 * that are out of date or cannot be read are left out and told. Throws {@link Failure} `root-ca-*`.
 *
 * @param now milliseconds since 1970
 * @param knownPast a moment that is surely over (build time), for the clock hint
 */
export function readRootCas(bytes: Uint8Array, now: number, knownPast: number): RootCaFile {
  if (bytes.length > CERTIFICATE_FILE_LIMIT) throw failure('root-ca-too-large', `${bytes.length} bytes`);
  const { readable, unreadable } = readCertificates(bytes);
  readable.forEach(requireCa);
  const inDate = readable.filter((certificate) => validityAt(certificate, now) === 'valid');
  const [root, ...otherRoots] = inDate.filter(isSelfSigned);
  if (!root) {
    const lapsed = readable.find((certificate) => isSelfSigned(certificate)) ?? readable[0];
    if (lapsed && !inDate.includes(lapsed)) throw outOfDate(lapsed, now, knownPast);
    throw failure(
      'root-ca-no-root',
      readable.map((certificate) => summarize(certificate).subject).join('; '),
    );
  }
  const others = inDate.filter((certificate) => !isSelfSigned(certificate));
  const withIntermediates = (anchor: X509Certificate): RootCa => ({
    root: anchor,
    intermediates: others.filter((certificate) => leadsTo(anchor, certificate, others, now)),
  });
  const leftOut = readable.flatMap((certificate): LeftOutCertificate[] => {
    const validity = validityAt(certificate, now);
    return validity === 'valid' ? [] : [{ subject: summarize(certificate).subject, problem: validity }];
  });
  return {
    candidates: [withIntermediates(root), ...otherRoots.map(withIntermediates)],
    leftOut: [
      ...leftOut,
      ...Array.from({ length: unreadable }, () => ({ subject: '', problem: 'unreadable' as const })),
    ],
  };
}
