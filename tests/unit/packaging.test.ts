import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isOfDevelopment } from '../../electron/adapters/packaged.ts';
import { refusedAmong } from '../../electron/adapters/refused-switches.ts';

describe('an installed app', () => {
  const refused = (given: string, isPackaged = true) => refusedAmong(isPackaged, (name) => name === given);

  it.each([
    'use-mock-keychain',
    'no-sandbox',
    'disable-web-security',
    'remote-debugging-port',
    'remote-debugging-pipe',
    'remote-allow-origins',
    'ignore-certificate-errors',
    'ignore-certificate-errors-spki-list',
  ])('does not run with --%s, a development build does', (name) => {
    expect(refused(name)).toBe(name);
    expect(refused(name, false)).toBeUndefined();
  });

  it.each(['user-data-dir', 'lang', 'password-store', 'force-device-scale-factor'])(
    'runs with --%s',
    (name) => {
      expect(refused(name)).toBeUndefined();
    },
  );

  it('is not started with --no-sandbox by the entry that the AppImage writes', () => {
    const lines = readFileSync('electron-builder.yml', 'utf8')
      .split('\n')
      .filter((line) => !line.trim().startsWith('#'));
    expect(lines.join('\n')).not.toContain('no-sandbox');
    // Left out, electron-builder would put it there.
    expect(lines[lines.indexOf('appImage:') + 1]?.trim()).toBe('executableArgs: []');
  });
});

describe('a build for development', () => {
  it('is what its package.json calls one, and nothing else is', () => {
    expect(isOfDevelopment(() => readFileSync('package.json', 'utf8'))).toBe(true);
    for (const manifest of ['{"development":false}', '{"development":"true"}', '{}', 'true', 'null', '', '{'])
      expect(isOfDevelopment(() => manifest)).toBe(false);
    const missing = () => readFileSync('no-such-package.json', 'utf8');
    expect(isOfDevelopment(missing)).toBe(false);
  });

  it('is not told by the name of the executable, as Electron would', () => {
    const sources = readdirSync('electron', { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => ({ name, text: readFileSync(join('electron', name), 'utf8') }))
      .filter(({ text }) => /from 'electron'/.test(text));
    expect(sources.length).toBeGreaterThan(20);
    const offenders = sources.filter(({ text }) => /\bapp\.isPackaged\b(?!`)|\bdefaultApp\b/.test(text));
    expect(offenders.map(({ name }) => name)).toEqual([]);
  });
});
