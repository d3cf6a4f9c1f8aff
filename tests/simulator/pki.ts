import {
  constants,
  createHash,
  createPrivateKey,
  createPublicKey,
  randomBytes,
  sign,
  X509Certificate,
} from 'node:crypto';
import { isIPv4 } from 'node:net';
import forge from 'node-forge';
import {
  type EcCurve,
  generateKeyPair,
  type KeyPair,
  type KeySpec,
  takeKey,
  traditionalKeyPem,
} from './keys.ts';

const { asn1 } = forge;
type Asn1 = forge.asn1.Asn1;
const { Class, Type } = asn1;

const OID = {
  commonName: '2.5.4.3',
  organization: '2.5.4.10',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extKeyUsage: '2.5.29.37',
} as const;

const EXTENDED_KEY_USAGES: Readonly<Record<string, string>> = {
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  anyExtendedKeyUsage: '2.5.29.37.0',
};

const KEY_USAGE_BITS = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
} as const;

const SIGNATURE_OIDS = {
  rsa: {
    md5: '1.2.840.113549.1.1.4',
    sha1: '1.2.840.113549.1.1.5',
    sha256: '1.2.840.113549.1.1.11',
    sha384: '1.2.840.113549.1.1.12',
  },
  ec: { sha1: '1.2.840.10045.4.1', sha256: '1.2.840.10045.4.3.2', sha384: '1.2.840.10045.4.3.3' },
} as const;

type KeyUsage = keyof typeof KEY_USAGE_BITS;
type SignatureDigest = keyof (typeof SIGNATURE_OIDS)['rsa'];

const RSA_PSS = '1.2.840.113549.1.1.10';
const MGF1 = '1.2.840.113549.1.1.8';
const DIGESTS = {
  md5: { oid: '1.2.840.113549.2.5', octets: 16 },
  sha1: { oid: '1.3.14.3.2.26', octets: 20 },
  sha256: { oid: '2.16.840.1.101.3.4.2.1', octets: 32 },
  sha384: { oid: '2.16.840.1.101.3.4.2.2', octets: 48 },
} as const satisfies Record<SignatureDigest, unknown>;

const HOUR_MS = 3_600_000;
export const DAY_MS = 24 * HOUR_MS;

/** A certificate with its private key. */
export interface CertifiedKey {
  readonly certificate: X509Certificate;
  readonly certificatePem: string;
  readonly key: KeyPair;
  /** PKCS#1 for RSA, SEC 1 for EC. */
  readonly privateKeyPem: string;
}

interface CommonOptions {
  readonly commonName: string;
  readonly organization?: string;
  /** Absent: self-signed. */
  readonly issuer?: CertifiedKey;
  readonly notBefore?: Date;
  readonly notAfter?: Date;
  readonly keyType?: 'rsa' | 'ec';
  /** RSA modulus size; 2048 by default. */
  readonly keyBits?: number;
  /** P-256 by default. */
  readonly curve?: EcCurve;
  /** An existing key instead of a new one. */
  readonly key?: KeyPair;
  /** Hexadecimal; random and positive by default. */
  readonly serialNumber?: string;
  readonly digest?: SignatureDigest;
  /** Signed by an RSA key: RSA-PSS (RFC 4055) instead of PKCS #1 v1.5. */
  readonly pss?: boolean;
  /** Ruins the signature: the names and key identifiers still fit. */
  readonly corruptSignature?: boolean;
  /** `null` leaves the extension out. */
  readonly keyUsage?: readonly KeyUsage[] | null;
}

export interface CaOptions extends CommonOptions {
  /** `false`: basicConstraints says it is no CA; `null`: no basicConstraints at all. */
  readonly isCa?: boolean | null;
  readonly pathLength?: number;
  /** `false`: keyUsage without keyCertSign. */
  readonly keyCertSign?: boolean;
}

export interface CertificateOptions extends CommonOptions {
  readonly dnsNames?: readonly string[];
  readonly ipAddresses?: readonly string[];
  /** Names (`serverAuth`, `clientAuth`, …) or OIDs; an empty list leaves the extension out. */
  readonly extendedKeyUsage?: readonly string[];
}

interface TbsOptions extends CommonOptions {
  readonly basicConstraints: { readonly ca: boolean; readonly pathLength?: number } | null;
  readonly usages: readonly KeyUsage[] | null;
  readonly extendedKeyUsage: readonly string[];
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly defaultDays: number;
  readonly newKey: (spec: KeySpec) => Promise<KeyPair>;
}

const bytes = (buffer: Uint8Array): string => Buffer.from(buffer).toString('latin1');
const buffer = (binary: string): Buffer => Buffer.from(binary, 'latin1');
const primitive = (type: forge.asn1.Type, value: string): Asn1 =>
  asn1.create(Class.UNIVERSAL, type, false, value);
const sequence = (...items: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SEQUENCE, true, items);
const set = (...items: Asn1[]): Asn1 => asn1.create(Class.UNIVERSAL, Type.SET, true, items);
const oid = (value: string): Asn1 => primitive(Type.OID, asn1.oidToDer(value).getBytes());
const octets = (value: string): Asn1 => primitive(Type.OCTETSTRING, value);
const tagged = (tag: forge.asn1.Type, constructed: boolean, value: string | Asn1[]): Asn1 =>
  asn1.create(Class.CONTEXT_SPECIFIC, tag, constructed, value);
const der = (value: Asn1): string => asn1.toDer(value).getBytes();

const TAG_DNS = Type.INTEGER; // [2]
const TAG_IP = Type.ODESC; // [7]
const TAG_KEY_IDENTIFIER = Type.NONE; // [0]
const TAG_VERSION = Type.NONE; // [0]
const TAG_EXTENSIONS = Type.BITSTRING; // [3]

function nameToAsn1(commonName: string, organization: string | undefined): Asn1 {
  const attribute = (type: string, value: string): Asn1 =>
    set(sequence(oid(type), primitive(Type.UTF8, bytes(Buffer.from(value, 'utf8')))));
  const attributes = organization ? [attribute(OID.organization, organization)] : [];
  return sequence(...attributes, attribute(OID.commonName, commonName));
}

/** The subject exactly as the issuer's certificate carries it: path building compares the encoded names. */
function subjectOf(certificate: X509Certificate): Asn1 {
  const parsed = asn1.fromDer(bytes(certificate.raw));
  const tbs = childAt(parsed, 0);
  return childAt(tbs, 5);
}

function childAt(node: Asn1, index: number): Asn1 {
  const child = Array.isArray(node.value) ? node.value[index] : undefined;
  if (!child) throw new Error('Unexpected certificate structure.');
  return child;
}

function timeToAsn1(date: Date): Asn1 {
  return date.getUTCFullYear() < 2050
    ? primitive(Type.UTCTIME, asn1.dateToUtcTime(date))
    : primitive(Type.GENERALIZEDTIME, asn1.dateToGeneralizedTime(date));
}

function extension(id: string, critical: boolean, value: Asn1): Asn1 {
  const flag = critical ? [primitive(Type.BOOLEAN, '\xff')] : [];
  return sequence(oid(id), ...flag, octets(der(value)));
}

function ipOctets(ip: string): string {
  if (isIPv4(ip)) return String.fromCharCode(...ip.split('.').map(Number));
  const [head = '', tail = ''] = ip.split('::');
  const groups = (text: string): number[] =>
    text ? text.split(':').map((group) => Number.parseInt(group, 16)) : [];
  const missing = Array.from({ length: 8 - groups(head).length - groups(tail).length }, () => 0);
  const all = [...groups(head), ...(ip.includes('::') ? missing : []), ...groups(tail)];
  return String.fromCharCode(...all.flatMap((group) => [group >> 8, group & 0xff]));
}

function keyUsageToAsn1(usages: readonly KeyUsage[]): Asn1 {
  const bits = usages.map((usage) => KEY_USAGE_BITS[usage]);
  const value = bits.reduce<number>((byte, bit) => byte | (0x80 >> bit), 0);
  const unused = 7 - Math.max(0, ...bits);
  return primitive(Type.BITSTRING, String.fromCharCode(unused, value));
}

function keyIdentifier(key: KeyPair): string {
  const spki = asn1.fromDer(bytes(key.publicKey.export({ type: 'spki', format: 'der' })));
  // Encoded again: the parser may have descended into the bit string of an RSA key. Tag, length and the
  // unused-bits octet are not part of what RFC 5280 hashes.
  const bitString = buffer(der(childAt(spki, 1)));
  const lengthOctets = (bitString[1] ?? 0) < 0x80 ? 1 : 1 + ((bitString[1] ?? 0) & 0x7f);
  return bytes(
    createHash('sha1')
      .update(bitString.subarray(1 + lengthOctets + 1))
      .digest(),
  );
}

function extensionsOf(options: TbsOptions, key: KeyPair): Asn1 {
  const list: Asn1[] = [];
  const { basicConstraints, usages } = options;
  if (basicConstraints) {
    const parts = basicConstraints.ca ? [primitive(Type.BOOLEAN, '\xff')] : [];
    if (basicConstraints.pathLength !== undefined)
      parts.push(primitive(Type.INTEGER, asn1.integerToDer(basicConstraints.pathLength).getBytes()));
    list.push(extension(OID.basicConstraints, true, sequence(...parts)));
  }
  if (usages) list.push(extension(OID.keyUsage, true, keyUsageToAsn1(usages)));
  if (options.extendedKeyUsage.length > 0) {
    const usageOids = options.extendedKeyUsage.map((usage) => oid(EXTENDED_KEY_USAGES[usage] ?? usage));
    list.push(extension(OID.extKeyUsage, false, sequence(...usageOids)));
  }
  const names = [
    ...options.dnsNames.map((name) => tagged(TAG_DNS, false, name)),
    ...options.ipAddresses.map((ip) => tagged(TAG_IP, false, ipOctets(ip))),
  ];
  if (names.length > 0) list.push(extension(OID.subjectAltName, false, sequence(...names)));
  list.push(extension(OID.subjectKeyIdentifier, false, octets(keyIdentifier(key))));
  if (options.issuer) {
    const authority = sequence(tagged(TAG_KEY_IDENTIFIER, false, keyIdentifier(options.issuer.key)));
    list.push(extension(OID.authorityKeyIdentifier, false, authority));
  }
  return sequence(...list);
}

function randomSerialNumber(): string {
  const serial = randomBytes(16);
  // Positive (top bit clear) and of full length (next bit set).
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return bytes(serial);
}

function keySpecOf(options: CommonOptions): KeySpec {
  return options.keyType === 'ec' || (options.curve && options.keyType !== 'rsa')
    ? { type: 'ec', curve: options.curve ?? 'prime256v1' }
    : { type: 'rsa', bits: options.keyBits ?? 2048 };
}

function signatureAlgorithm({ privateKey }: KeyPair, digest: SignatureDigest, pss: boolean): Asn1 {
  if (privateKey.asymmetricKeyType !== 'rsa') {
    if (digest === 'md5') throw new Error('ECDSA knows no MD5.');
    return sequence(oid(SIGNATURE_OIDS.ec[digest]));
  }
  const none = primitive(Type.NULL, '');
  if (!pss) return sequence(oid(SIGNATURE_OIDS.rsa[digest]), none);
  const hash = sequence(oid(DIGESTS[digest].oid), none);
  const salt = primitive(Type.INTEGER, String.fromCharCode(DIGESTS[digest].octets));
  return sequence(
    oid(RSA_PSS),
    sequence(
      tagged(Type.NONE, true, [hash]),
      tagged(Type.BOOLEAN, true, [sequence(oid(MGF1), hash)]),
      tagged(Type.INTEGER, true, [salt]),
    ),
  );
}

/**
 * Encodes with node-forge's ASN.1 and signs with node:crypto: forge's own certificate signing knows RSA keys
 * only, while here both the subject and the issuer may have an EC key.
 */
async function build(options: TbsOptions): Promise<CertifiedKey> {
  const key = options.key ?? (await options.newKey(keySpecOf(options)));
  const signer = options.issuer?.key ?? key;
  const digest = options.digest ?? 'sha256';
  const algorithm = signatureAlgorithm(signer, digest, options.pss ?? false);
  const subject = nameToAsn1(options.commonName, options.organization);
  const notBefore = options.notBefore ?? new Date(Date.now() - HOUR_MS);
  const notAfter = options.notAfter ?? new Date(Date.now() + options.defaultDays * DAY_MS);
  const serial = options.serialNumber
    ? bytes(Buffer.from(options.serialNumber, 'hex'))
    : randomSerialNumber();
  const tbs = sequence(
    tagged(TAG_VERSION, true, [primitive(Type.INTEGER, '\x02')]),
    primitive(Type.INTEGER, serial),
    algorithm,
    options.issuer ? subjectOf(options.issuer.certificate) : subject,
    sequence(timeToAsn1(notBefore), timeToAsn1(notAfter)),
    subject,
    asn1.fromDer(bytes(key.publicKey.export({ type: 'spki', format: 'der' }))),
    tagged(TAG_EXTENSIONS, true, [extensionsOf(options, key)]),
  );
  const pssPadding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: DIGESTS[digest].octets };
  const signature = sign(digest, buffer(der(tbs)), {
    key: signer.privateKey,
    ...(options.pss && pssPadding),
  });
  if (options.corruptSignature)
    signature[signature.length - 1] = (signature[signature.length - 1] ?? 0) ^ 0xff;
  const whole = sequence(tbs, algorithm, primitive(Type.BITSTRING, `\x00${bytes(signature)}`));
  const certificate = new X509Certificate(buffer(der(whole)));
  return certifiedKey(certificate, key);
}

function certifiedKey(certificate: X509Certificate, key: KeyPair): CertifiedKey {
  return {
    certificate,
    certificatePem: certificate.toString(),
    key,
    privateKeyPem: traditionalKeyPem(key.privateKey),
  };
}

/** A certificate authority: self-signed without `issuer`. */
export async function createCa(options: CaOptions): Promise<CertifiedKey> {
  const usages: readonly KeyUsage[] =
    options.keyCertSign === false ? ['digitalSignature', 'cRLSign'] : ['keyCertSign', 'cRLSign'];
  const pathLength = options.pathLength === undefined ? {} : { pathLength: options.pathLength };
  return await build({
    ...options,
    basicConstraints: options.isCa === null ? null : { ca: options.isCa ?? true, ...pathLength },
    usages: options.keyUsage === undefined ? usages : options.keyUsage,
    extendedKeyUsage: [],
    dnsNames: [],
    ipAddresses: [],
    defaultDays: 3650,
    newKey: generateKeyPair,
  });
}

/** An end-entity certificate: self-signed without `issuer`. */
export async function issueCertificate(options: CertificateOptions): Promise<CertifiedKey> {
  return await build({
    ...options,
    basicConstraints: { ca: false },
    usages: options.keyUsage === undefined ? ['digitalSignature'] : options.keyUsage,
    extendedKeyUsage: options.extendedKeyUsage ?? [],
    dnsNames: options.dnsNames ?? [],
    ipAddresses: options.ipAddresses ?? [],
    defaultDays: 365,
    newKey: takeKey,
  });
}

export interface StoredKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

export function storeCertifiedKey({ certificatePem, privateKeyPem }: CertifiedKey): StoredKey {
  return { certificatePem, privateKeyPem };
}

export function loadCertifiedKey({ certificatePem, privateKeyPem }: StoredKey): CertifiedKey {
  const privateKey = createPrivateKey(privateKeyPem);
  return certifiedKey(new X509Certificate(certificatePem), {
    privateKey,
    publicKey: createPublicKey(privateKey),
  });
}
