import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

interface Import {
  readonly file: string;
  /** A path from the repository's root, or a package's name. */
  readonly target: string;
}

const sourcesIn = (folder: string): string[] =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name))
    .map((name) => join(folder, name));

function importsOf(file: string): Import[] {
  const source = readFileSync(join(root, file), 'utf8');
  return [...source.matchAll(/(?:from|import)\s*\(?\s*'([^']+)'/g)].map(([, specifier = '']) => ({
    file,
    target: specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier,
  }));
}

const importsIn = (folder: string): Import[] => sourcesIn(folder).flatMap(importsOf);
const isLocal = ({ target }: Import) => existsSync(join(root, target));
const isElectron = ({ target }: Import) => /^electron(-store)?($|\/(main|common|renderer)$)/.test(target);

it('keeps the core to itself and shared/, whatever folders it has', () => {
  const imports = importsIn('electron/core');
  expect(imports.length).toBeGreaterThan(100);
  const offenders = imports.filter(
    (each) => isElectron(each) || (isLocal(each) && !/^(electron\/core|shared)\//.test(each.target)),
  );
  expect(offenders).toEqual([]);
});

it('keeps the command line to the core and shared/', () => {
  const imports = importsIn('electron/cli');
  expect(imports.length).toBeGreaterThan(40);
  const offenders = imports.filter(
    (each) => isElectron(each) || (isLocal(each) && !/^(electron\/(core|cli)|shared)\//.test(each.target)),
  );
  expect(offenders).toEqual([]);
});

it('has no two folders of the core that need each other, not even by way of others', () => {
  const below = new Map<string, Set<string>>();
  for (const { file, target } of importsIn('electron/core')) {
    const [from, to] = [dirname(file), dirname(target)];
    if (from === to || from === 'electron/core' || !to.startsWith('electron/core/')) continue;
    below.set(from, (below.get(from) ?? new Set()).add(to));
  }
  const circles: string[] = [];
  const walk = (folder: string, path: readonly string[]) => {
    if (path.includes(folder)) circles.push([...path, folder].join(' → '));
    else for (const next of below.get(folder) ?? []) walk(next, [...path, folder]);
  };
  for (const folder of below.keys()) walk(folder, []);
  expect(below.size).toBeGreaterThan(5);
  expect(circles).toEqual([]);
});

it('keeps shared/ free of both processes', () => {
  const offenders = importsIn('shared').filter(
    (each) =>
      isElectron(each) ||
      each.target.startsWith('node:') ||
      (isLocal(each) && !each.target.startsWith('shared/')),
  );
  expect(offenders).toEqual([]);
});

it('keeps the renderer away from the main process and from Node', () => {
  const offenders = importsIn('renderer').filter(
    (each) =>
      isElectron(each) ||
      each.target.startsWith('node:') ||
      (isLocal(each) && !/^(renderer|shared)\//.test(each.target)),
  );
  expect(offenders).toEqual([]);
});
