import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { filesOf, samplesFor } from '../../electron/core/export/kit-files.ts';
import { generateKitPassword } from '../../electron/core/export/kit-password.ts';
import { closeToOthers } from '../../electron/core/export/own-access.ts';
import { readMe } from '../../electron/core/export/read-me.ts';
import { writeNewFolder } from '../../electron/core/export/write-folder.ts';
import { CONNECTION_SCHEMA, connectionSchema } from '../../scripts/make-schemas.ts';
import { KIT_FORMATS, parseKitPassword } from '../../shared/connection-kit.ts';
import { kitSample } from '../support/kit-samples.ts';

const isPosix = process.platform !== 'win32';
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
const PAIRING = {
  posId: 'Bar 2',
  identity: { kind: 'serial', serial: '1850012345' },
  address: { host: '192.168.178.67', port: 8443 },
} as const;
let place: string;

beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'pos-kit-'));
});
afterEach(() => {
  chmodSync(place, 0o700);
  rmSync(place, { recursive: true, force: true });
});

describe('the password of a kit', () => {
  it.each([
    ['elevenchars', 'export-password-short'],
    ['', 'export-password-short'],
    ['pässwörter sind gut', 'export-password-characters'],
    ['tab\tin the middle', 'export-password-characters'],
    ['x'.repeat(129), 'export-password-characters'],
  ])('%j is refused: %s', (text, code) => {
    expect(parseKitPassword(text)).toMatchObject({ ok: false, error: { code } });
  });

  it.each(['twelve chars', ' " \\ \' ; $ ~ x', 'x'.repeat(128)])('%j is taken as it is', (text) => {
    expect(parseKitPassword(text)).toEqual({ ok: true, value: text });
  });

  it('is made anew each time, of letters nobody confuses, and passes the rule for typed ones', () => {
    const made = Array.from({ length: 200 }, generateKitPassword);
    expect(new Set(made).size).toBe(200);
    for (const each of made) expect(each).toMatch(/^([a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/);
    expect(made.every((each) => parseKitPassword(each).ok)).toBe(true);
    // All of the alphabet is used.
    expect(new Set(made.join('').replaceAll('-', '')).size).toBe(31);
  });
});

describe('what a kit consists of', () => {
  it('has its files with the app, each sample with the formats it can read', () => {
    for (const format of KIT_FORMATS)
      for (const name of samplesFor(format)) expect(kitSample(name).length, name).toBeGreaterThan(100);
    expect(samplesFor('p12')).not.toContain('status.py');
    expect(samplesFor('pem')).toContain('status.py');
  });

  it.each(KIT_FORMATS)('%s: one file holds the key, and README.txt names every file', (format) => {
    const files = filesOf(format);
    expect(files.filter(({ holdsKey }) => holdsKey)).toHaveLength(1);
    const text = readMe(kitSample('README.txt'), PAIRING, format);
    for (const { name, what } of files)
      if (what !== 'read-me' && !/Status\.csproj|Program\.cs/.test(name))
        expect(text).toContain(name.replace('samples/', ''));
    expect(text).not.toMatch(/[{}]{2}/);
    expect(text.includes('NOT ENCRYPTED')).toBe(format === 'pem-plain');
  });

  it('has connection.json described as `npm run docs:schemas` writes it', () => {
    expect(JSON.parse(readFileSync(CONNECTION_SCHEMA, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(connectionSchema())),
    );
  });
});

describe('a new folder', () => {
  const files = [
    { name: 'a.txt', content: 'first' },
    { name: 'deep/er/b.bin', content: new Uint8Array([1, 2, 3]) },
  ];
  const code = (work: Promise<unknown>) =>
    work.then(
      () => 'written',
      (thrown) => thrown.appError?.code ?? String(thrown),
    );

  it('has all files, for its owner only', async () => {
    const target = join(place, 'kit');
    await writeNewFolder(target, files);
    expect(readdirSync(place)).toEqual(['kit']);
    expect(readFileSync(join(target, 'a.txt'), 'utf8')).toBe('first');
    expect([...readFileSync(join(target, 'deep/er/b.bin'))]).toEqual([1, 2, 3]);
    if (!isPosix) return;
    const mode = (name: string) => statSync(join(target, name)).mode & 0o777;
    expect(['.', 'deep', 'deep/er'].map(mode)).toEqual([0o700, 0o700, 0o700]);
    expect(['a.txt', 'deep/er/b.bin'].map(mode)).toEqual([0o600, 0o600]);
  });

  it('takes the place of nothing that is there', async () => {
    for (const existing of ['folder', 'file']) {
      if (existing === 'folder') mkdirSync(join(place, existing));
      else writeFileSync(join(place, existing), 'kept');
      expect(await code(writeNewFolder(join(place, existing), files))).toBe('export-folder-exists');
    }
    expect(readdirSync(place).sort()).toEqual(['file', 'folder']);
    expect(readFileSync(join(place, 'file'), 'utf8')).toBe('kept');
    expect(readdirSync(join(place, 'folder'))).toEqual([]);
  });

  it('is not made where there is no way to it', async () => {
    writeFileSync(join(place, 'file'), 'kept');
    expect(await code(writeNewFolder(join(place, 'gone/kit'), files))).toBe('export-folder-denied');
    expect(await code(writeNewFolder(join(place, 'file/kit'), files))).toBe('export-folder-denied');
    expect(readdirSync(place)).toEqual(['file']);
  });

  it.skipIf(!isPosix)('is not made where the user may not write', async () => {
    chmodSync(place, 0o500);
    // What root may not write is hardly ever found.
    if (isRoot) process.seteuid?.(NOBODY);
    try {
      expect(await code(writeNewFolder(join(place, 'kit'), files))).toBe('export-folder-denied');
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
    expect(readdirSync(place)).toEqual([]);
  });

  it.skipIf(!isPosix)('leaves nothing behind on a disk that takes only a part of it', () => {
    const script = fileURLToPath(new URL('../support/write-folder.ts', import.meta.url));
    const write = (name: string, limit: string) =>
      spawnSync(
        'sh',
        [
          '-c',
          `ulimit -f ${limit}; exec "$0" --import tsx "$1" "$2" 20000`,
          process.env['POS_PAIRING_PLAIN_NODE'] ?? process.execPath,
          script,
          join(place, name),
        ],
        { env: { ...process.env, TSX_DISABLE_CACHE: '1' }, encoding: 'utf8' },
      ).stdout;
    // A file may have 4 blocks of 512 or 1,024 bytes.
    expect(write('full', '4')).toBe('export-disk-full');
    expect(readdirSync(place)).toEqual([]);
    expect(write('roomy', 'unlimited')).toBe('written');
    expect(readdirSync(place)).toEqual(['roomy']);
  });
});

describe('access to a folder', () => {
  const SID = 'S-1-5-21-1-2-3-1001';
  const calls: [string, ...string[]][] = [];
  beforeEach(() => {
    calls.length = 0;
  });
  const windows =
    (answers: Record<string, string | Error>) => async (program: string, args: readonly string[]) => {
      calls.push([program, ...args]);
      const answer = answers[program] ?? '';
      if (answer instanceof Error) throw answer;
      return answer;
    };

  it('is the current user’s alone on Windows, by the security identifier', async () => {
    await closeToOthers('C:\\kit', 'win32', windows({ 'whoami.exe': `"shop\\till 1","${SID}"\r\n` }));
    expect(calls).toEqual([
      ['whoami.exe', '/user', '/fo', 'csv', '/nh'],
      ['icacls.exe', 'C:\\kit', '/inheritance:r', '/grant:r', `*${SID}:(OI)(CI)F`],
    ]);
  });

  it.each([
    ['no user is named', { 'whoami.exe': '' }],
    ['the file system knows no rights', { 'whoami.exe': SID, 'icacls.exe': new Error('exit code 1') }],
  ])('is refused when %s', async (_, answers) => {
    await expect(closeToOthers('E:\\kit', 'win32', windows(answers))).rejects.toMatchObject({
      appError: { code: 'export-folder-open' },
    });
  });

  it.skipIf(!isPosix)('is taken from others elsewhere', async () => {
    const folder = join(place, 'open');
    mkdirSync(folder);
    chmodSync(folder, 0o777);
    await closeToOthers(folder);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(existsSync(folder)).toBe(true);
  });
});
