import type * as Asn1js from 'asn1js';
import type * as Pkijs from 'pkijs';

/**
 * Rounds of PBKDF2, and of the derivation of the MAC's key, so that the MAC is no shorter way to the password. .NET
 * opens up to 300,000 for each and 1,000,000 for a whole file.
 */
export const ITERATIONS = 100_000;

/** Both libraries, loaded when something is exported: they are large, and the app starts without them. */
export async function loadPkijs(): Promise<{ pkijs: typeof Pkijs; asn1js: typeof Asn1js }> {
  const [pkijs, asn1js] = await Promise.all([import('pkijs'), import('asn1js')]);
  return { pkijs, asn1js };
}

/** The bytes alone, without the memory they may be a part of. */
export const ownBytes = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;

/** An ASCII password as bytes. */
export const passwordBytes = (password: string): ArrayBuffer => ownBytes(Buffer.from(password, 'ascii'));

/**
 * Encrypts by PBES2 with PBKDF2-HMAC-SHA-256 and AES-256-CBC (RFC 8018). Not by node:crypto: BoringSSL, which
 * Electron has, derives the key with SHA-1 and 2048 rounds.
 */
export async function encryptByPassword(
  content: Uint8Array,
  password: string,
): Promise<Pkijs.EncryptedContentInfo> {
  const { pkijs, asn1js } = await loadPkijs();
  const data = new pkijs.EncryptedData();
  const contentToEncrypt = ownBytes(content);
  try {
    await data.encrypt({
      password: passwordBytes(password),
      contentEncryptionAlgorithm: { name: 'AES-CBC', length: 256 },
      hmacHashAlgorithm: 'SHA-256',
      iterationCount: ITERATIONS,
      contentToEncrypt,
    });
  } finally {
    new Uint8Array(contentToEncrypt).fill(0);
  }
  const { encryptedContentInfo } = data;
  const { encryptedContent } = encryptedContentInfo;
  if (!encryptedContent) throw new Error('nothing was encrypted');
  // The library cuts it into pieces, which BER allows and readers of DER do not.
  encryptedContentInfo.encryptedContent = new asn1js.OctetString({ valueHex: encryptedContent.getValue() });
  return encryptedContentInfo;
}

/**
 * A private key as PKCS#8 EncryptedPrivateKeyInfo (RFC 5958).
 *
 * @param pkcs8 DER of the PrivateKeyInfo
 */
export async function shroudKey(pkcs8: Uint8Array, password: string): Promise<Pkijs.PKCS8ShroudedKeyBag> {
  const { pkijs } = await loadPkijs();
  const { contentEncryptionAlgorithm, encryptedContent } = await encryptByPassword(pkcs8, password);
  return new pkijs.PKCS8ShroudedKeyBag({
    encryptionAlgorithm: contentEncryptionAlgorithm,
    ...(encryptedContent && { encryptedData: encryptedContent }),
  });
}
