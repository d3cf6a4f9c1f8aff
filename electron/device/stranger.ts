import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { ClientCertificate } from './connection.ts';

const KEY_BITS = 2048;
const HOUR_MS = 3_600_000;

/**
 * A throwaway self-signed client certificate that no device can have issued. A device that lets it in does not
 * check client certificates. The key exists only in memory.
 *
 * @param now milliseconds since 1970
 */
export async function makeStranger(now: number): Promise<ClientCertificate> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: KEY_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const certificate = forge.pki.createCertificate();
  certificate.publicKey = forge.pki.publicKeyFromPem(pair.publicKey);
  certificate.serialNumber = '01';
  certificate.validity.notBefore = new Date(now - HOUR_MS);
  certificate.validity.notAfter = new Date(now + HOUR_MS);
  const name = [{ name: 'commonName', value: 'POS Pairing self-test' }];
  certificate.setSubject(name);
  certificate.setIssuer(name);
  certificate.sign(forge.pki.privateKeyFromPem(pair.privateKey), forge.md.sha256.create());
  return { privateKeyPem: pair.privateKey, certificateChainPem: forge.pki.certificateToPem(certificate) };
}
