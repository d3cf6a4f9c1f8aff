import { createPrivateKey } from 'node:crypto';
import { shroudKey } from './shrouded-key.ts';

const LABEL = 'ENCRYPTED PRIVATE KEY';

/**
 * A private key as PEM with a password (RFC 7468 section 11), LF line ends and a final newline.
 *
 * @param privateKeyPem PKCS#8 PEM
 * @param password ASCII
 */
export async function encryptedKeyPem(privateKeyPem: string, password: string): Promise<string> {
  const pkcs8 = createPrivateKey(privateKeyPem).export({ type: 'pkcs8', format: 'der' });
  const shrouded = await shroudKey(pkcs8, password).finally(() => pkcs8.fill(0));
  const base64 = Buffer.from(shrouded.toSchema().toBER(false)).toString('base64');
  const lines = base64.match(/.{1,64}/g)?.join('\n') ?? '';
  return `-----BEGIN ${LABEL}-----\n${lines}\n-----END ${LABEL}-----\n`;
}
