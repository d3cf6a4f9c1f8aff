import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { z } from 'zod';

/** What is used of a CycloneDX document; everything else is passed on as it is. */
const bomSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  components: z.array(z.looseObject({ name: z.string() })),
  serialNumber: z.string(),
  metadata: z.looseObject({ timestamp: z.string() }),
});

/** A UUID (version 8: of its own kind) made of what is hashed. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex').slice(0, 32);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0x3) | 0x8).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    variant + hex.slice(17, 20),
    hex.slice(20),
  ].join('-');
}

/**
 * Writes what the package consists of to `file`, as CycloneDX: the dependencies as the lock file pins them, and the
 * Electron around them, which for npm is a tool. The same sources give the same document: it has no date, and its
 * number is made of its content.
 */
export function writeSbom(file: string, electronVersion: string): void {
  const { status, stdout, error } = spawnSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--omit', 'dev', '--package-lock-only'],
    { encoding: 'utf8', shell: process.platform === 'win32', maxBuffer: 2 ** 26 },
  );
  if (error) throw error;
  if (status !== 0) throw new Error(`npm sbom ended with ${status}.`);
  const bom = bomSchema.parse(JSON.parse(stdout));
  bom.components.push({
    'bom-ref': `electron@${electronVersion}`,
    type: 'framework',
    name: 'electron',
    version: electronVersion,
    scope: 'required',
    purl: `pkg:npm/electron@${electronVersion}`,
    licenses: [{ license: { id: 'MIT' } }],
    externalReferences: [{ type: 'website', url: 'https://www.electronjs.org' }],
  });
  const { timestamp: _, ...metadata } = bom.metadata;
  const { serialNumber: __, ...rest } = { ...bom, metadata };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(rest))}`;
  writeFileSync(file, `${JSON.stringify({ ...rest, serialNumber }, null, 1)}\n`);
}
