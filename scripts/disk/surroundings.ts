import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, rmdirSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

const OWN_MOUNTS = 'POS_PAIRING_OWN_MOUNTS';

/**
 * Runs this program again where what it mounts is its own, and goes with it however it ends. Returns the exit code of
 * that; undefined where this is the one already, or cannot be.
 */
export function withOwnMounts(): number | undefined {
  if (!isRoot || process.env[OWN_MOUNTS]) return undefined;
  const [, ...args] = process.argv;
  const command = ['--mount', '--propagation', 'private', process.execPath, ...process.execArgv, ...args];
  const { status, error } = spawnSync('unshare', command, {
    stdio: 'inherit',
    env: { ...process.env, [OWN_MOUNTS]: '1' },
  });
  return error ? undefined : (status ?? 1);
}

export interface SmallDisk {
  readonly path: string;
  /** Fills it but for so many bytes, in pages of 4 KiB. */
  leave(bytes: number): void;
  /** Undoes that. */
  free(): void;
  protect(isProtected: boolean): void;
  remove(): void;
}

/** A disk in memory of its own; undefined where none can be mounted. */
export function smallDisk(path: string, size: string): SmallDisk | undefined {
  if (!isRoot || !process.env[OWN_MOUNTS]) return undefined;
  mkdirSync(path);
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size},mode=700`, 'tmpfs', path]);
  const filler = join(path, 'filler');
  return {
    path,
    leave: (bytes) => {
      const { bavail, bsize } = statfsSync(path);
      writeFileSync(filler, Buffer.alloc(Math.max(0, bavail * bsize - bytes)));
    },
    free: () => rmSync(filler, { force: true }),
    protect: (isProtected) => execFileSync('mount', ['-o', `remount,${isProtected ? 'ro' : 'rw'}`, path]),
    remove: () => {
      execFileSync('umount', ['-l', path]);
      rmdirSync(path);
    },
  };
}
