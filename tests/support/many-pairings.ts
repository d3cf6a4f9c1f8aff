import { randomUUID } from 'node:crypto';
import { summarize } from '../../electron/core/pki/certificate.ts';
import type { Vault } from '../../electron/core/vault/vault.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { CertifiedKey } from '../simulator/pki.ts';

/** Proved pairings with devices that nobody reaches: at `port` of loopback addresses. Oldest first. */
export async function addPairings(
  vault: Vault,
  count: number,
  ca: CertifiedKey,
  port: number,
): Promise<PairingRecord[]> {
  const certificate = summarize(ca.certificate);
  const credentials = {
    privateKeyPem: ca.privateKeyPem,
    certificateChainPem: ca.certificatePem,
    issuerPem: ca.certificatePem,
  };
  const added: PairingRecord[] = [];
  for (let index = 0; index < count; index += 1) {
    const id = randomUUID();
    const record: PairingRecord = {
      id,
      posId: `POS-${index}`,
      name: `Register ${index}`,
      watchLive: false,
      address: { host: `127.1.${index >> 8}.${index & 255}`, port },
      transport: 'wss',
      identity: { kind: 'serial', serial: String(1_850_000_000 + index) },
      pairedAt: new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString(),
      proved: false,
      protection: null,
      deviceCertificate: certificate,
      clientCertificate: certificate,
      clientIssuer: certificate,
      credentialNotes: [],
      trustAnchorFingerprint256: certificate.fingerprint256,
      lastCheck: null,
    };
    await vault.storePending(record, credentials);
    added.push(vault.promote(id, {}));
  }
  return added;
}
