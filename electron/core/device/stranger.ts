import { generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import forge from 'node-forge';
import type { ClientCertificate } from './connection.ts';

const KEY_BITS = 2048;
const HOUR_MS = 3_600_000;

interface Stranger {
  readonly madeAt: number;
  readonly certificate: Promise<ClientCertificate>;
}
let current: Stranger | undefined;

/**
 * The stranger of this process: made once and renewed in time, since making an RSA key takes longer than the rest
 * of a check. `now` in milliseconds since 1970.
 */
export function strangerAt(now: number): Promise<ClientCertificate> {
  if (current && Math.abs(now - current.madeAt) <= HOUR_MS / 2) return current.certificate;
  const made = { madeAt: now, certificate: makeStranger(now) };
  current = made;
  made.certificate.catch(() => {
    if (current === made) current = undefined;
  });
  return made.certificate;
}

/**
 * A throwaway self-signed client certificate that no device can have issued. A device that lets it in does not
 * check client certificates. The key exists only in memory.
 *
 * @param now milliseconds since 1970
 */
async function makeStranger(now: number): Promise<ClientCertificate> {
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
