import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { packageFolder, readLicence } from '../../scripts/vite-licences.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'licence-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, content: string) => writeFileSync(join(folder, file), content);

it.each([
  ['/app/node_modules/ws/lib/sender.js', '/app/node_modules/ws'],
  ['\0/app/node_modules/ajv/dist/ajv.js?commonjs-module', '/app/node_modules/ajv'],
  ['/app/node_modules/conf/node_modules/@scope/name/a.js', '/app/node_modules/conf/node_modules/@scope/name'],
  ['C:\\app\\node_modules\\zod\\index.js', 'C:/app/node_modules/zod'],
  ['/app/electron/main.ts', undefined],
  ['\0rolldown/runtime.js', undefined],
])('finds the package of %s', (moduleId, expected) => {
  expect(packageFolder(moduleId)).toBe(expected);
});

it('reads name, version, licence and all texts', () => {
  write('package.json', '{"name":"a","version":"1.2.3","license":"Apache-2.0"}');
  write('LICENSE.md', 'The licence.\n');
  write('NOTICE', 'The notice.\n');
  expect(readLicence(folder)).toEqual({
    name: 'a',
    version: '1.2.3',
    licence: 'Apache-2.0',
    text: 'The licence.\n\nThe notice.',
  });
});

it('refuses a package without a licence, or without its text', () => {
  write('package.json', '{"name":"a","version":"1.2.3"}');
  write('LICENSE', 'The licence.');
  expect(() => readLicence(folder)).toThrow('names no licence');
  rmSync(join(folder, 'LICENSE'));
  write('package.json', '{"name":"a","version":"1.2.3","license":"MIT"}');
  expect(() => readLicence(folder)).toThrow('has no licence text');
});
