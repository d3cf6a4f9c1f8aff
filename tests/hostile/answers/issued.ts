import { createHash, generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { ErrorCode } from '../../../shared/errors.ts';
import type { KeyPair } from '../../simulator/keys.ts';
import {
  authority,
  basicConstraints,
  device,
  ecKey,
  edKey,
  eku,
  inDays,
  type Party,
  pemOf,
  rsaKey,
  strangeSpki,
  validity,
} from '../certificates.ts';
import { sequence } from '../der.ts';

/** What a device issues, rightly or wrongly: the parts that answers are made of. */

const CLIENT_ROOT = authority({ subject: 'Device CA', key: ecKey('client root') });
const CLIENT_ISSUING = authority({
  subject: 'Device Issuing CA',
  key: ecKey('client issuing'),
  issuer: CLIENT_ROOT,
});

type Odd = Partial<Parameters<typeof device>[0]>;
/** A register's certificate. */
const register = (key: KeyPair, odd: Odd = {}): Party =>
  device({ subject: '123', key, issuer: CLIENT_ISSUING, san: null, eku: eku(['clientAuth']), ...odd });

const posKey = () => rsaKey('pos');
const pem = (...parties: readonly Party[]): string => parties.map(({ der }) => pemOf(der)).join('');
const pkcs1 = (key: KeyObject): string => key.export({ type: 'pkcs1', format: 'pem' }).toString();
const pkcs8 = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' }).toString();
const sec1 = (key: KeyObject): string => key.export({ type: 'sec1', format: 'pem' }).toString();
const block = (label: string, base64: string): string =>
  `-----BEGIN ${label}-----\n${base64}\n-----END ${label}-----\n`;
const relabelled = (text: string, from: string, to: string): string =>
  text.replaceAll(`${from}-----`, `${to}-----`);

/** A PKCS#1 key whose private exponent was changed on the way; its public part still fits. */
function damaged(key: KeyObject): string {
  const jwk = key.export({ format: 'jwk' });
  const d = Buffer.from(jwk.d ?? '', 'base64url');
  const der = key.export({ type: 'pkcs1', format: 'der' });
  // One exponent in 256 is a byte shorter than the modulus.
  const at = der.indexOf(d) + Math.floor(d.length / 2);
  der[at] = (der[at] ?? 0) ^ 1;
  // Signatures are made with the other parts; they are spoilt in the same way.
  for (const part of [jwk.dp, jwk.dq]) {
    const spoilt = der.indexOf(Buffer.from(part ?? '', 'base64url')) + 9;
    der[spoilt] = (der[spoilt] ?? 0) ^ 1;
  }
  return block('RSA PRIVATE KEY', der.toString('base64'));
}

/** What becomes of an answer: keys that are stored, or an entry of the catalogue. */
type AnswerVerdict = 'keys' | Extract<ErrorCode, 'answer-malformed' | `credentials-${string}`>;

export interface KeyPart {
  readonly name: string;
  readonly pem: () => string;
  /** The pair the certificate is made for. */
  readonly pair: () => KeyPair;
  /** What it comes to beside the right certificates, and, where that is something else, beside none. */
  readonly verdict: AnswerVerdict;
  readonly alone: AnswerVerdict;
  /** BoringSSL checks more of a key when it reads it. */
  readonly inBoringSsl?: AnswerVerdict;
}

const good = (name: string, pair: () => KeyPair, text: (key: KeyObject) => string): KeyPart => ({
  name,
  pem: () => text(pair().privateKey),
  pair,
  verdict: 'keys',
  alone: 'credentials-certificate-missing',
});
const weak = (name: string, pair: () => KeyPair): KeyPart => ({
  ...good(name, pair, pkcs8),
  verdict: 'credentials-weak-key',
});
const bad = (
  name: string,
  text: () => string,
  verdict: AnswerVerdict,
  alone: AnswerVerdict = verdict,
): KeyPart => ({
  name,
  pem: text,
  pair: posKey,
  verdict,
  alone,
});

export const KEY_PARTS: readonly KeyPart[] = [
  good('PKCS#1', posKey, pkcs1),
  good('PKCS#8', posKey, pkcs8),
  good('PKCS#1 under the label of PKCS#8', posKey, (key) =>
    relabelled(pkcs1(key), 'RSA PRIVATE KEY', 'PRIVATE KEY'),
  ),
  good('PKCS#8 under the label of an EC key', posKey, (key) =>
    relabelled(pkcs8(key), 'PRIVATE KEY', 'EC PRIVATE KEY'),
  ),
  good('the same twice, in two forms', posKey, (key) => pkcs1(key) + pkcs8(key)),
  good('with its public key', posKey, (key) => pkcs8(key) + block('PUBLIC KEY', 'MFkw')),
  good('RSA of 3072 bits', () => rsaKey('pos', 3072), pkcs1),
  good('EC on P-256, SEC 1', () => ecKey('pos'), sec1),
  good(
    'EC on P-256, its parameters before it',
    () => ecKey('pos'),
    (key) => block('EC PARAMETERS', 'BggqhkjOPQMBBw==') + sec1(key),
  ),
  good('EC on P-384, PKCS#8', () => ecKey('pos', 'secp384r1'), pkcs8),
  good('EC on P-521, PKCS#8', () => ecKey('pos', 'secp521r1'), pkcs8),
  weak('RSA of 1024 bits', () => rsaKey('pos', 1024)),
  weak('EC on P-224', () => ecKey('pos', 'secp224r1')),
  bad('none', () => '', 'credentials-key-missing', 'answer-malformed'),
  bad(
    'its public part only',
    () => posKey().publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    'credentials-key-missing',
    'answer-malformed',
  ),
  bad(
    'two different ones',
    () => pkcs1(posKey().privateKey) + pkcs8(ecKey('another').privateKey),
    'credentials-several-keys',
  ),
  bad(
    'with a password, PKCS#8',
    () =>
      posKey()
        .privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'secret' })
        .toString(),
    'credentials-key-encrypted',
  ),
  bad(
    'with a password, in the old form',
    () =>
      block(
        'RSA PRIVATE KEY',
        'Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00112233445566778899AABBCCDDEEFF\n\nAAAA',
      ),
    'credentials-key-encrypted',
  ),
  bad(
    'of another certificate',
    () => pkcs1(rsaKey('another').privateKey),
    'credentials-key-mismatch',
    'credentials-certificate-missing',
  ),
  {
    ...bad(
      'damaged, its public part whole',
      () => damaged(posKey().privateKey),
      'credentials-key-mismatch',
      'credentials-certificate-missing',
    ),
    inBoringSsl: 'answer-malformed',
  },
  bad('empty', () => block('PRIVATE KEY', ''), 'answer-malformed'),
  bad('no base64', () => block('RSA PRIVATE KEY', 'A'.repeat(99)), 'answer-malformed'),
  bad(
    'cut off in its block',
    () => block('RSA PRIVATE KEY', pkcs1(posKey().privateKey).split('\n').slice(1, 9).join('\n')),
    'answer-malformed',
  ),
  bad(
    'in the form of OpenSSH',
    () => block('OPENSSH PRIVATE KEY', 'b3BlbnNzaC1rZXktdjEAAAAA'),
    'answer-malformed',
  ),
  bad(
    'for key agreement only (X25519)',
    () => pkcs8(generateKeyPairSync('x25519').privateKey),
    'credentials-key-mismatch',
    'credentials-certificate-missing',
  ),
  bad(
    'Ed25519 for a certificate of RSA',
    () => pkcs8(edKey('pos').privateKey),
    'credentials-key-mismatch',
    'credentials-certificate-missing',
  ),
];

export interface CertificatePart {
  readonly name: string;
  /** For the register's key. */
  readonly pem: (key: KeyPair) => string;
  /** Beside a right key. */
  readonly verdict: AnswerVerdict;
  readonly notes?: readonly string[];
}

export const leafFor = (key: KeyPair): Party => leaves.get(key) ?? remember(key, register(key));
const leaves = new Map<KeyPair, Party>();
function remember(key: KeyPair, leaf: Party): Party {
  leaves.set(key, leaf);
  return leaf;
}

const odd = (name: string, change: Odd, ...notes: readonly string[]): CertificatePart => ({
  name,
  pem: (key) => pem(register(key, change), CLIENT_ISSUING, CLIENT_ROOT),
  verdict: 'keys',
  notes,
});
const fine = (
  name: string,
  text: (key: KeyPair) => string,
  ...notes: readonly string[]
): CertificatePart => ({
  name,
  pem: text,
  verdict: 'keys',
  notes,
});

export const RIGHT_CERTIFICATES: CertificatePart = fine('three: own, issuing CA, root', (key) =>
  pem(leafFor(key), CLIENT_ISSUING, CLIENT_ROOT),
);

export const CERTIFICATE_PARTS: readonly CertificatePart[] = [
  fine('root first', (key) => pem(CLIENT_ROOT, CLIENT_ISSUING, leafFor(key))),
  fine('without the root', (key) => pem(leafFor(key), CLIENT_ISSUING)),
  fine('the own one only', (key) => pem(leafFor(key)), 'issuer-unknown'),
  fine('each twice', (key) =>
    pem(leafFor(key), leafFor(key), CLIENT_ISSUING, CLIENT_ISSUING, CLIENT_ROOT, CLIENT_ROOT),
  ),
  fine(
    'forty CAs of strangers behind them',
    (key) =>
      pem(leafFor(key), CLIENT_ISSUING, CLIENT_ROOT) +
      Array.from({ length: 40 }, (_, at) =>
        pem(authority({ subject: `Other ${at}`, key: ecKey('other') })),
      ).join(''),
  ),
  fine('the certificate of another register as well', (key) =>
    pem(leafFor(key), register(ecKey('another')), CLIENT_ISSUING, CLIENT_ROOT),
  ),
  fine('under the older label', (key) =>
    pem(leafFor(key), CLIENT_ISSUING, CLIENT_ROOT).replaceAll('CERTIFICATE', 'X509 CERTIFICATE'),
  ),
  fine(
    'a request for a certificate beside them',
    (key) => pem(leafFor(key), CLIENT_ISSUING, CLIENT_ROOT) + block('CERTIFICATE REQUEST', 'MIIB'),
  ),
  fine(
    'an unreadable one beside them',
    (key) => pem(leafFor(key), CLIENT_ISSUING, CLIENT_ROOT) + block('CERTIFICATE', 'MIIBAAAA'),
  ),
  odd('an ended one', { valid: validity(inDays(-9), inDays(-1)) }, 'expired'),
  odd('one that begins tomorrow', { valid: validity(inDays(1), inDays(9)) }, 'not-yet-valid'),
  odd('one for servers', { eku: eku(['serverAuth']) }, 'purpose'),
  odd('one for any purpose', { eku: eku(['any']) }),
  odd('one without purposes', { eku: null }),
  odd('one that says it is a CA', { basicConstraints: basicConstraints(true) }),
  odd('one with a ruined signature', { corrupt: true }, 'signature'),
  odd('one without a subject', { subject: sequence() }),
  fine('one that is self-signed', (key) =>
    pem(device({ subject: '123', key, san: null, eku: eku(['clientAuth']) })),
  ),
  { name: 'none', pem: () => '', verdict: 'credentials-certificate-missing' },
  {
    name: 'CAs only',
    pem: () => pem(CLIENT_ISSUING, CLIENT_ROOT),
    verdict: 'credentials-certificate-missing',
  },
  {
    name: 'that of another register',
    pem: () => pem(register(ecKey('another')), CLIENT_ISSUING),
    verdict: 'credentials-key-mismatch',
  },
  { name: 'an unreadable one', pem: () => block('CERTIFICATE', 'MIIBAAAA'), verdict: 'answer-malformed' },
  {
    name: 'one for a key of a kind that nobody knows',
    pem: () => pem(device({ subject: '123', key: posKey(), issuer: CLIENT_ISSUING, spki: strangeSpki() })),
    verdict: 'answer-malformed',
  },
  {
    name: 'a request for one',
    pem: () => block('CERTIFICATE REQUEST', 'MIIB'),
    verdict: 'credentials-certificate-missing',
  },
  {
    name: 'in PKCS#7',
    pem: () => block('PKCS7', 'MIIBBgkqhkiG9w0BBwKggfgwgfUCAQExADALBgkqhkiG9w0BBwE='),
    verdict: 'credentials-certificate-missing',
  },
];

/** The right answer of most devices: key, own certificate, issuing CA, root. */
export const rightBlocks = (): readonly string[] => [
  pkcs1(posKey().privateKey),
  pem(leafFor(posKey())),
  pem(CLIENT_ISSUING),
  pem(CLIENT_ROOT),
];

/** SHA-256 as the app writes it. */
export const fingerprint = ({ der }: Party): string =>
  (createHash('sha256').update(der).digest('hex').toUpperCase().match(/../g) ?? []).join(':');

export const rightLeaf = (): Party => leafFor(posKey());
