import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const FPM = resolve('scripts/package/fpm.ts');
const TSX = resolve('node_modules/tsx/dist/cli.mjs');
const lacks = (command: string) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status !== 0;
const read = (command: string, ...args: string[]) =>
  execFileSync(command, args, { encoding: 'utf8', stdio: 'pipe' });

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fpm-'));
  mkdirSync(join(folder, 'app/sub folder'), { recursive: true });
  writeFileSync(join(folder, 'app/program'), 'x', { mode: 0o700 });
  writeFileSync(join(folder, 'app/sub folder/data'), 'x', { mode: 0o600 });
  writeFileSync(join(folder, 'icon.png'), 'x');
  writeFileSync(join(folder, 'after-install'), '#!/bin/bash\necho "100 %"\n');
  writeFileSync(join(folder, 'after-remove'), '#!/bin/bash\ntrue\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** As electron-builder calls it. */
function fpm(target: 'deb' | 'rpm', ...options: string[]): string {
  const file = join(folder, `out.${target}`);
  const plain = process.env['POS_PAIRING_PLAIN_NODE'] ?? process.execPath;
  const named = {
    architecture: 'amd64',
    'after-install': join(folder, 'after-install'),
    'after-remove': join(folder, 'after-remove'),
    description: 'What it is\n More about it',
    version: '1.2.3',
    package: file,
    name: 'a-name',
    maintainer: 'Somebody <a@b.example>',
    vendor: 'Somebody',
    url: 'https://b.example',
    license: 'UNLICENSED',
  };
  const args = Object.entries(named).flatMap(([name, value]) => [`--${name}`, value]);
  const mappings = [`${folder}/app/=/opt/A Name`, `${folder}/icon.png=/usr/share/icons/a-name.png`];
  read(plain, TSX, FPM, '-s', 'dir', '--force', '-t', target, ...options, ...args, ...mappings);
  return file;
}

describe('the stand-in for fpm', () => {
  it.skipIf(lacks('dpkg-deb'))('builds a Debian package of what it is given', () => {
    const deb = fpm(
      'deb',
      ...['-d', 'liba | libb', '-d', 'libc', '--deb-recommends', 'keyring'],
      ...['--deb-compression', 'gz', '--deb-priority', 'optional'],
    );
    const field = (name: string) => read('dpkg-deb', '-f', deb, name).trim();
    expect(field('Package')).toBe('a-name');
    expect(field('Version')).toBe('1.2.3');
    expect(field('Architecture')).toBe('amd64');
    expect(field('Depends')).toBe('liba | libb, libc');
    expect(field('Recommends')).toBe('keyring');
    expect(field('Description')).toBe('What it is\n More about it');
    const listing = read('dpkg-deb', '-c', deb);
    // Everybody may read what only the builder could.
    expect(listing).toMatch(/^-rwxr-xr-x root\/root .* \.\/opt\/A Name\/program$/m);
    expect(listing).toMatch(/^-rw-r--r-- root\/root .* \.\/opt\/A Name\/sub folder\/data$/m);
    expect(listing).toContain('./usr/share/icons/a-name.png');
    expect(read('dpkg-deb', '-I', deb, 'postinst')).toContain('100 %');
  });

  it.skipIf(lacks('rpmbuild'))('builds an RPM of the same', () => {
    const rpm = fpm(
      'rpm',
      ...['-d', '(liba or libb)', '-d', 'libc', '--rpm-summary', 'What it is'],
      ...['--rpm-os', 'linux', '--rpm-compression', 'gzip'],
    );
    const query = (...what: string[]) => read('rpm', '-qp', ...what, rpm).trim();
    expect(query('--queryformat', '%{NAME} %{VERSION} %{ARCH} %{OS}')).toBe('a-name 1.2.3 x86_64 linux');
    expect(query('--requires').split('\n')).toEqual(expect.arrayContaining(['(liba or libb)', 'libc']));
    // The system's folders are not its own.
    expect(query('-l').split('\n')).toEqual([
      '/opt/A Name',
      '/opt/A Name/program',
      '/opt/A Name/sub folder',
      '/opt/A Name/sub folder/data',
      '/usr/share/icons/a-name.png',
    ]);
    expect(query('--scripts')).toContain('100 %');
    expect(query('--scripts')).toContain('/bin/bash');
  });

  it.skipIf(lacks('dpkg-deb'))('refuses what it does not know', () => {
    expect(() => fpm('deb', '--pre-depends', 'x')).toThrow("Unknown option '--pre-depends'");
  });
});
