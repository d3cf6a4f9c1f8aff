import { X509Certificate } from 'node:crypto';
import { join } from 'node:path';

// Outside Electron, the "electron" package would download its binary as soon as electron-store imports it.
process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/not-used-in-plain-node';
const { electronStoreDocuments } = await import('../../electron/adapters/electron-store-documents.ts');
const { Vault } = await import('../../electron/core/vault/vault.ts');
const { createCa } = await import('../../tests/simulator/pki.ts');
const { addPairings } = await import('../../tests/support/many-pairings.ts');
const { MemoryCipher } = await import('../../tests/support/vault.ts');

/** Makes a data folder of the app as after so many pairings. Their keys are sealed by nobody's key store. */
export async function fillDataFolder(folder: string, pairings: number): Promise<void> {
  const ca = await createCa({ commonName: 'Root' });
  const vault = new Vault(electronStoreDocuments(join(folder, 'vault')), new MemoryCipher());
  vault.trustRootCa(
    { root: new X509Certificate(ca.certificatePem), intermediates: [] },
    new Date().toISOString(),
  );
  await addPairings(vault, pairings, ca, 9);
}
