import { createPrivateKey } from 'node:crypto';
import forge from 'node-forge';
import { failure } from '../failure.ts';
import { describeKey, toPem } from '../pki/certificate.ts';
import type { KeyEntry } from './p12.ts';

/** Of three derivations in one file, in plain JavaScript. */
const ROUNDS = 50_000;
const SALT_BYTES = 20;

/**
 * A PKCS#12 file for software that knows nothing newer than 3DES and SHA-1: Java 8 before update 301, Windows before
 * 10 1809, macOS before 13. The certificates stand in it unencrypted. Throws {@link Failure}
 * `export-format-unsuitable` for keys other than RSA, which such software is not sure to read.
 *
 * @param password ASCII
 */
export function writeLegacyP12({ privateKeyPem, certificates, name }: KeyEntry, password: string): Buffer {
  const key = createPrivateKey(privateKeyPem);
  const notRsa = [key, ...certificates.map(({ publicKey }) => publicKey)].find(
    ({ asymmetricKeyType }) => asymmetricKeyType !== 'rsa',
  );
  if (notRsa) throw failure('export-format-unsuitable', describeKey(notRsa).name);
  const p12 = forge.pkcs12.toPkcs12Asn1(
    forge.pki.privateKeyFromPem(privateKeyPem),
    certificates.map((certificate) => forge.pki.certificateFromPem(toPem(certificate))),
    password,
    { algorithm: '3des', count: ROUNDS, saltSize: SALT_BYTES, friendlyName: name, generateLocalKeyId: true },
  );
  return Buffer.from(forge.asn1.toDer(p12).getBytes(), 'latin1');
}
