import { createHash, type KeyObject, X509Certificate } from 'node:crypto';
import type { CertificateSummary } from '../../../shared/pairing.ts';
import { type Asn1, asn1 } from './asn1.ts';
import { lastMade, onceFor } from './once.ts';

/** The extensions that decide what a certificate may be used for (RFC 5280 section 4.2.1). */
export interface CertificateExtensions {
  readonly isCa: boolean;
  /** Largest number of further CA certificates below this one; undefined: no limit. */
  readonly pathLength: number | undefined;
  /** undefined when the certificate has no keyUsage extension. */
  readonly mayCertSign: boolean | undefined;
  /** Extended key usages as OIDs; undefined when the extension is absent (any purpose). */
  readonly extendedKeyUsages: readonly string[] | undefined;
  /** SAN entries of type dNSName, lower case. */
  readonly dnsNames: readonly string[];
}

export const EKU_SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
export const EKU_CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

const OID = {
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  eku: '2.5.29.37',
};
const SAN_DNS_NAME = 2;
const KEY_CERT_SIGN = 0x04;
const EXTENSIONS_TAG = 3;

function children(node: Asn1 | undefined): Asn1[] {
  return node && Array.isArray(node.value) ? node.value : [];
}

function octets(node: Asn1 | undefined): string {
  return node && typeof node.value === 'string' ? node.value : '';
}

/** The extension values by OID, as DER. node-forge's own certificate reader is not used: it reads RSA keys only. */
function extensionValues(certificate: X509Certificate): Map<string, string> {
  const root = asn1.fromDer(certificate.raw.toString('binary'));
  const wrapper = children(children(root)[0]).find(
    (node) => node.tagClass === asn1.Class.CONTEXT_SPECIFIC && node.type === EXTENSIONS_TAG,
  );
  const values = new Map<string, string>();
  for (const extension of children(children(wrapper)[0])) {
    const parts = children(extension);
    const oid = asn1.derToOid(octets(parts[0]));
    // RFC 5280 section 4.2; two readers could each believe another one of them.
    if (values.has(oid)) throw new Error(`extension ${oid} twice`);
    values.set(oid, octets(parts[parts.length - 1]));
  }
  return values;
}

const integer = (bytes: string): number =>
  [...bytes].reduce((sum, byte) => sum * 256 + byte.charCodeAt(0), 0);

/** Reads the extensions of any certificate Node could parse, RSA or EC. Throws on malformed DER. */
export const readExtensions = onceFor((certificate: X509Certificate): CertificateExtensions => {
  const values = extensionValues(certificate);
  const parse = (oid: string) => {
    const der = values.get(oid);
    return der === undefined ? undefined : asn1.fromDer(der);
  };
  const [ca, pathLength] = children(parse(OID.basicConstraints));
  const isCa = ca?.type === asn1.Type.BOOLEAN && octets(ca).charCodeAt(0) !== 0;
  const keyUsage = parse(OID.keyUsage);
  const eku = parse(OID.eku);
  return {
    isCa,
    pathLength: isCa && pathLength ? integer(octets(pathLength)) : undefined,
    // First octet of a BIT STRING: number of unused bits.
    mayCertSign: keyUsage ? (octets(keyUsage).charCodeAt(1) & KEY_CERT_SIGN) !== 0 : undefined,
    extendedKeyUsages: eku ? children(eku).map((node) => asn1.derToOid(octets(node))) : undefined,
    dnsNames: children(parse(OID.subjectAltName))
      .filter((name) => name.tagClass === asn1.Class.CONTEXT_SPECIFIC && name.type === SAN_DNS_NAME)
      .map((name) => octets(name).toLowerCase()),
  };
});

export interface SignatureAlgorithm {
  readonly oid: string;
  /** OID of the digest when the algorithm is RSA-PSS; SHA-1 when its parameters name none (RFC 4055 section 3.1). */
  readonly pssDigest: string;
}

const SHA1 = '1.3.14.3.2.26';
const PSS_DIGEST_TAG = 0;

/** Reads the `signatureAlgorithm` of a certificate (RFC 5280 section 4.1.1.2). Throws on malformed DER. */
export const readSignatureAlgorithm = onceFor((certificate: X509Certificate): SignatureAlgorithm => {
  const root = asn1.fromDer(certificate.raw.toString('binary'));
  const [oid, parameters] = children(children(root)[1]);
  const digest = children(parameters).find(
    ({ tagClass, type }) => tagClass === asn1.Class.CONTEXT_SPECIFIC && type === PSS_DIGEST_TAG,
  );
  const [digestOid] = children(children(digest)[0]);
  return {
    oid: asn1.derToOid(octets(oid)),
    pssDigest: digestOid ? asn1.derToOid(octets(digestOid)) : SHA1,
  };
});

const CURVE_NAMES: Record<string, string> = { prime256v1: 'P-256', secp384r1: 'P-384', secp521r1: 'P-521' };

/** `RSA 2048`, `EC P-256`, … and whether it meets the floor: RSA 2048 bits, EC P-256, Ed25519. */
export function describeKey(key: KeyObject): { readonly name: string; readonly strong: boolean } {
  switch (key.asymmetricKeyType) {
    case 'rsa':
    case 'rsa-pss': {
      const { modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
      return { name: `RSA ${modulusLength}`, strong: modulusLength >= 2048 };
    }
    case 'ec': {
      const { namedCurve = '' } = key.asymmetricKeyDetails ?? {};
      return { name: `EC ${CURVE_NAMES[namedCurve] ?? namedCurve}`, strong: namedCurve in CURVE_NAMES };
    }
    case 'ed25519':
      return { name: 'Ed25519', strong: true };
    default:
      // Of no other kind are details asked for: those of DSA without parameters end an Electron process.
      return { name: key.asymmetricKeyType ?? 'unknown', strong: false };
  }
}

/** Distinguished name in one line, most specific part first: `CN=…, O=…`. An empty name has no value at all. */
const oneLineName = (name: string | undefined): string => (name ?? '').split('\n').reverse().join(', ');

/** Throws for what is no date of RFC 5280, such as a year of five digits. */
function iso(date: string): string {
  const text = new Date(date).toISOString();
  if (!/^\d{4}-/.test(text)) throw new RangeError(`not a date of a certificate: ${text}`);
  return text;
}

/** SHA-256 over the public key (SubjectPublicKeyInfo), written like {@link X509Certificate.fingerprint256}. */
export function publicKeyFingerprint256({ publicKey }: X509Certificate): string {
  const hash = createHash('sha256').update(publicKey.export({ type: 'spki', format: 'der' }));
  return (hash.digest('hex').toUpperCase().match(/../g) ?? []).join(':');
}

/** Never throws for what {@link parseCertificate} has accepted. */
export function summarize(certificate: X509Certificate): CertificateSummary {
  return {
    subject: oneLineName(certificate.subject),
    issuer: oneLineName(certificate.issuer),
    serialNumber: certificate.serialNumber,
    validFrom: iso(certificate.validFrom),
    validTo: iso(certificate.validTo),
    fingerprint256: certificate.fingerprint256,
    key: describeKey(certificate.publicKey).name,
  };
}

/** PEM form with LF line ends and a final newline. */
export const toPem = (certificate: X509Certificate): string => `${certificate.toString().trim()}\n`;

export const sameCertificate = (a: X509Certificate, b: X509Certificate): boolean => a.raw.equals(b.raw);

/** Signed by itself (checked), so it can be a root. */
export const isSelfSigned = (certificate: X509Certificate): boolean =>
  certificate.subject === certificate.issuer && isSignedBy(certificate, certificate);

const signaturesOn = onceFor((certificate: X509Certificate) =>
  onceFor((issuer: X509Certificate): boolean => {
    try {
      return certificate.verify(issuer.publicKey);
    } catch {
      return false;
    }
  }),
);

/** The signature alone. One that nobody can check proves nothing. */
export const isSignedBy = (certificate: X509Certificate, issuer: X509Certificate): boolean =>
  signaturesOn(certificate)(issuer);

/** Signature algorithms whose digest can be forged (RFC 6151, RFC 9155). */
const WEAK_SIGNATURES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.2': 'MD2',
  '1.2.840.113549.1.1.4': 'MD5',
  '1.2.840.113549.1.1.5': 'SHA-1',
  '1.2.840.10045.4.1': 'SHA-1',
};

/** The name of the digest when it is one that can be forged. Throws on malformed DER. */
export function weakSignatureDigest(certificate: X509Certificate): string | undefined {
  return WEAK_SIGNATURES[readSignatureAlgorithm(certificate).oid];
}

export type ValidityAt = 'valid' | 'expired' | 'not-yet-valid';

/** Validity of the dates alone (RFC 5280 section 4.1.2.5); `now` in milliseconds since 1970. */
export function validityAt(certificate: X509Certificate, now: number): ValidityAt {
  // Written so that a date nobody can read (NaN) counts as not valid.
  if (!(now >= Date.parse(certificate.validFrom))) return 'not-yet-valid';
  return now <= Date.parse(certificate.validTo) ? 'valid' : 'expired';
}

/** A device shows the same few certificates on every connection. By a digest: what is no certificate may be a key. */
const known = lastMade<X509Certificate>(64);

/** Parses one certificate, PEM or DER; undefined when it is none, or when its key, dates or extensions are unreadable. */
export function parseCertificate(data: string | Uint8Array): X509Certificate | undefined {
  try {
    return known(createHash('sha256').update(data).digest('base64'), () => {
      const certificate = new X509Certificate(data);
      readExtensions(certificate);
      // Its getters are lazy: what cannot be told must not surprise anybody later.
      summarize(certificate);
      // Some keys are described but cannot be written, such as RSA-PSS with a trailer that nobody knows.
      publicKeyFingerprint256(certificate);
      return certificate;
    });
  } catch {
    return undefined;
  }
}
