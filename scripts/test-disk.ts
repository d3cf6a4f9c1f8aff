/**
 * What the app makes of crashes, spoiled files, disks that take nothing, and a key store that is gone. Writes
 * docs/disk.md. `--quick`: some of each, and no document. `--report FILE`: the outcome as JSON as well.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { writeDiskDocument } from './disk/document.ts';
import { withOwnMounts } from './disk/surroundings.ts';
import { finish } from './long-tests/finish.ts';
import type { Row } from './long-tests/result.ts';

const mounted = withOwnMounts();
if (mounted !== undefined) process.exit(mounted);
// Outside Electron, the "electron" package would download its binary as soon as electron-store imports it.
process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/not-used-in-plain-node';

const { bundleProcess } = await import('./disk/bundle.ts');
const { createAuthorities } = await import('./disk/fill.ts');
const { denyAll, fillDisks, protectDisk, spoilAll } = await import('./disk/faults.ts');
const { flipAll } = await import('./disk/flips.ts');
const { keyStores } = await import('./disk/key-store.ts');
const { killWriters } = await import('./disk/kills.ts');
const { ROLES } = await import('./disk/roles.ts');

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, report: { type: 'string' } },
});
/** Steps are prime numbers, so that all bits of a byte have their turn. */
const extent = values.quick
  ? { killsOfRole: 6, bits: { step: 499, startStep: 1 }, cuts: 3, levels: 3 }
  : { killsOfRole: 210, bits: { step: 1, startStep: 29 }, cuts: 24, levels: 6 };
const PARALLEL = 2;

const place = mkdtempSync(join(tmpdir(), 'pos-disk-'));
// Another user must get through to the folders that are its own.
chmodSync(place, 0o711);
const started = performance.now();
const sectionEnded = (title: string) =>
  console.log(`${title}: after ${Math.round((performance.now() - started) / 1000)} s`);
const rows: Row[] = [];
let cleared = 0;
let starts = 0;
try {
  const authorities = await createAuthorities();
  const bundle = await bundleProcess('writer', place);
  for (const role of ROLES) {
    const killed = await killWriters(
      { bundle, role, kills: extent.killsOfRole, authorities },
      place,
      PARALLEL,
    );
    rows.push(killed.row);
    cleared += killed.cleared;
    sectionEnded(`kills, ${role}`);
  }
  const flipped = await flipAll(place, authorities, extent.bits);
  rows.push(...flipped.rows);
  starts = flipped.starts;
  sectionEnded('flips');
  rows.push(
    ...(await spoilAll(place, authorities, extent.cuts)),
    ...(await denyAll(place, authorities)),
    ...(await fillDisks(place, authorities, extent.levels)),
    ...(await protectDisk(place, authorities)),
    ...(await keyStores(place, authorities)),
  );
} finally {
  rmSync(place, { recursive: true, force: true });
}
const minutes = (performance.now() - started) / 60_000;
if (!values.quick) writeDiskDocument(rows, { cleared, starts, minutes });
finish(rows, values.report);
