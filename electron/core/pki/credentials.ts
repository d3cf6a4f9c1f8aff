import { createPrivateKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { failure } from '../failure.ts';
import {
  describeKey,
  EKU_CLIENT_AUTH,
  isSelfSigned,
  parseCertificate,
  readExtensions,
  sameCertificate,
  summarize,
  toPem,
} from './certificate.ts';
import { type ChainResult, verifyChain } from './chain.ts';
import { clockLooksWrong } from './clock.ts';
import { findPemBlocks, textOrJsonStrings } from './pem.ts';

/** What a device issued to this POS, checked. Holds the private key: never leaves the main process. */
export interface Credentials {
  /** PKCS#8 PEM. */
  readonly privateKeyPem: string;
  /** The client certificate, then intermediates, as presented in the handshake. */
  readonly certificateChainPem: string;
  /** The CA the chain ends at: the trust anchor, or the one delivered with the certificate. */
  readonly issuerPem: string;
}

export interface CheckedCredentials {
  readonly credentials: Credentials;
  readonly clientCertificate: X509Certificate;
  readonly issuer: X509Certificate;
}

function readKey(text: string): KeyObject {
  const blocks = findPemBlocks(text).filter(({ label }) => label.endsWith('PRIVATE KEY'));
  const [block, ...others] = blocks;
  if (!block) throw failure('credentials-key-missing', 'the answer holds no private key block');
  if (others.length > 0) throw failure('credentials-several-keys', `${blocks.length} private key blocks`);
  try {
    return createPrivateKey(block.pem);
  } catch {
    // The library's message may quote its input, so it is not passed on.
    throw failure('answer-malformed', `the ${block.label} block is not a readable private key`);
  }
}

/** A client certificate with its CAs is a handful; each one more costs signature checks. */
const MOST_CERTIFICATES = 16;

function readCertificates(text: string): X509Certificate[] {
  const blocks = findPemBlocks(text).filter(({ label }) => label === 'CERTIFICATE');
  if (blocks.length > MOST_CERTIFICATES) throw failure('answer-malformed', `${blocks.length} certificates`);
  return blocks.map(({ pem }) => {
    const certificate = parseCertificate(pem);
    if (!certificate) throw failure('answer-malformed', 'a CERTIFICATE block is not a readable certificate');
    return certificate;
  });
}

/** The path to the trust anchor, or, failing that, to the topmost CA that was delivered along. */
function pathToIssuer(
  leaf: X509Certificate,
  delivered: readonly X509Certificate[],
  anchors: readonly X509Certificate[],
  intermediates: readonly X509Certificate[],
  now: number,
): ChainResult {
  const others = delivered.filter((certificate) => !sameCertificate(certificate, leaf));
  const attempt = (to: readonly X509Certificate[]) =>
    verifyChain({
      leaf,
      intermediates: [...others, ...intermediates],
      anchors: to,
      eku: EKU_CLIENT_AUTH,
      now,
    });
  const toAnchor = attempt(anchors);
  if (toAnchor.ok || toAnchor.problem !== 'issuer-unknown') return toAnchor;
  const deliveredCas = others.filter((certificate) => readExtensions(certificate).isCa);
  const roots = deliveredCas.filter(isSelfSigned);
  const toRoot = attempt(roots);
  return toRoot.ok || toRoot.problem !== 'issuer-unknown' ? toRoot : attempt(deliveredCas);
}

/**
 * Reads and checks the device's answer to a pairing request: PEM text, or JSON with PEM in its strings; blocks in
 * any order. Accepts exactly one private key (RSA >= 2048 bits or EC >= P-256; PKCS#1, PKCS#8 or SEC 1) and its
 * client certificate, in date, for clientAuth, leading to the trust anchor or to a CA delivered with it.
 * Throws {@link Failure} `answer-malformed` or `credentials-*`.
 *
 * @param now milliseconds since 1970
 * @param knownPast a moment that is surely over, for the clock hint
 */
export function readCredentials(
  answer: string,
  anchor: { readonly root: X509Certificate; readonly intermediates: readonly X509Certificate[] },
  now: number,
  knownPast: number,
): CheckedCredentials {
  const text = textOrJsonStrings(answer);
  if (text === undefined) throw failure('answer-malformed', 'the answer is broken JSON');
  if (findPemBlocks(text).length === 0) throw failure('answer-malformed', 'the answer holds no PEM block');
  const key = readKey(text);
  const delivered = readCertificates(text);
  const endEntities = delivered.filter((certificate) => !readExtensions(certificate).isCa);
  const leaf = endEntities.find((certificate) => certificate.checkPrivateKey(key));
  if (!leaf) {
    if (endEntities.length === 0) {
      throw failure(
        'credentials-certificate-missing',
        `${delivered.length} CA certificates, no client certificate`,
      );
    }
    throw failure('credentials-key-mismatch', endEntities.map((c) => summarize(c).subject).join('; '));
  }
  const strength = describeKey(key);
  if (!strength.strong)
    throw failure('credentials-weak-key', strength.name, { params: { key: strength.name } });

  const chain = pathToIssuer(leaf, delivered, [anchor.root], anchor.intermediates, now);
  if (!chain.ok) {
    const { subject, issuer, validFrom, validTo } = summarize(chain.certificate);
    throw failure(
      `credentials-${chain.problem}`,
      `${subject}, issued by ${issuer}, valid ${validFrom} to ${validTo}`,
      chain.problem === 'expired' || chain.problem === 'not-yet-valid'
        ? {
            params: { date: chain.problem === 'expired' ? validTo : validFrom },
            clockSuspect: clockLooksWrong(now, knownPast, Date.parse(anchor.root.validTo)),
          }
        : {},
    );
  }
  const issuer = chain.path[chain.path.length - 1] ?? leaf;
  return {
    credentials: {
      privateKeyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      certificateChainPem: chain.path.slice(0, -1).map(toPem).join(''),
      issuerPem: toPem(issuer),
    },
    clientCertificate: leaf,
    issuer,
  };
}
