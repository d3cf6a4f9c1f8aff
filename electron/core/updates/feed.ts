import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { failure } from '../failure.ts';

/** What a signature begins with, so that one made for something else, or for another file, is none of a feed. */
const PURPOSE = 'pos-pairing update feed';

/** The bytes that are signed: what they are for, the name of the file without its folder, and its content. */
export const signedBytes = (fileName: string, content: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(`${PURPOSE}\n${fileName}\n`), content]);

/** Reads an Ed25519 public key in PEM (SPKI, RFC 8410). Throws for anything else. */
export function readFeedKey(pem: string): KeyObject {
  const key = createPublicKey(pem);
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('the key of updates must be an Ed25519 key');
  return key;
}

/**
 * Throws {@link Failure} `update-signature-invalid` unless `signature` (base64 of 64 bytes) was made with the private
 * half of `key` for this very file.
 */
export function requireSignedFeed(
  key: KeyObject,
  { fileName, content, signature }: { fileName: string; content: Uint8Array; signature: string },
): void {
  const bytes = Buffer.from(signature.trim(), 'base64');
  if (!verify(null, signedBytes(fileName, content), key, bytes))
    throw failure('update-signature-invalid', fileName);
}

/** Only this computer: nobody is on the way there. */
const LOOPBACK = ['127.0.0.1', '[::1]', 'localhost'];

/**
 * Whether a text is the address of a feed's folder: https, or http on this computer, without user, query and fragment,
 * which a policy that everybody can read should not hold.
 */
export function isFeedUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const { protocol, hostname, username, password, search, hash } = url;
  const isSafe = protocol === 'https:' || (protocol === 'http:' && LOOPBACK.includes(hostname));
  return isSafe && [username, password, search, hash].every((part) => part === '');
}
