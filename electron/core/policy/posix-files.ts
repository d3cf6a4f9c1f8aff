import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readFileSync,
  readlinkSync,
  type Stats,
} from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { systemCode } from '../vault/own-files.ts';
import type { GuardedFiles } from './read-policy.ts';
import { unreadable, unreadablePolicy, unsafePolicy } from './wrong-policy.ts';

/** Largest policy or Root CA file that is read, in bytes. */
const FILE_LIMIT = 1024 * 1024;
const MOST_LINKS = 20;
const BY_GROUP = 0o020;
const BY_OTHERS = 0o002;

export interface PosixGuard {
  /** Users, by number, who count as administrators. */
  readonly owners: readonly number[];
  /** Groups, by number, whose members do. */
  readonly groups: readonly number[];
  /** The folder whose content is judged; what is above it counts as safe. `/` for all of a path. */
  readonly below: string;
}

/** Root on Linux; on macOS also its group `admin`, whose members are the computer's administrators. */
export const systemGuard = (platform: NodeJS.Platform): PosixGuard => ({
  owners: [0],
  groups: platform === 'darwin' ? [0, 80] : [0],
  below: '/',
});

/**
 * Files of Linux and macOS that only administrators may write: each folder on the way, each link and the file itself
 * belongs to one, and nobody else may write it. What may write a folder may put another file in the place of one.
 */
export function posixFiles(guard: PosixGuard): GuardedFiles {
  return {
    read(path) {
      try {
        const real = follow(guard, resolve(path));
        return real === undefined ? undefined : readGuarded(guard, real);
      } catch (thrown) {
        if (systemCode(thrown) === '') throw thrown;
        throw unreadable(path, thrown);
      }
    },
  };
}

/** The file that a path leads to, each step of it judged; undefined when there is none. */
function follow(guard: PosixGuard, path: string): string | undefined {
  let open = path;
  for (let links = 0; links <= MOST_LINKS; links += 1) {
    const next = step(guard, open);
    if (next.kind !== 'link') return next.kind === 'file' ? open : undefined;
    open = next.to;
  }
  throw unreadablePolicy(`${path} leads through too many links`);
}

type Step = { readonly kind: 'file' | 'absent' } | { readonly kind: 'link'; readonly to: string };

/** Judges a path from its top to its end, or to the first link in it. */
function step(guard: PosixGuard, path: string): Step {
  for (const at of wayTo(path)) {
    const found = lstatSync(at, { throwIfNoEntry: false });
    if (!found) return { kind: 'absent' };
    judge(guard, at, found);
    if (found.isSymbolicLink())
      return { kind: 'link', to: join(resolve(dirname(at), readlinkSync(at)), path.slice(at.length)) };
  }
  return { kind: 'file' };
}

/** `/`, `/etc`, `/etc/pos-pairing`, … */
function wayTo(path: string): string[] {
  const parent = dirname(path);
  return parent === path ? [path] : [...wayTo(parent), path];
}

function judge({ owners, groups, below }: PosixGuard, path: string, { uid, gid, mode }: Stats): void {
  if (path !== below && !path.startsWith(below.endsWith(sep) ? below : `${below}${sep}`)) return;
  if (!owners.includes(uid))
    throw unsafePolicy(`${path} belongs to user ${uid}, who is not an administrator`);
  // The mode of a link says nothing.
  if (isLink(mode)) return;
  if ((mode & BY_OTHERS) !== 0) throw unsafePolicy(`${path} can be written by everybody`);
  if ((mode & BY_GROUP) !== 0 && !groups.includes(gid))
    throw unsafePolicy(`${path} can be written by the group ${gid}`);
}

const isLink = (mode: number): boolean => (mode & constants.S_IFMT) === constants.S_IFLNK;

/** By the open file, so that what was judged is what is read. */
function readGuarded(guard: PosixGuard, path: string): Buffer {
  const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) throw unreadablePolicy(`${path} is not a file`);
    if (stats.size > FILE_LIMIT) throw unreadablePolicy(`${path} has more than ${FILE_LIMIT} bytes`);
    judge(guard, path, stats);
    return readFileSync(file);
  } finally {
    closeSync(file);
  }
}
