import { chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';

export const OWNER_ONLY = { file: 0o600, folder: 0o700 };
const BY_OTHERS = 0o077;
/** What electron-store and the documents leave behind when the power fails in the middle of a write. */
const LEFTOVER = /\.new\.json$|\.tmp-/;
const TRIAL = /^\.trial-[0-9a-f]{8}$/;
/** Windows refuses to read, rename or erase what a virus scanner or a backup holds open; that passes. */
export const HELD = { codes: new Set(['EPERM', 'EBUSY', 'EACCES']), tries: 20, pauseMs: 50 };
/** For a file that does not become free the app waits once, not again for each of a thousand. */
const IMPATIENT_MS = 10_000;
let waitedInVainAt = Number.NEGATIVE_INFINITY;

export const isLeftover = (file: string): boolean => LEFTOVER.test(file);

/** The code of a system error, such as `ENOENT`, or ''. */
export const systemCode = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

/** Runs `work`, on Windows again for up to a second while another program holds the file. Blocks meanwhile. */
export function whileHeld<T>(work: () => T, platform: NodeJS.Platform = process.platform): T {
  const patient = platform === 'win32' && performance.now() - waitedInVainAt > IMPATIENT_MS;
  for (let left = patient ? HELD.tries - 1 : 0; ; left -= 1) {
    try {
      return work();
    } catch (thrown) {
      if (!HELD.codes.has(systemCode(thrown))) throw thrown;
      if (left <= 0) {
        if (patient) waitedInVainAt = performance.now();
        throw thrown;
      }
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD.pauseMs);
    }
  }
}

/** Thrown for a folder of ours that leads somewhere else: nothing there is the app's to rename or erase. */
export class ForeignFolder extends Error {
  /** Its name, without the way to it. */
  readonly folder: string;
  constructor(path: string) {
    super(`${basename(path)} is a link to another folder`);
    this.name = 'ForeignFolder';
    this.folder = basename(path);
  }
}

/** Whether the folder is there. Throws {@link ForeignFolder} when it is a link. */
export function isOwnFolder(path: string): boolean {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found?.isSymbolicLink()) throw new ForeignFolder(path);
  return found !== undefined;
}

/** Makes the folder, for its owner only. Throws {@link ForeignFolder} or the system's error. */
export function makeOwnFolder(path: string): void {
  if (!isOwnFolder(path)) mkdirSync(path, { recursive: true, mode: OWNER_ONLY.folder });
}

/**
 * Closes a folder to other users and clears away what a crash left in it, which may hold sealed secrets of pairings
 * that were removed since: the app runs once for each data folder, so nobody is writing them. Never throws: what
 * cannot be done now waits for the next start.
 */
export function tidyOwnFolder(path: string): void {
  try {
    if (!isOwnFolder(path)) return;
    if (process.platform !== 'win32' && (lstatSync(path).mode & BY_OTHERS) !== 0)
      chmodSync(path, OWNER_ONLY.folder);
    for (const entry of whileHeld(() => readdirSync(path, { withFileTypes: true }))) {
      if (entry.isDirectory() || !isLeftover(entry.name)) continue;
      try {
        whileHeld(() => unlinkSync(join(path, entry.name)));
      } catch {
        // Somebody holds it, or the disk is read-only.
      }
    }
  } catch {
    // A link, or no folder at all: who works with it says so.
  }
}

/** Whether files can be made in a folder, which is made if needed. Clears away what a crash left of such a trial. */
export function canWriteIn(path: string): boolean {
  // Need not be hard to guess: it is made only where nothing is. Loading node:crypto would hold the window up.
  const name = Math.random().toString(16).slice(2, 10).padEnd(8, '0');
  const trial = join(path, `.trial-${name}`);
  try {
    mkdirSync(path, { recursive: true, mode: OWNER_ONLY.folder });
    writeFileSync(trial, '', { flag: 'wx', mode: OWNER_ONLY.file });
    // Another start at this moment may remove it as well.
    for (const file of readdirSync(path)) if (TRIAL.test(file)) rmSync(join(path, file), { force: true });
    return true;
  } catch {
    return false;
  }
}
