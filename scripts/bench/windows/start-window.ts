import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { electronFlags } from '../../desktop-session.ts';

const HERE = import.meta.dirname;
/** The apps that are started: this one, as it was built, and one with nothing but a window. */
export const APPS = { app: resolve(HERE, '../../..'), empty: join(HERE, 'empty') } as const;
const START_LIMIT_MS = 60_000;
const END_LIMIT_MS = 5_000;

export interface RunningWindow {
  /** Milliseconds from the start of the process until its first button had been painted. */
  readonly usableMs: number;
  readonly pid: number;
  close(): Promise<void>;
}

const now = (): number => performance.timeOrigin + performance.now();

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), END_LIMIT_MS);
  await once(child, 'exit');
  clearTimeout(kill);
}

/** Starts an app over a data folder; resolves once its window can be used. */
export async function startWindow(executable: string, app: string, folder: string): Promise<RunningWindow> {
  const startedAt = now();
  const child = spawn(
    executable,
    ['-r', join(HERE, 'probe.cjs'), ...electronFlags(), app, `--user-data-dir=${folder}`],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const usableAt = await new Promise<number>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`${app} showed no button.`)), START_LIMIT_MS);
    child.once('exit', () => reject(new Error(`${app} ended before its window could be used.`)));
    createInterface(child.stdout).on('line', (line) => {
      const at = /^@bench usable ([\d.]+)$/.exec(line)?.[1];
      if (at === undefined) return;
      clearTimeout(timer);
      resolve(Number(at));
    });
  });
  return { usableMs: usableAt - startedAt, pid: child.pid ?? 0, close: () => ended(child) };
}

interface ProcessFacts {
  readonly parent: number;
  /** Milliseconds on a processor so far. */
  readonly cpuMs: number;
}

/** Of `proc_pid_stat(5)`, in ticks of 10 ms as on every Linux of today. */
function factsOf(pid: number): ProcessFacts | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    return { parent: fields[1] ?? 0, cpuMs: ((fields[11] ?? 0) + (fields[12] ?? 0)) * 10 };
  } catch {
    return undefined;
  }
}

/** A process with all that it started. */
export function familyOf(pid: number, all: readonly number[]): number[] {
  const family = [pid];
  for (const member of family)
    family.push(...all.filter((other) => !family.includes(other) && factsOf(other)?.parent === member));
  return family;
}

/** Processor time of these processes so far, in milliseconds. */
export const cpuMsOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => sum + (factsOf(pid)?.cpuMs ?? 0), 0);

/** Memory that these processes share with no other one, in MiB: `proc_pid_smaps(5)`. */
export const privateMibOf = (pids: readonly number[]): number =>
  pids.reduce((sum, pid) => {
    try {
      const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
      for (const [, kib] of rollup.matchAll(/^Private_(?:Clean|Dirty):\s+(\d+) kB/gm))
        sum += Number(kib) / 1024;
    } catch {
      // It ended meanwhile.
    }
    return sum;
  }, 0);
