import type { X509Certificate } from 'node:crypto';
import { isSignedBy, readExtensions, sameCertificate, validityAt } from './certificate.ts';

/** Why a leaf certificate does not lead to an anchor. */
type ChainProblem = 'issuer-unknown' | 'expired' | 'not-yet-valid' | 'purpose';

export type ChainResult =
  /** Leaf first, anchor last. */
  | { readonly ok: true; readonly path: readonly X509Certificate[] }
  | { readonly ok: false; readonly problem: ChainProblem; readonly certificate: X509Certificate };

/** Longest path that is tried, anchor included. */
const MAX_PATH = 8;

/** How many CA certificates of a path, leaf first, count for the path length of the next: none that is self-issued. */
const countedCas = ([, ...authorities]: readonly X509Certificate[]): number =>
  authorities.filter(({ subject, issuer }) => subject !== issuer).length;

function mayIssue(issuer: X509Certificate, subject: X509Certificate, caBelow: number): boolean {
  try {
    const { isCa, mayCertSign, pathLength } = readExtensions(issuer);
    return (
      isCa &&
      mayCertSign !== false &&
      (pathLength === undefined || caBelow <= pathLength) &&
      subject.checkIssued(issuer) &&
      isSignedBy(subject, issuer)
    );
  } catch {
    // A key or an extension this library cannot read proves nothing.
    return false;
  }
}

/**
 * @param deadEnds certificates that lead nowhere from a given depth. Without them, certificates that all issue
 *   each other would be tried in every order: whoever sends a dozen could stop the app for hours.
 */
function findPath(
  path: readonly X509Certificate[],
  candidates: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  deadEnds = new Set<string>(),
): readonly X509Certificate[] | undefined {
  const last = path[path.length - 1];
  if (!last) return undefined;
  if (anchors.some((anchor) => sameCertificate(anchor, last))) return path;
  if (path.length >= MAX_PATH) return undefined;
  const caBelow = countedCas(path);
  const here = `${path.length} ${caBelow} ${last.fingerprint256}`;
  if (deadEnds.has(here)) return undefined;
  // Anchors first: the shortest way to trust is the one to take.
  for (const issuer of [...anchors, ...candidates]) {
    if (path.some((seen) => sameCertificate(seen, issuer)) || !mayIssue(issuer, last, caBelow)) continue;
    const found = findPath([...path, issuer], candidates, anchors, deadEnds);
    if (found) return found;
  }
  deadEnds.add(here);
  return undefined;
}

/**
 * Builds and checks the certification path from `leaf` to one of `anchors` (RFC 5280 section 6, the parts that
 * matter here: signatures, CA flag, keyCertSign, path length, dates, extended key usage). The TLS library checks
 * device chains as well; this names the reason, and serves where no connection exists, for issued credentials.
 *
 * @param intermediates certificates that may help; they are not trusted by themselves
 * @param eku OID the leaf must allow when it has an extended key usage extension; left out: any use
 * @param now milliseconds since 1970
 */
export function verifyChain(options: {
  readonly leaf: X509Certificate;
  readonly intermediates: readonly X509Certificate[];
  readonly anchors: readonly X509Certificate[];
  readonly eku?: string;
  readonly now: number;
}): ChainResult {
  const { leaf, intermediates, anchors, eku, now } = options;
  const inDate = (certificate: X509Certificate) => validityAt(certificate, now) === 'valid';
  // A renewed CA certificate may come beside the one it replaces, with the same name and key.
  const path =
    findPath([leaf], intermediates.filter(inDate), anchors.filter(inDate)) ??
    findPath([leaf], intermediates, anchors);
  if (!path) return { ok: false, problem: 'issuer-unknown', certificate: leaf };
  for (const certificate of path) {
    const validity = validityAt(certificate, now);
    if (validity !== 'valid') return { ok: false, problem: validity, certificate };
  }
  const usages = readExtensions(leaf).extendedKeyUsages;
  if (eku !== undefined && usages && !usages.includes(eku))
    return { ok: false, problem: 'purpose', certificate: leaf };
  return { ok: true, path };
}
