import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const CORE = [
  'electron/device',
  'electron/discovery',
  'electron/history',
  'electron/pairing',
  'electron/pki',
  'electron/status',
  'electron/vault',
  'shared',
];

function importsOf(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) =>
    specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
  );
}

function reachableFrom(files: readonly string[]): Map<string, string[]> {
  const seen = new Map<string, string[]>();
  const queue = [...files];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file) || !/\.tsx?$/.test(file)) continue;
    seen.set(file, importsOf(file));
    queue.push(...importsOf(file));
  }
  return seen;
}

it('keeps the domain core free of Electron, directly and through what it imports', () => {
  const files = [
    'electron/app-services.ts',
    'electron/settings-store.ts',
    ...CORE.flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((name) =>
        join(folder, name),
      ),
    ),
  ];
  const reachable = reachableFrom(files);
  expect(reachable.size).toBeGreaterThan(20);
  const offenders = [...reachable].filter(([, imports]) =>
    imports.some((specifier) => /^electron(\/main|\/common|-store)?$/.test(specifier)),
  );
  expect(offenders.map(([file]) => file)).toEqual([]);
});
