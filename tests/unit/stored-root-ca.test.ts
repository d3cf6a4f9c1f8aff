import { expect, it } from 'vitest';
import { describeRootCa } from '../../electron/core/root-ca/root-ca-import.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { createCa } from '../simulator/pki.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

/**
 * In memory, for each bit is tens of thousands of starts; stored-files.test.ts does the same to some of them on disk.
 * Runs in Electron's own Node too, whose library reads certificates by other rules.
 */
it.each([
  { keyType: 'rsa', version: 'this' },
  { keyType: 'rsa', version: 'older' },
  { keyType: 'ec', version: 'this' },
  { keyType: 'ec', version: 'older' },
] as const)(
  'any flipped bit of the document of $version version leaves the same Root CA, or is told ($keyType)',
  async ({ keyType, version }) => {
    const { certificate } = await createCa({ commonName: 'Root', keyType });
    const intermediate = await createCa({ commonName: 'Intermediate', keyType });
    const documents = new MemoryDocuments();
    const start = () => new Vault(documents, new MemoryCipher());
    start().trustRootCa({ root: certificate, intermediates: [] }, '2026-11-24T08:00:00.000Z');
    const [stored = ''] = documents.files.keys();
    const { fingerprint256, ...older } = JSON.parse(documents.files.get(stored) ?? '');
    const name = version === 'this' ? stored : 'trust-anchor';
    const bytes = Buffer.from(JSON.stringify(version === 'this' ? { fingerprint256, ...older } : older));
    const wrong: number[] = [];
    let told = 0;
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      documents.files.clear();
      documents.files.set(name, flipped.toString());
      const {
        rootCas: [rootCa],
        notices,
      } = start();
      if (!rootCa) told += 1;
      // What the window asks for must not throw either.
      const isSame = rootCa && describeRootCa(rootCa).root.fingerprint256 === certificate.fingerprint256;
      if (rootCa ? !isSame || notices.length > 0 : notices.length !== 1) wrong.push(bit);
    }
    expect(wrong).toEqual([]);
    expect(told).toBeGreaterThan(bytes.length * 7);

    // Another certificate in its place, or one that it has not signed, is no flipped bit, and treated alike.
    documents.files.clear();
    documents.files.set(name, JSON.stringify({ ...older, intermediatesPem: [intermediate.certificatePem] }));
    expect(start().rootCas).toEqual([]);
  },
  60_000,
);
