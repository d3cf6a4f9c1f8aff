import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
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
