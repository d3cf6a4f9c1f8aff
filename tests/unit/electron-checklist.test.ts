import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

/** https://www.electronjs.org/docs/latest/tutorial/security, as of Electron 45. */
const OFFICIAL = [
  'Only load secure content',
  'Disable the Node.js integration in all renderers that display remote content',
  'Enable context isolation in all renderers',
  'Enable process sandboxing',
  'Use `ses.setPermissionRequestHandler()` in all sessions that load remote content',
  'Do not disable `webSecurity`',
  "Define a `Content-Security-Policy` and use restrictive rules (i.e. `script-src 'self'`)",
  'Do not enable `allowRunningInsecureContent`',
  'Do not enable experimental features',
  'Do not use `enableBlinkFeatures`',
  '`<webview>`: Do not use `allowpopups`',
  '`<webview>`: Verify options and params',
  'Disable or limit navigation',
  'Disable or limit creation of new windows',
  'Do not use `shell.openExternal` with untrusted content',
  'Use a current version of Electron',
  'Validate the `sender` of all IPC messages',
  'Avoid usage of the `file://` protocol and prefer usage of custom protocols',
  'Check which fuses you can change',
  'Do not expose Electron APIs to untrusted web content',
];

const page = readFileSync('docs/electron-checklist.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => /^\| \d+ +\|/.test(line))
  .map((line) => {
    const [number = '', item = '', done = '', shown = ''] = line
      .slice(1, -1)
      .split(' | ')
      .map((cell) => cell.trim());
    const tests = shown.split('<br>').map((test) => {
      const [, file = '', title = ''] = /^`([^`]+)`: (.+)$/.exec(test) ?? [];
      return { file, title };
    });
    return { number: Number(number), item, done, tests };
  });

/** The titles of the tests in a file, or of the steps. */
const titlesIn = (file: string): string[] =>
  [
    ...readFileSync(file, 'utf8').matchAll(
      /^ *(?:(?:test|it)(?:\.\w+)*\(\s*|\]\)\(\s*)?'([^']+)'(?:,| *:)/gm,
    ),
  ].map(([, title = '']) => title);

describe('Electron’s security checklist', () => {
  it('is answered item by item, in its own order and words', () => {
    expect(rows.map(({ number, item }) => [number, item])).toEqual(
      OFFICIAL.map((item, at) => [at + 1, item]),
    );
    for (const { done } of rows) expect(done.length).toBeGreaterThan(10);
  });

  it.each(rows)('has for item $number tests that there are', ({ tests }) => {
    expect(tests.length).toBeGreaterThan(0);
    for (const { file, title } of tests)
      expect([file, titlesIn(file)]).toEqual([file, expect.arrayContaining([title])]);
  });

  it.each(rows)('has for item $number a look at the installed program', ({ tests }) => {
    expect(tests.map(({ file }) => file)).toContain('scripts/installed/steps.ts');
  });

  it('has all tests in it that were made for an item', () => {
    const named = new Set(rows.flatMap(({ tests }) => tests.map(({ title }) => title)));
    const made = titlesIn('tests/e2e/security.spec.ts').filter((title) => /^\d/.test(title));
    expect(made.length).toBeGreaterThan(10);
    expect(made.filter((title) => !named.has(title))).toEqual([]);
    // By their numbers as well.
    for (const title of made)
      for (const number of title.slice(0, title.indexOf(':')).split(', '))
        expect(rows[Number(number) - 1]?.tests.map((test) => test.title)).toContain(title);
  });

  it('16: the declared Electron is the one that is written about', () => {
    const versions = z.looseObject({ devDependencies: z.record(z.string(), z.string()) });
    const declared = versions.parse(JSON.parse(readFileSync('package.json', 'utf8'))).devDependencies[
      'electron'
    ];
    const lock = z.looseObject({
      packages: z.record(z.string(), z.looseObject({ version: z.string().optional() })),
    });
    const locked = lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages[
      'node_modules/electron'
    ];
    const [, title = ''] =
      /^# Electron \d+ and (\d+)$/m.exec(readFileSync('docs/electron-versions.md', 'utf8')) ?? [];
    expect(declared).toMatch(new RegExp(`^\\^${title}\\.`));
    expect(locked?.version).toMatch(new RegExp(`^${title}\\.`));
  });
});
