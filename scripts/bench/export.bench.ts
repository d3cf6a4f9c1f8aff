/** Times the export of 1,000 connection kits, one after another, into real folders. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConnectionKit } from '../../electron/core/export/connection-kit.ts';
import { Drafts } from '../../electron/core/export/drafts.ts';
import { createVendorPki } from '../../tests/simulator/device.ts';
import { issuePair } from '../../tests/support/issued.ts';
import { kitSample } from '../../tests/support/kit-samples.ts';
import { EVERYBODY } from '../../tests/support/manager.ts';
import { addPairings } from '../../tests/support/many-pairings.ts';
import { testRegister } from '../../tests/support/register.ts';
import { type Figure, report } from './document.ts';
import { sampleOf } from './sample.ts';

const KITS = 1_000;
/** The last hundred may take as long as the first hundred, and a little. */
const GOAL = 1.2;
const PART = 100;
const SERIAL = '1850012345';

const pki = await createVendorPki();
const { client } = await issuePair(pki, SERIAL);
const register = testRegister(pki.root.certificatePem);
const pairings = await addPairings(register.vault, KITS, client, 9);
for (const { id } of pairings)
  register.vault.updateRecord(id, { trustAnchorFingerprint256: pki.root.certificate.fingerprint256 });
const kit = new ConnectionKit({
  context: register.context,
  authorize: EVERYBODY,
  isAllowed: true,
  readSample: kitSample,
  drafts: new Drafts(register.documents),
  tell: () => {},
});
const root = mkdtempSync(join(tmpdir(), 'pos-pairing-bench-'));
const figures: Figure[] = [];
try {
  for (const format of ['pem-plain', 'p12'] as const) {
    const times: number[] = [];
    for (const { id } of pairings) {
      const startedAt = performance.now();
      const { outcome } = await kit.export({
        pairingId: id,
        format,
        password: { kind: format === 'pem-plain' ? 'none' : 'generated' },
        chooseFolder: async () => join(root, `${format}-${id}`),
      });
      if (outcome !== 'written') throw new Error(`The kit was ${outcome}.`);
      times.push(performance.now() - startedAt);
    }
    const [first, last] = [sampleOf(times.slice(0, PART)), sampleOf(times.slice(-PART))];
    figures.push({
      name: `export/${format}`,
      what: `Last ${PART} of ${KITS.toLocaleString('en')} kits, ${format}`,
      unit: 'ms',
      ours: last,
      bare: { what: `first ${PART}`, sample: first },
      value: last.median / first.median,
      goal: { atMost: GOAL },
    });
    for (const { id } of pairings) rmSync(join(root, `${format}-${id}`), { recursive: true, force: true });
  }
} finally {
  rmSync(root, { recursive: true, force: true });
}
report(
  'export',
  'Export',
  `${KITS.toLocaleString('en')} connection kits one after another, each with its samples in a folder of its own, synced; in plain Node. One costs what it costs, however many there were before.`,
  figures,
);
process.exit();
