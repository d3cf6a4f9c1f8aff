import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import type { Drafts } from '../core/export/drafts.ts';
import { failure } from '../core/failure.ts';
import { OWNER_ONLY } from '../core/vault/own-files.ts';

interface WholeFileOptions {
  /** Less what the process's umask takes away. */
  readonly mode?: number;
  /** Notes what a crash would leave behind, where the app does not clear the folder at its start. */
  readonly drafts?: Pick<Drafts, 'note' | 'forget'>;
}

/**
 * Writes a file, for its owner alone unless another mode is given: beside its place and renamed over it, so that there
 * is the whole file or the one that was there before. Throws {@link Failure} `storage-failed`.
 */
export async function writeOwnerFile(
  path: string,
  bytes: Uint8Array,
  { mode = OWNER_ONLY.file, drafts }: WholeFileOptions = {},
): Promise<void> {
  const fresh = `${path}.tmp-${randomBytes(4).toString('hex')}`;
  drafts?.note(fresh);
  try {
    const file = await open(fresh, 'wx', mode);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
    drafts?.forget(fresh);
  } catch (thrown) {
    await rm(fresh, { force: true }).then(
      () => drafts?.forget(fresh),
      // Noted, so it goes at the next start.
      () => {},
    );
    throw failure('storage-failed', thrown instanceof Error ? thrown.message : path);
  }
}
