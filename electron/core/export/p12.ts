import { createHash, createPrivateKey, type X509Certificate } from 'node:crypto';
import {
  encryptByPassword,
  ITERATIONS,
  loadPkijs,
  ownBytes,
  passwordBytes,
  shroudKey,
} from './shrouded-key.ts';

/** What a key store holds: a key, its certificate, and all above it. */
export interface KeyEntry {
  /** PKCS#8 PEM. Secret. */
  readonly privateKeyPem: string;
  /** The certificate of the key, every intermediate, the roots. */
  readonly certificates: readonly [X509Certificate, ...X509Certificate[]];
  /** Alias of the entry in key stores. */
  readonly name: string;
}

/** RFC 7292 section 4.2, RFC 2985 section 5.5. */
const OID = {
  shroudedKeyBag: '1.2.840.113549.1.12.10.1.2',
  certBag: '1.2.840.113549.1.12.10.1.3',
  friendlyName: '1.2.840.113549.1.9.20',
  localKeyId: '1.2.840.113549.1.9.21',
};
/** RFC 7292 section 4: the integrity of the file is protected by a password. */
const PASSWORD_INTEGRITY = 0;

/**
 * A PKCS#12 file (RFC 7292) with one entry: key and certificates under AES-256-CBC with PBKDF2-HMAC-SHA-256, and a MAC
 * with SHA-256. Opens in OpenSSL 3, Java 17, .NET, Windows 10 1809, macOS 13 and later ones.
 *
 * @param password ASCII
 */
export async function writeP12(
  { privateKeyPem, certificates, name }: KeyEntry,
  password: string,
): Promise<Buffer> {
  const { pkijs, asn1js } = await loadPkijs();
  const [leaf] = certificates;
  const keyId = createHash('sha1').update(leaf.raw).digest();
  // Readers find the certificate of a key by it.
  const ofKey = () => [
    new pkijs.Attribute({ type: OID.friendlyName, values: [new asn1js.BmpString({ value: name })] }),
    new pkijs.Attribute({
      type: OID.localKeyId,
      values: [new asn1js.OctetString({ valueHex: ownBytes(keyId) })],
    }),
  ];
  const certificateBags = certificates.map(
    (certificate) =>
      new pkijs.SafeBag({
        bagId: OID.certBag,
        // Byte for byte as it was issued.
        bagValue: new pkijs.CertBag({
          certId: pkijs.id_CertBag_X509Certificate,
          certValue: new asn1js.OctetString({ valueHex: ownBytes(certificate.raw) }),
        }),
        ...(certificate === leaf && { bagAttributes: ofKey() }),
      }),
  );
  const pkcs8 = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
  const keyBag = new pkijs.SafeBag({
    bagId: OID.shroudedKeyBag,
    bagValue: await shroudKey(pkcs8, password).finally(() => pkcs8.fill(0)),
    bagAttributes: ofKey(),
  });
  const der = (safeBags: (typeof keyBag | (typeof certificateBags)[number])[]) =>
    new pkijs.SafeContents({ safeBags }).toSchema().toBER(false);
  const encrypted = new pkijs.EncryptedData({
    encryptedContentInfo: await encryptByPassword(new Uint8Array(der(certificateBags)), password),
  });
  const authenticatedSafe = new pkijs.AuthenticatedSafe({
    safeContents: [
      new pkijs.ContentInfo({
        contentType: pkijs.ContentInfo.ENCRYPTED_DATA,
        content: encrypted.toSchema(),
      }),
      new pkijs.ContentInfo({
        contentType: pkijs.ContentInfo.DATA,
        content: new asn1js.OctetString({ valueHex: der([keyBag]) }),
      }),
    ],
  });
  const pfx = new pkijs.PFX({ parsedValue: { integrityMode: PASSWORD_INTEGRITY, authenticatedSafe } });
  await pfx.makeInternalValues({
    password: passwordBytes(password),
    iterations: ITERATIONS,
    // Asked for, though the derivation of PKCS#12 (RFC 7292 appendix B) is what it uses.
    pbkdf2HashAlgorithm: 'SHA-256',
    hmacHashAlgorithm: 'SHA-256',
  });
  // As OpenSSL writes it; the library leaves the parameters out.
  if (pfx.macData) pfx.macData.mac.digestAlgorithm.algorithmParams = new asn1js.Null();
  return Buffer.from(pfx.toSchema().toBER(false));
}
