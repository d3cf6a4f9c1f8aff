import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { cacheFolder, fallbackDist } from './fallback-dist.ts';

const DOWNLOAD_LIMIT_MS = 180_000;
const DAY_MS = 86_400_000;

export interface ElectronRuntime {
  readonly executable: string;
  readonly source: 'given' | 'official' | 'fallback';
}

/** Where an unpacked Electron has its program. */
const PROGRAM =
  { win32: 'electron.exe', darwin: 'Electron.app/Contents/MacOS/Electron' }[process.platform as string] ??
  'electron';

function officialExecutable(): string | undefined {
  const packageFolder = dirname(createRequire(import.meta.url).resolve('electron/package.json'));
  const pathFile = join(packageFolder, 'path.txt');
  if (!existsSync(pathFile)) return undefined;
  const executable = join(packageFolder, 'dist', readFileSync(pathFile, 'utf8').trim());
  return existsSync(executable) ? executable : undefined;
}

/** Tries the official download; a failure is remembered for a day, so that not every run waits for it. */
function downloadOfficial(): string | undefined {
  const failed = join(cacheFolder(), 'official-download-failed');
  if (existsSync(failed) && Date.now() - statSync(failed).mtimeMs < DAY_MS) return undefined;
  console.log('Fetching the official Electron…');
  const install = createRequire(import.meta.url).resolve('electron/install.js');
  const { status } = spawnSync(process.execPath, [install], { stdio: 'ignore', timeout: DOWNLOAD_LIMIT_MS });
  const executable = status === 0 ? officialExecutable() : undefined;
  if (!executable) {
    mkdirSync(cacheFolder(), { recursive: true });
    writeFileSync(failed, 'Remove this file to try the official Electron download again.\n');
  }
  return executable;
}

/**
 * A runnable Electron: the dist in ELECTRON_OVERRIDE_DIST_PATH, the official one, or, on linux-x64 where that
 * cannot be downloaded, the fallback for development and tests. Sets ELECTRON_OVERRIDE_DIST_PATH to it.
 */
export async function ensureElectron(): Promise<ElectronRuntime> {
  const given = process.env['ELECTRON_OVERRIDE_DIST_PATH'];
  if (given && existsSync(join(given, PROGRAM))) return { executable: join(given, PROGRAM), source: 'given' };
  const official = officialExecutable() ?? downloadOfficial();
  if (official) return { executable: official, source: 'official' };
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(
      'The official Electron could not be downloaded. Check the network or a proxy, or set ELECTRON_OVERRIDE_DIST_PATH to an unpacked Electron.',
    );
  }
  const dist = await fallbackDist();
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = dist;
  return { executable: join(dist, 'electron'), source: 'fallback' };
}
