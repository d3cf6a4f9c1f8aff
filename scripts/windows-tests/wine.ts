import { spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, mkdtempSync, openSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { installPackages } from '../desktop-session.ts';
import { cacheFolder } from '../electron-runtime/fallback-dist.ts';
import { Unavailable } from '../outcome.ts';

const PACKAGES = ['wine', 'wine64'];
/** Older ones do not run Node 20. */
const OLDEST = 8;
const PREPARE_LIMIT_MS = 180_000;

/** A process in Windows, or in what stands for it. */
export interface Run {
  readonly program: string;
  readonly args: readonly string[];
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly limitMs: number;
  /** A file for what it writes to its standard streams. */
  readonly output: string;
}

/** Such as `wine-8.0`. */
const versionOfWine = (): string | undefined => {
  const { status, stdout } = spawnSync('wine', ['--version'], {
    encoding: 'utf8',
    env: { ...process.env, WINEDEBUG: '-all' },
  });
  return status === 0 ? stdout.trim().split(' ')[0] : undefined;
};

const environment = (prefix: string): NodeJS.ProcessEnv => {
  const { DISPLAY: _, WAYLAND_DISPLAY: __, ...rest } = process.env;
  return {
    ...rest,
    // Wine makes links to what it finds in a real one.
    HOME: '/nonexistent',
    // Wine gives files names in the encoding of the locale.
    LC_ALL: 'C.UTF-8',
    WINEPREFIX: prefix,
    WINEARCH: 'win64',
    WINEDEBUG: '-all',
    // No menu entries, and no offer to download Mono and Gecko.
    WINEDLLOVERRIDES: 'winemenubuilder.exe=d;mscoree=d;mshtml=d',
  };
};

function installWine(): string {
  let problem = '';
  try {
    installPackages(PACKAGES);
  } catch (thrown) {
    problem = thrown instanceof Error ? `: ${thrown.message}` : '';
  }
  const version = versionOfWine();
  if (!version) throw new Unavailable(`please install ${PACKAGES.join(' and ')} (Debian's names)${problem}`);
  return version;
}

function preparePrefix(prefix: string): void {
  if (existsSync(prefix)) return;
  console.log('Preparing Wine (once)…');
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'unpack-'));
  try {
    for (const [program = '', ...args] of [
      ['wine', 'wineboot', '--init'],
      ['wine', 'winecfg', '-v', 'win10'],
      ['wineserver', '-w'],
    ]) {
      const { status } = spawnSync(program, args, {
        stdio: 'ignore',
        env: environment(folder),
        timeout: PREPARE_LIMIT_MS,
      });
      if (status !== 0) throw new Unavailable(`Wine could not be prepared: ${program} ${args.join(' ')}`);
    }
    if (!existsSync(prefix)) renameSync(folder, prefix);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Wine with a Windows 10 of its own in the cache folder; installs Wine on Debian as root. Returns what runs a program
 * in it. Throws {@link Unavailable}.
 */
export function ensureWine(): (run: Run) => Promise<number | null> {
  if (process.platform !== 'linux' || process.arch !== 'x64')
    throw new Unavailable('only on Windows and, by Wine, on linux-x64');
  const version = versionOfWine() ?? installWine();
  if (!(Number(/\d+/.exec(version)?.[0]) >= OLDEST))
    throw new Unavailable(`Wine ${OLDEST} is needed, not ${version}`);
  const prefix = join(cacheFolder(), version);
  preparePrefix(prefix);
  return ({ program, args, ...run }) =>
    start({ ...run, program: 'wine', args: [program, ...args], env: { ...environment(prefix), ...run.env } });
}

/** Runs a program to its end, or to its limit; null when it was ended. */
export function start({ program, args, cwd, env, limitMs, output }: Run): Promise<number | null> {
  // A file, since Wine's programs cannot write to pipes.
  const file = openSync(output, 'w');
  return new Promise<number | null>((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env,
      stdio: ['ignore', file, file],
      timeout: limitMs,
      killSignal: 'SIGKILL',
    });
    child.once('error', reject);
    child.once('exit', (code) => resolve(code));
  }).finally(() => closeSync(file));
}
