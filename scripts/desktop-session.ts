import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Set inside a session made here, so that nothing makes another one within it. */
const INSIDE = 'POS_PAIRING_DESKTOP_SESSION';
/** Set when nobody can see the display. */
const VIRTUAL_DISPLAY = 'POS_PAIRING_VIRTUAL_DISPLAY';

/** Debian packages by the command or shared library that shows whether they are there. */
const COMMANDS: Record<string, string> = {
  unzip: 'unzip',
  'xvfb-run': 'xvfb',
  xauth: 'xauth',
  'dbus-run-session': 'dbus-daemon',
  'gnome-keyring-daemon': 'gnome-keyring',
};
/** What reads the files the app exports, and the till in a browser, in tests, by a shell command that succeeds where it is. */
export const FOREIGN_READERS: Record<string, string> = {
  'command -v chromium': 'chromium',
  'command -v openssl': 'openssl',
  'command -v curl': 'curl',
  'command -v java && command -v keytool': 'openjdk-17-jdk-headless',
  // The system's Python: packages of Debian are not those of another one.
  '/usr/bin/python3 -c "import websockets"': 'python3-websockets',
};
const LIBRARY_PACKAGES = [
  'libgtk-3-0',
  'libnss3',
  'libasound2',
  'libgbm1',
  'libatk-bridge2.0-0',
  'libxss1',
  'libxtst6',
  'libsecret-1-0',
  'libnotify4',
];
/** Without these, Japanese texts and symbols on screenshots would be boxes. */
const FONTS: Record<string, string> = {
  '/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf': 'fonts-noto-core',
  '/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc': 'fonts-noto-cjk',
};

const succeeds = (command: string, args: string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

function missingPackages(executable: string | undefined, others: Record<string, string>): string[] {
  const missing = Object.entries(COMMANDS)
    .filter(([command]) => !succeeds('sh', ['-c', `command -v ${command}`]))
    .map(([, name]) => name);
  for (const [test, name] of Object.entries(others)) if (!succeeds('sh', ['-c', test])) missing.push(name);
  for (const [file, name] of Object.entries(FONTS)) if (!existsSync(file)) missing.push(name);
  if (executable && spawnSync('ldd', [executable], { encoding: 'utf8' }).stdout.includes('not found')) {
    missing.push(...LIBRARY_PACKAGES);
  }
  return missing;
}

/**
 * Makes sure that an Electron window can open here: on Debian as root it installs what is missing, elsewhere it
 * throws an error that names it. Call it before and after the executable is there.
 *
 * @param others further packages, by a shell command that succeeds where they are
 */
export function ensureSystemPackages(executable?: string, others: Record<string, string> = {}): void {
  if (process.platform !== 'linux') return;
  const missing = missingPackages(executable, others);
  if (missing.length === 0) return;
  if (!installPackages(missing)) {
    throw new Error(`Please install these packages first (Debian's names): ${missing.join(' ')}`);
  }
}

/** Installs Debian packages. False where that is not possible: not Debian, or not root. Throws when it fails. */
export function installPackages(names: readonly string[]): boolean {
  if (process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) return false;
  console.log(`Installing ${names.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-qq', '-o', 'Dpkg::Use-Pty=0', ...args], {
      env,
      stdio: ['ignore', 'ignore', 'inherit'],
    });
  apt('update');
  if (apt('install', '-y', '--no-install-recommends', ...names).status !== 0) {
    throw new Error(`apt-get could not install: ${names.join(' ')}`);
  }
  return true;
}

export const hasDisplay = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY']);

export const displayIsVirtual = (): boolean => Boolean(process.env[VIRTUAL_DISPLAY]);

const hasKeyring = (): boolean =>
  process.platform !== 'linux' || Boolean(process.env['DBUS_SESSION_BUS_ADDRESS']);

/**
 * Flags for Electron in development and tests. Chromium refuses its sandbox to root, so root runs without; a
 * keyring that was started here must be named, since no desktop announces it.
 */
export function electronFlags(): string[] {
  const flags: string[] = [];
  if (process.platform === 'linux' && process.getuid?.() === 0) flags.push('--no-sandbox');
  if (process.env[INSIDE]) flags.push('--password-store=gnome-libsecret');
  return flags;
}

/** Unlocks a new keyring with a password of its own, then becomes the command. */
const WITH_KEYRING =
  'printf throwaway | gnome-keyring-daemon --unlock --components=secrets >/dev/null && exec "$@"';

/**
 * Runs this process's own command line again inside a desktop session (virtual display, private session bus and
 * keyring) where there is none, and exits with its status; returns at once where there is one. The keyring lives
 * in a folder that is removed afterwards: nobody's real keyring is touched.
 */
export function enterDesktopSession(): void {
  if (process.env[INSIDE] || process.platform !== 'linux' || (hasDisplay() && hasKeyring())) return;
  const home = mkdtempSync(join(tmpdir(), 'pos-pairing-session-'));
  const display = hasDisplay() ? [] : ['xvfb-run', '-a', '-s', '-screen 0 1600x1000x24'];
  const [command = '', ...args] = [
    ...display,
    'dbus-run-session',
    '--',
    'sh',
    '-c',
    WITH_KEYRING,
    'sh',
    process.execPath,
    ...process.execArgv,
    ...process.argv.slice(1),
  ];
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    env: {
      ...process.env,
      ...(hasDisplay() ? {} : { [VIRTUAL_DISPLAY]: '1' }),
      [INSIDE]: home,
      XDG_DATA_HOME: join(home, 'data'),
      XDG_RUNTIME_DIR: home,
    },
  });
  rmSync(home, { recursive: true, force: true });
  process.exit(status ?? 1);
}
