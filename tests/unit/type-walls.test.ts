import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const cache = join(root, '.cache');
let folder = '';

// Inside the repository, so that packages are found.
beforeAll(() => {
  mkdirSync(cache, { recursive: true });
  folder = mkdtempSync(join(cache, 'type-walls-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const USES = {
  dom: 'document.title;',
  node: "import('node:fs');",
  process: 'process.argv;',
  vite: 'import.meta.env;',
};
type Use = keyof typeof USES;

/** Type-checks all of a project, and beside it one file with each use, whose errors it gives. */
function refusedIn(project: string): Use[] {
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(root, project, 'tsconfig.json'),
      compilerOptions: { composite: false, incremental: false, emitDeclarationOnly: false, noEmit: true },
      files: ['probe.ts'],
    }),
  );
  const uses = Object.entries(USES) as [Use, string][];
  writeFileSync(join(folder, 'probe.ts'), uses.map(([, line]) => `${line}\n`).join(''));
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = spawnSync(process.execPath, [tsc, '-p', folder, '--pretty', 'false'], {
    cwd: root,
    encoding: 'utf8',
  });
  const lines = stdout.split('\n').filter((line) => line !== '' && !line.startsWith(' '));
  expect(lines.filter((line) => !line.includes('probe.ts('))).toEqual([]);
  return uses.flatMap(([use], index) =>
    lines.some((line) => line.includes(`probe.ts(${index + 1},`)) ? [use] : [],
  );
}

it.each<[string, Use[]]>([
  ['shared', ['dom', 'node', 'process', 'vite']],
  ['electron/core', ['dom', 'vite']],
  ['electron', ['dom', 'vite']],
  ['renderer', ['node', 'process']],
])('%s knows no types of where it does not run', (project, refused) => {
  expect(refusedIn(project)).toEqual(refused);
});
