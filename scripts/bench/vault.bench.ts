/** Times the vault with 1 to 10,000 pairings in real files: one change, and opening it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Vault as AVault } from '../../electron/core/vault/vault.ts';
import { type Figure, report } from './document.ts';
import { inTurn, sampleOf } from './sample.ts';

// Outside Electron, the "electron" package would download its binary as soon as electron-store imports it.
process.env['ELECTRON_OVERRIDE_DIST_PATH'] ??= '/not-used-in-plain-node';
const { electronStoreDocuments } = await import('../../electron/adapters/electron-store-documents.ts');
const { Vault } = await import('../../electron/core/vault/vault.ts');
const { createCa } = await import('../../tests/simulator/pki.ts');
const { addPairings } = await import('../../tests/support/many-pairings.ts');
const { MemoryCipher } = await import('../../tests/support/vault.ts');

type Documents = ReturnType<typeof electronStoreDocuments>;

const SIZES = [1, 100, 1_000, 10_000] as const;
const CHANGES = 60;
const OPENINGS = 20;
/** A change must not depend on how many there are; opening may take what each takes, and a little. */
const GOAL = { change: 1.2, opening: 1.2 };

const root = mkdtempSync(join(tmpdir(), 'pos-pairing-bench-'));
try {
  const ca = await createCa({ commonName: 'Root' });
  const cipher = new MemoryCipher();
  const timed = (work: () => unknown): number => {
    const startedAt = performance.now();
    work();
    return performance.now() - startedAt;
  };
  const vaults: { size: number; documents: Documents; vault: AVault; middle: string }[] = [];
  for (const size of SIZES) {
    const documents = electronStoreDocuments(join(root, String(size)));
    const vault = new Vault(documents, cipher);
    const pairings = await addPairings(vault, size, ca, 9);
    vaults.push({ size, documents, vault, middle: pairings[size >> 1]?.id ?? '' });
  }
  const changes = await inTurn(
    CHANGES,
    Object.fromEntries(
      vaults.map(({ size, vault, middle }) => [
        String(size),
        () => timed(() => vault.updateRecord(middle, { name: String(Math.random()) })),
      ]),
    ),
  );
  /** As many pairings, in one vault or in smaller ones: what the processor's caches and V8's heap make of them is alike. */
  const openings = await inTurn(
    OPENINGS,
    Object.fromEntries(
      vaults.flatMap(({ size, documents }, index) => {
        const smaller = vaults[index - 1];
        const open = (from: typeof documents, times: number) => () =>
          timed(() => Array.from({ length: times }, () => new Vault(from, cipher)));
        return [
          [String(size), open(documents, 1)],
          ...(smaller ? [[`${size} in parts`, open(smaller.documents, size / smaller.size)] as const] : []),
        ] as const;
      }),
    ),
  );
  const [one, ...more] = SIZES;
  const figures: Figure[] = more.flatMap((size, index) => {
    const before = SIZES[index] ?? one;
    const named = size.toLocaleString('en');
    const change = sampleOf(changes[size] ?? []);
    const first = sampleOf(changes[one] ?? []);
    const opening = sampleOf(openings[size] ?? []);
    const inParts = sampleOf(openings[`${size} in parts`] ?? []);
    return [
      {
        name: `vault/change-${size}`,
        what: `One change among ${named} pairings`,
        unit: 'ms',
        ours: change,
        bare: { what: 'with a single one', sample: first },
        value: change.median / first.median,
        goal: { atMost: GOAL.change },
      },
      {
        name: `vault/open-${size}`,
        what: `Opening ${named} pairings`,
        unit: 'ms',
        ours: opening,
        bare: {
          what: `${(size / before).toLocaleString('en')} vaults of ${before.toLocaleString('en')}`,
          sample: inParts,
        },
        value: opening.median / inParts.median,
        goal: { atMost: GOAL.opening },
      },
    ];
  });
  report(
    'vault',
    'Vault',
    `The core’s vault in real files, in plain Node, without a key store. One change writes one file and syncs it, ${CHANGES} times in turn in vaults of each size; opening reads and checks all files, ${OPENINGS} times in turn with as many pairings in smaller vaults. Growth in proportion is a result of 1.`,
    figures,
  );
} finally {
  rmSync(root, { recursive: true, force: true });
}
