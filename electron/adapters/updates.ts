import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';
import { app } from 'electron';
import { readFeedKey } from '../core/updates/feed.ts';
import type { UpdateSource } from '../core/updates/update-source.ts';
import type { InstallationKind } from '../updates/update-engine.ts';
import { testUpdates } from './command-line.ts';

/** What the Windows installer leaves beside the program; an MSI does not. */
const NSIS_UNINSTALLER = 'Uninstall POS Pairing.exe';

/**
 * How this app was installed, if it can update that itself. An MSI, a deb, an rpm and an unpacked archive are left to
 * what installed them; so is an AppImage that this user cannot replace. A deb would be installed as root from a folder
 * of this user, where others of their programs could put another one.
 */
function installationKind(): InstallationKind | undefined {
  const { platform } = process;
  if (platform === 'win32')
    return existsSync(join(dirname(process.execPath), NSIS_UNINSTALLER)) ? 'nsis' : undefined;
  if (platform === 'darwin') return 'mac';
  const appImage = process.env['APPIMAGE'];
  return appImage && isAbsolute(appImage) && canReplace(appImage) ? 'app-image' : undefined;
}

function canReplace(file: string): boolean {
  try {
    accessSync(file, constants.W_OK);
    accessSync(dirname(file), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

/** The key that feeds must be signed with, and the feed of the build, if it names one. */
function builtIn(): { readonly key: string; readonly feed: string | null } | null {
  const forTest = testUpdates();
  return forTest ? { key: readFileSync(forTest.keyFile, 'utf8'), feed: forTest.feed } : __UPDATES__;
}

/**
 * Where updates come from: `feed`, or else the build's own; undefined without either, without a key in the build, and
 * where this app cannot update itself. What it takes is loaded when it is needed. `leave` ends all that runs.
 */
export function openUpdates(
  feed: string | undefined,
  dataFolder: string,
  leave: () => Promise<void>,
): UpdateSource | undefined {
  const build = builtIn();
  const from = feed ?? build?.feed;
  const kind = installationKind();
  if (!build || !from || !kind) return undefined;
  const key = readFeedKey(build.key);
  const load = async () => {
    const { electronEngine } = await import('../updates/electron-engine.ts');
    return electronEngine({ kind, feed: from, key, dataFolder, leave });
  };
  let loaded: ReturnType<typeof load> | undefined;
  const engine = () => {
    loaded ??= load();
    return loaded;
  };
  return {
    look: async (signal) => (await engine()).look(signal),
    fetch: async (onPercent, signal) => (await engine()).fetch(onPercent, signal),
    recheck: async () => (await engine()).recheck(),
    install: async () => (await engine()).install(),
  };
}

/** Lets the next start find no other instance: the new version begins before this process has ended. */
export const makeWay = (): void => app.releaseSingleInstanceLock();
