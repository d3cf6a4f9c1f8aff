import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { cacheFolder } from '../electron-runtime/fallback-dist.ts';

const ENTER = resolve(import.meta.dirname, 'enter-root.sh');

/** Runs a command to its end. Throws with what it said when it fails. */
function must(command: string, args: readonly string[]): string {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (error) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}.\n${stderr}${stdout}`);
  return stdout;
}

/** A Debian of what every Debian has, made once, from the sources this system has its own packages from. */
function minimalDebian(): string {
  const file = join(cacheFolder(), 'debian-minimal-r1.tar');
  if (existsSync(file)) return file;
  console.log('Making a minimal Debian (once)…');
  mkdirSync(cacheFolder(), { recursive: true });
  const codename = /^VERSION_CODENAME=(.+)$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'stable';
  const sources = ['/etc/apt/sources.list.d/debian.sources', '/etc/apt/sources.list'].find(existsSync);
  const half = `${file}.half.tar`;
  must('mmdebstrap', ['--variant=minbase', codename, half, ...(sources ? [sources] : [])]);
  renameSync(half, file);
  return file;
}

/**
 * A throw-away system to install the package into. It has files, processes and mounts of its own, but the network
 * of this machine, on which the simulated device listens. Needs root.
 */
export class ThrowAwayRoot {
  readonly #folder: string;
  readonly #first: ChildProcess;
  /** The process id of its first process. */
  readonly #pid: number;

  private constructor(folder: string, first: ChildProcess, pid: number) {
    this.#folder = folder;
    this.#first = first;
    this.#pid = pid;
  }

  /** Over a copy of this system's files, or, when `minimal`, of a Debian that has nothing but the essentials. */
  static async make({ minimal }: { readonly minimal: boolean }): Promise<ThrowAwayRoot> {
    const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-root-'));
    // In memory: what is written must not lie within what is only read, which may be the whole disk.
    must('mount', ['-t', 'tmpfs', 'tmpfs', folder]);
    const [root, upper, work, unpacked] = ['root', 'upper', 'work', 'unpacked'].map((name) => {
      mkdirSync(join(folder, name));
      return join(folder, name);
    }) as [string, string, string, string];
    if (minimal) {
      must('tar', ['-xf', minimalDebian(), '-C', unpacked]);
      // So that packages come from where this system has them from.
      for (const setting of ['/etc/resolv.conf', '/etc/hosts'])
        copyFileSync(setting, join(unpacked, setting));
      must('cp', ['-r', '/etc/apt/apt.conf.d/.', join(unpacked, 'etc/apt/apt.conf.d')]);
    }
    const lower = minimal ? unpacked : '/';
    const layers = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
    must('mount', ['-t', 'overlay', 'overlay', '-o', layers, root]);
    const first = spawn('unshare', ['--mount', '--pid', '--fork', '--kill-child', 'sh', ENTER, root], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const [word] = (await Promise.race([once(first.stdout, 'data'), once(first, 'exit')])) as [unknown];
    if (!String(word).startsWith('ready')) throw new Error('The throw-away system did not come up.');
    const children = readFileSync(`/proc/${first.pid}/task/${first.pid}/children`, 'utf8');
    return new ThrowAwayRoot(folder, first, Number(children.trim()));
  }

  /** The command line that runs `args` inside, as root or as `user`. */
  command(args: readonly string[], user?: string): [string, ...string[]] {
    const as = user ? ['runuser', '-u', user, '--'] : [];
    // Nothing of this process's own environment: the user's home and language are the system's.
    const env = ['env', '-i', `PATH=/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin`, 'LANG=C.UTF-8'];
    return ['nsenter', '--target', String(this.#pid), '--mount', '--pid', ...env, ...as, ...args];
  }

  /** Runs a command inside to its end; returns what it printed. */
  run(args: readonly string[], user?: string): string {
    const [command, ...rest] = this.command(args, user);
    return must(command, rest);
  }

  /** Whether a command inside ends well. */
  succeeds(args: readonly string[], user?: string): boolean {
    const [command, ...rest] = this.command(args, user);
    return spawnSync(command, rest, { stdio: 'ignore' }).status === 0;
  }

  /** Where a file inside is for this machine. */
  path(inside: string): string {
    return `/proc/${this.#pid}/root${inside}`;
  }

  /** Writes a file inside that everybody may read; returns its path. */
  write(inside: string, text: string): string {
    writeFileSync(this.path(inside), text, { mode: 0o644 });
    return inside;
  }

  /** Puts a file of this machine into /tmp inside; returns its path there. */
  put(file: string): string {
    const inside = `/tmp/${basename(file)}`;
    must('cp', [file, this.path(inside)]);
    return inside;
  }

  async remove(): Promise<void> {
    const ended = once(this.#first, 'exit');
    this.#first.stdin?.end();
    await ended;
    // Lazily: its last processes may be on their way out still.
    must('umount', ['--lazy', join(this.#folder, 'root')]);
    must('umount', ['--lazy', this.#folder]);
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
