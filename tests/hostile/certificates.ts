import { constants, createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import type { KeyPair } from '../simulator/keys.ts';
import {
  bitString,
  boolean,
  contentOf,
  type Der,
  elementsOf,
  integer,
  nothing,
  octetString,
  oid,
  primitive,
  sequence,
  set,
  tlv,
  utf8String,
  wrapped,
} from './der.ts';

/** Certificates of any content, right or wrong (RFC 5280): each part can be replaced by what it should not be. */

const DAY_MS = 86_400_000;

/** A certificate with what is needed to issue others. */
export interface Party {
  readonly der: Der;
  readonly subject: Der;
  readonly key: KeyPair;
}

const ring = new Map<string, KeyPair>();

/** The same key for the same label: making them is what would take the time. */
function keyFor(label: string, make: () => KeyPair): KeyPair {
  const known = ring.get(label) ?? make();
  ring.set(label, known);
  return known;
}

export const ecKey = (label: string, curve = 'prime256v1'): KeyPair =>
  keyFor(`${curve} ${label}`, () => generateKeyPairSync('ec', { namedCurve: curve }));
export const rsaKey = (label: string, bits = 2048, publicExponent = 65_537): KeyPair =>
  keyFor(`rsa ${bits} ${publicExponent} ${label}`, () =>
    generateKeyPairSync('rsa', { modulusLength: bits, publicExponent }),
  );
export const edKey = (label: string, type: 'ed25519' | 'ed448' = 'ed25519'): KeyPair =>
  keyFor(`${type} ${label}`, () =>
    type === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ed448'),
  );
export const dsaKey = (label: string): KeyPair =>
  keyFor(`dsa ${label}`, () => generateKeyPairSync('dsa', { modulusLength: 2048, divisorLength: 256 }));
/** A key that says of itself that it is for RSA-PSS only (RFC 4055 section 1.2). */
export const pssKey = (label: string): KeyPair =>
  keyFor(`rsa-pss ${label}`, () =>
    generateKeyPairSync('rsa-pss', {
      modulusLength: 2048,
      hashAlgorithm: 'sha256',
      mgf1HashAlgorithm: 'sha256',
    }),
  );

export const named = (commonName: string, more: readonly Der[] = []): Der =>
  sequence(...more, set(attribute('2.5.4.3', utf8String(commonName))));
export const attribute = (type: string, value: Der): Der => sequence(oid(type), value);

export const utcTime = (text: string): Der => tlv(0x17, text);
export const generalizedTime = (text: string): Der => tlv(0x18, text);
/** RFC 5280 section 4.1.2.5: UTCTime up to 2049. */
export function time(at: Date): Der {
  const digits = at.toISOString().replace(/\D/g, '').slice(0, 14);
  return at.getUTCFullYear() < 2050 ? utcTime(`${digits.slice(2)}Z`) : generalizedTime(`${digits}Z`);
}
export const inDays = (days: number): Date => new Date(Date.now() + days * DAY_MS);
export const validity = (from: Date | Der, to: Date | Der): Der =>
  sequence(from instanceof Date ? time(from) : from, to instanceof Date ? time(to) : to);

export const extension = (type: string, value: Uint8Array, critical = false): Der =>
  sequence(oid(type), ...(critical ? [boolean(0xff)] : []), octetString(value));

export const EXT = {
  ski: '2.5.29.14',
  keyUsage: '2.5.29.15',
  san: '2.5.29.17',
  issuerAltName: '2.5.29.18',
  basicConstraints: '2.5.29.19',
  nameConstraints: '2.5.29.30',
  policies: '2.5.29.32',
  policyMappings: '2.5.29.33',
  aki: '2.5.29.35',
  policyConstraints: '2.5.29.36',
  eku: '2.5.29.37',
  inhibitAnyPolicy: '2.5.29.54',
  aia: '1.3.6.1.5.5.7.1.1',
  crlPoints: '2.5.29.31',
  netscapeType: '2.16.840.1.113730.1.1',
  tlsFeature: '1.3.6.1.5.5.7.1.24',
  sct: '1.3.6.1.4.1.11129.2.4.2',
  ctPoison: '1.3.6.1.4.1.11129.2.4.3',
  /** Of an arc for examples; nobody knows it. */
  unknown: '2.999.1',
} as const;

export function basicConstraints(ca: boolean, pathLength?: Der, critical = true): Der {
  const parts = [...(ca ? [boolean(0xff)] : []), ...(pathLength ? [pathLength] : [])];
  return extension(EXT.basicConstraints, sequence(...parts), critical);
}

const USAGES = [
  'digitalSignature',
  'nonRepudiation',
  'keyEncipherment',
  'dataEncipherment',
  'keyAgreement',
  'keyCertSign',
  'cRLSign',
  'encipherOnly',
  'decipherOnly',
] as const;
export type Usage = (typeof USAGES)[number];

export function keyUsage(usages: readonly Usage[], critical = true): Der {
  const bits = usages.map((usage) => USAGES.indexOf(usage));
  const octets = Buffer.alloc(Math.ceil((Math.max(-1, ...bits) + 1) / 8));
  for (const bit of bits) octets[bit >> 3] = (octets[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  const unused = octets.length === 0 ? 0 : octets.length * 8 - 1 - Math.max(...bits);
  return extension(EXT.keyUsage, bitString(octets, unused), critical);
}

export const PURPOSES = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  ocspSigning: '1.3.6.1.5.5.7.3.9',
  ipsecIke: '1.3.6.1.5.5.7.3.17',
  microsoftSgc: '1.3.6.1.4.1.311.10.3.3',
  netscapeSgc: '2.16.840.1.113730.4.1',
  any: '2.5.29.37.0',
  unknown: '2.999.2',
} as const;
export type Purpose = keyof typeof PURPOSES;

export const eku = (purposes: readonly Purpose[], critical = false): Der =>
  extension(EXT.eku, sequence(...purposes.map((purpose) => oid(PURPOSES[purpose]))), critical);

export const dnsName = (name: string): Der => primitive(2, name);
export const ipName = (octets: readonly number[]): Der => primitive(7, Buffer.from(octets));
export const uriName = (uri: string): Der => primitive(6, uri);
export const mailName = (mail: string): Der => primitive(1, mail);
export const directoryName = (name: Der): Der => wrapped(4, name);
export const otherName = (type: string, value: Der): Der => wrapped(0, oid(type), wrapped(0, value));
export const san = (names: readonly Der[], critical = false): Der =>
  extension(EXT.san, sequence(...names), critical);

export function nameConstraints(
  { permitted, excluded }: { readonly permitted?: readonly Der[]; readonly excluded?: readonly Der[] },
  critical = true,
): Der {
  const subtrees = (names: readonly Der[]) => names.map((name) => sequence(name));
  const parts = [
    ...(permitted ? [wrapped(0, ...subtrees(permitted))] : []),
    ...(excluded ? [wrapped(1, ...subtrees(excluded))] : []),
  ];
  return extension(EXT.nameConstraints, sequence(...parts), critical);
}

const spkiOf = (key: KeyPair): Der => key.publicKey.export({ type: 'spki', format: 'der' });

/** SHA-1 over the public key (RFC 5280 section 4.2.1.2). */
function keyIdentifier(key: KeyPair): Buffer {
  const [, bits = Buffer.alloc(0)] = elementsOf(contentOf(spkiOf(key)));
  return createHash('sha1').update(contentOf(bits).subarray(1)).digest();
}
const ski = (key: KeyPair): Der => extension(EXT.ski, octetString(keyIdentifier(key)));
export const aki = (key: KeyPair): Der => extension(EXT.aki, sequence(primitive(0, keyIdentifier(key))));

type Digest = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512';
const DIGESTS: Readonly<Record<Digest, { readonly oid: string; readonly octets: number }>> = {
  md5: { oid: '1.2.840.113549.2.5', octets: 16 },
  sha1: { oid: '1.3.14.3.2.26', octets: 20 },
  sha224: { oid: '2.16.840.1.101.3.4.2.4', octets: 28 },
  sha256: { oid: '2.16.840.1.101.3.4.2.1', octets: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', octets: 48 },
  sha512: { oid: '2.16.840.1.101.3.4.2.3', octets: 64 },
};
const RSA: Readonly<Record<Digest, string>> = {
  md5: '1.2.840.113549.1.1.4',
  sha1: '1.2.840.113549.1.1.5',
  sha224: '1.2.840.113549.1.1.14',
  sha256: '1.2.840.113549.1.1.11',
  sha384: '1.2.840.113549.1.1.12',
  sha512: '1.2.840.113549.1.1.13',
};
const ECDSA: Readonly<Partial<Record<Digest, string>>> = {
  sha1: '1.2.840.10045.4.1',
  sha224: '1.2.840.10045.4.3.1',
  sha256: '1.2.840.10045.4.3.2',
  sha384: '1.2.840.10045.4.3.3',
  sha512: '1.2.840.10045.4.3.4',
};
export const RSA_SHA256 = sequence(oid(RSA.sha256), nothing());

export interface Signing {
  readonly digest?: Digest;
  /** RSA-PSS (RFC 4055) instead of PKCS #1 v1.5. */
  readonly pss?: boolean;
}

function pssParameters(digest: Digest): Der {
  const hash = sequence(oid(DIGESTS[digest].oid), nothing());
  // SHA-1 and its salt are what is meant by leaving them out, and DER asks for that.
  if (digest === 'sha1') return sequence();
  return sequence(
    wrapped(0, hash),
    wrapped(1, sequence(oid('1.2.840.113549.1.1.8'), hash)),
    wrapped(2, integer(DIGESTS[digest].octets)),
  );
}

function algorithmOf(key: KeyObject, { digest = 'sha256', pss = false }: Signing): Der {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return sequence(oid('1.3.101.112'));
    case 'ed448':
      return sequence(oid('1.3.101.113'));
    case 'dsa':
      return sequence(oid('2.16.840.1.101.3.4.3.2'));
    case 'ec':
      return sequence(oid(ECDSA[digest] ?? ''));
    default:
      return pss || key.asymmetricKeyType === 'rsa-pss'
        ? sequence(oid('1.2.840.113549.1.1.10'), pssParameters(digest))
        : sequence(oid(RSA[digest]), nothing());
  }
}

function signatureOf(key: KeyObject, data: Buffer, { digest = 'sha256', pss = false }: Signing): Buffer {
  if (key.asymmetricKeyType === 'ed25519' || key.asymmetricKeyType === 'ed448') return sign(null, data, key);
  if (!pss && key.asymmetricKeyType !== 'rsa-pss') return sign(digest, data, key);
  return sign(digest, data, {
    key,
    padding: constants.RSA_PKCS1_PSS_PADDING,
    saltLength: DIGESTS[digest].octets,
  });
}

/** A positive serial number of full length. */
function randomSerial(): Buffer {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

/** `null` leaves an extension out; a DER element takes its place. */
type Replaced = Der | null;

interface CertificateOptions {
  /** A common name, or a whole name as DER. */
  readonly subject: string | Der;
  readonly key: KeyPair;
  /** Left out: signed by itself. */
  readonly issuer?: Pick<Party, 'subject' | 'key'>;
  readonly valid?: Der;
  readonly serial?: Uint8Array;
  readonly signing?: Signing;
  /** Replaces the version element; `null`: version 1. */
  readonly version?: Replaced;
  readonly basicConstraints?: Replaced;
  readonly keyUsage?: Replaced;
  readonly eku?: Replaced;
  readonly san?: Replaced;
  readonly ski?: Replaced;
  readonly aki?: Replaced;
  /** Behind the others. */
  readonly more?: readonly Der[];
  /** No extensions at all, not even an empty list. */
  readonly bare?: boolean;
  /** What else to do to the parts of the certificate to be signed, in their order (RFC 5280 section 4.1). */
  readonly reshape?: (parts: Der[]) => Uint8Array[];
  /** The algorithm beside the signature, other than that within. */
  readonly outerAlgorithm?: Der;
  readonly spki?: Der;
  /** Ruins the signature. */
  readonly corrupt?: boolean;
  readonly unusedSignatureBits?: number;
}

interface Defaults {
  readonly basicConstraints: Der;
  readonly keyUsage: Der;
  readonly eku: Replaced;
  readonly san: Replaced;
  readonly valid: Der;
}

function build(options: CertificateOptions, defaults: Defaults): Party {
  const { key, issuer, signing = {} } = options;
  const subject = typeof options.subject === 'string' ? named(options.subject) : options.subject;
  const signer = issuer?.key ?? key;
  const algorithm = algorithmOf(signer.privateKey, signing);
  const given = <K extends keyof CertificateOptions & keyof Defaults>(name: K): Replaced =>
    (options[name] === undefined ? defaults[name] : options[name]) as Replaced;
  const extensions = [
    given('basicConstraints'),
    given('keyUsage'),
    given('eku'),
    given('san'),
    options.ski === undefined ? ski(key) : options.ski,
    options.aki === undefined ? (issuer ? aki(issuer.key) : null) : options.aki,
    ...(options.more ?? []),
  ].filter((each) => each !== null);
  const version = options.version === undefined ? wrapped(0, integer(2)) : options.version;
  const parts: Der[] = [
    ...(version ? [version] : []),
    integer(options.serial ?? randomSerial()),
    algorithm,
    issuer?.subject ?? subject,
    options.valid ?? defaults.valid,
    subject,
    options.spki ?? spkiOf(key),
    ...(options.bare ? [] : [wrapped(3, sequence(...extensions))]),
  ];
  const toSign = sequence(...(options.reshape?.(parts) ?? parts));
  const signature = signatureOf(signer.privateKey, toSign, signing);
  // Unused bits are zeros, or DER would be broken as well.
  if (options.unusedSignatureBits)
    signature[signature.length - 1] = (signature.at(-1) ?? 0) & ~((1 << options.unusedSignatureBits) - 1);
  if (options.corrupt) signature[signature.length - 1] = (signature[signature.length - 1] ?? 0) ^ 0xff;
  const der = sequence(
    toSign,
    options.outerAlgorithm ?? algorithm,
    bitString(signature, options.unusedSignatureBits),
  );
  return { der, subject, key };
}

/** A certificate authority, right in everything that is not replaced. */
export const authority = (options: CertificateOptions): Party =>
  build(options, {
    basicConstraints: basicConstraints(true),
    keyUsage: keyUsage(['keyCertSign', 'cRLSign']),
    eku: null,
    san: null,
    valid: validity(inDays(-30), inDays(3650)),
  });

export const SERIAL = '1850012345';
export const DEVICE_NAME = `${SERIAL}.cybs.seclib.io`;

/** A device's certificate, right in everything that is not replaced. */
export const device = (
  options: Omit<CertificateOptions, 'subject' | 'key'> & Partial<Pick<CertificateOptions, 'subject' | 'key'>>,
): Party =>
  build(
    { subject: 'device', key: ecKey('device'), ...options },
    {
      basicConstraints: basicConstraints(false),
      keyUsage: keyUsage(['digitalSignature']),
      eku: eku(['serverAuth']),
      san: san([dnsName(DEVICE_NAME)]),
      valid: validity(inDays(-1), inDays(365)),
    },
  );

/** A DSA key that inherits its parameters (RFC 3279 section 2.3.2), which nobody does. */
export const dsaSpkiWithoutParameters = (): Der =>
  sequence(sequence(oid('1.2.840.10040.4.1')), bitString(integer(Buffer.alloc(128, 7))));

/** A public key under an algorithm that nobody knows. */
export const strangeSpki = (): Der => sequence(sequence(oid(EXT.unknown)), bitString(Buffer.alloc(32, 7)));

export const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`;
