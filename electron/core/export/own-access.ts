import { execFile } from 'node:child_process';
import { chmod, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { failure } from '../failure.ts';

const OWNER_ONLY = 0o700;
const BY_OTHERS = 0o077;

/** Runs a program of Windows and resolves with what it prints; rejects when it fails. */
export type RunProgram = (program: string, args: readonly string[]) => Promise<string>;

const PROGRAM_MS = 15_000;

const runProgram: RunProgram = async (program, args) => {
  // By its path: a program of that name in another folder must not be found first.
  const path = join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32', program);
  return (await promisify(execFile)(path, [...args], { timeout: PROGRAM_MS, windowsHide: true })).stdout;
};

/** The security identifier of the current user: unlike the name, the same in every language and domain. */
async function currentUserSid(run: RunProgram): Promise<string> {
  const [sid] = (await run('whoami.exe', ['/user', '/fo', 'csv', '/nh'])).match(/S-1-[\d-]+/) ?? [];
  if (!sid) throw new Error('whoami names no security identifier');
  return sid;
}

/**
 * Takes from everybody but the current user what they may do with a folder and with whatever is made in it from now
 * on. Throws {@link Failure} `export-folder-open` when its file system cannot do that, such as FAT on a USB stick.
 */
export async function closeToOthers(
  folder: string,
  platform: NodeJS.Platform = process.platform,
  run: RunProgram = runProgram,
): Promise<void> {
  try {
    if (platform === 'win32') {
      const everything = `*${await currentUserSid(run)}:(OI)(CI)F`;
      await run('icacls.exe', [folder, '/inheritance:r', '/grant:r', everything]);
    } else {
      await chmod(folder, OWNER_ONLY);
      const { mode } = await stat(folder);
      if ((mode & BY_OTHERS) !== 0) throw new Error(`its mode stays ${(mode & 0o777).toString(8)}`);
    }
  } catch (thrown) {
    throw failure('export-folder-open', thrown instanceof Error ? thrown.message : '');
  }
}
