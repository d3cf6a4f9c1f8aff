import { randomBytes } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { failure } from '../core/failure.ts';
import { OWNER_ONLY } from '../core/vault/own-files.ts';

/**
 * Writes a file where the user chose, for its owner alone: beside its place and renamed over it, so that there is the
 * whole file or none. Throws {@link Failure} `storage-failed`.
 */
export async function writeOwnerFile(path: string, bytes: Uint8Array): Promise<void> {
  const fresh = `${path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(fresh, 'wx', OWNER_ONLY.file);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(fresh, path);
  } catch (thrown) {
    await rm(fresh, { force: true }).catch(() => {});
    throw failure('storage-failed', thrown instanceof Error ? thrown.message : path);
  }
}
