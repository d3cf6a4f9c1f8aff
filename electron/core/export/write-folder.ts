import { randomBytes } from 'node:crypto';
import { type FileHandle, lstat, mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { ErrorCode } from '../../../shared/errors.ts';
import { Failure, failure } from '../failure.ts';
import { HELD, systemCode } from '../vault/own-files.ts';
import type { Drafts } from './drafts.ts';
import { closeToOthers } from './own-access.ts';

export interface NewFile {
  /** Path within the folder, with `/`. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

const OWNER_ONLY = { file: 0o600, folder: 0o700 };

/** What the system says, as what the user can do about it. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  EEXIST: 'export-folder-exists',
  ENOTEMPTY: 'export-folder-exists',
  ENOSPC: 'export-disk-full',
  EDQUOT: 'export-disk-full',
  EFBIG: 'export-disk-full',
  EACCES: 'export-folder-denied',
  EPERM: 'export-folder-denied',
  EROFS: 'export-folder-denied',
  ENOENT: 'export-folder-denied',
  ENOTDIR: 'export-folder-denied',
};

const toFailure = (thrown: unknown): Failure =>
  thrown instanceof Failure
    ? thrown
    : failure(CODES[systemCode(thrown)] ?? 'storage-failed', thrown instanceof Error ? thrown.message : '');

async function closing<T>(opened: Promise<FileHandle>, work: (file: FileHandle) => Promise<T>): Promise<T> {
  const file = await opened;
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

const writeNew = (path: string, content: NewFile['content']): Promise<void> =>
  closing(open(path, 'wx', OWNER_ONLY.file), async (file) => {
    await file.writeFile(content);
    await file.sync();
  });

/** So that the names in it last as well. Not every file system can, and by then all files are there. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await closing(open(path, 'r'), (folder) => folder.sync()).catch(() => {});
}

/** Windows renames no folder while a virus scanner looks at what is in it; that passes. */
async function renameWhenFree(from: string, to: string): Promise<void> {
  for (let tries = process.platform === 'win32' ? HELD.tries : 1; ; ) {
    try {
      await rename(from, to);
      return;
    } catch (thrown) {
      tries -= 1;
      if (tries <= 0 || !HELD.codes.has(systemCode(thrown))) throw thrown;
      await delay(HELD.pauseMs);
    }
  }
}

/**
 * Writes a new folder, all of it or nothing: beside the target, closed to others before anything is in it, synced, and
 * only then given its name. Files are 0600, folders 0700. Throws {@link Failure} `export-folder-exists`,
 * `export-folder-denied`, `export-folder-open`, `export-disk-full` or `storage-failed`; nothing is left behind then.
 *
 * @param target absolute path of a folder that must not exist yet
 * @param drafts notes what a crash would leave behind
 */
export async function writeNewFolder(
  target: string,
  files: readonly NewFile[],
  drafts?: Pick<Drafts, 'note' | 'forget'>,
): Promise<void> {
  const exists = await lstat(target).then(
    () => true,
    () => false,
  );
  if (exists) throw failure('export-folder-exists', basename(target));
  const parent = dirname(target);
  const draft = join(parent, `.${basename(target)}.${randomBytes(6).toString('hex')}`);
  drafts?.note(draft);
  try {
    await mkdir(draft, { mode: OWNER_ONLY.folder });
    await closeToOthers(draft);
    const folders = new Set([draft]);
    for (const { name, content } of files) {
      const path = join(draft, name);
      await mkdir(dirname(path), { recursive: true, mode: OWNER_ONLY.folder });
      folders.add(dirname(path));
      await writeNew(path, content);
    }
    for (const folder of folders) await syncFolder(folder);
    await renameWhenFree(draft, target);
    await syncFolder(parent);
    drafts?.forget(draft);
  } catch (thrown) {
    await rm(draft, { recursive: true, force: true, maxRetries: 5 }).then(
      () => drafts?.forget(draft),
      // Noted, so it goes at the next start.
      () => {},
    );
    throw toFailure(thrown);
  }
}
