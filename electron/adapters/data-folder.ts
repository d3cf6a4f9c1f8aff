import { lstatSync, mkdtempSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { app } from 'electron';
import { canWriteIn, makeOwnFolder, systemCode } from '../core/vault/own-files.ts';
import { requestedDataFolder } from './command-line.ts';

/** Where the app's data is kept. */
export interface DataFolder {
  readonly path: string;
  /** False where nothing can be saved: a read-only disk, a folder of somebody else, or one that cannot be made. */
  readonly writable: boolean;
}

/**
 * The folder that `--user-data-dir` names, or the system's for this app. Chromium writes to its own folder whatever
 * happens; where it may not write to this one, that goes to a temporary one. Throws the system's error when there is
 * no place at all.
 */
export function openDataFolder(): DataFolder {
  const path = requestedDataFolder() ?? app.getPath('userData');
  const writable = canWriteIn(path);
  if (writable) app.setPath('userData', path);
  else {
    app.setPath('sessionData', scratchFolder(path));
    try {
      app.setPath('userData', path);
    } catch {
      // It cannot be made, so it holds nothing that Chromium could want to read either.
      app.setPath('userData', scratchFolder(path));
    }
  }
  return { path, writable };
}

/** What a second instance tells the first. */
export type Told = {
  /** It runs a command, and asks for no window. */
  readonly command?: true;
};

/**
 * Whether no other instance of the app has this data folder; the one that has it is told. Its lock is a file, so where
 * nothing can be written, "no lock" says nothing yet: then it is looked whose lock is there, and another one is taken
 * beside it.
 */
export function isOnlyInstance({ path, writable }: DataFolder, told: Told = {}): boolean {
  if (app.requestSingleInstanceLock(told)) return true;
  if (writable || isLocked(path)) return false;
  const userData = app.getPath('userData');
  const scratch = scratchFolder(path);
  if (userData === scratch) return false;
  app.setPath('userData', scratch);
  try {
    return app.requestSingleInstanceLock(told);
  } finally {
    app.setPath('userData', userData);
  }
}

/** Whether a running instance has locked the folder, by what Chromium leaves there. */
function isLocked(path: string): boolean {
  if (process.platform === 'win32')
    // Windows removes it together with the process.
    return lstatSync(join(path, 'lockfile'), { throwIfNoEntry: false }) !== undefined;
  try {
    // A link that leads to "host-pid".
    const pid = Number(readlinkSync(join(path, 'SingletonLock')).split('-').at(-1));
    return Number.isInteger(pid) && pid > 0 && isRunning(pid);
  } catch {
    return false;
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return systemCode(thrown) === 'EPERM';
  }
}

/** A temporary folder of this user; the same one for the same data folder, so that two instances meet there. */
function scratchFolder(dataFolder: string): string {
  // Only here: loading it costs a start more than all the rest of this file.
  const { createHash } = process.getBuiltinModule('node:crypto');
  const name = createHash('sha256').update(dataFolder).digest('hex').slice(0, 16);
  const shared = join(tmpdir(), `pos-pairing-${process.getuid?.() ?? 'user'}-${name}`);
  try {
    makeOwnFolder(shared);
    if (isMine(shared)) return shared;
  } catch {
    // Somebody else's, or a link.
  }
  return mkdtempSync(join(tmpdir(), 'pos-pairing-'));
}

/** Temporary folders are everybody's: one that another user has prepared is not used. */
function isMine(path: string): boolean {
  if (process.platform === 'win32') return true;
  const { uid, mode } = lstatSync(path);
  return uid === process.getuid?.() && (mode & 0o077) === 0;
}

/** Where the documents of the vault are. */
export const vaultFolder = ({ path }: DataFolder): string => join(path, 'vault');
