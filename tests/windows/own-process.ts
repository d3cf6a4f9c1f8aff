import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, readFileSync, rmSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Group, Role } from './case.ts';

export const ROLE = '--role';
const COMPLAINTS = 'roles.log';
const WAIT_LIMIT_MS = 20_000;

/** Runs a file beside the one that runs now. Under Wine a process gets no pipes; what it has to say goes into files. */
export const startProgram = (file: string, ...args: string[]): ChildProcess =>
  spawn(process.execPath, [join(dirname(process.argv[1] ?? ''), file), ...args], { stdio: 'ignore' });

/** Has a process of its own play a role. */
export const startRole = (name: string, ...args: string[]): ChildProcess =>
  startProgram(basename(process.argv[1] ?? ''), ROLE, name, ...args);

/** Waits for a process to end, however it does. */
export const ended = async (process: ChildProcess): Promise<void> => {
  await once(process, 'exit');
};

/** Has a process play a role to its end. */
export async function playedRole(name: string, ...args: string[]): Promise<void> {
  const [code] = await once(startRole(name, ...args), 'exit');
  if (code !== 0) throw new Error(`the role ${name} ended with ${code}`);
}

/** Ends a process as a crash does: from one instruction to the next. */
export async function kill(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  const gone = once(process, 'exit');
  process.kill('SIGKILL');
  await gone;
}

/** Waits until another process has made something true. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  for (const since = performance.now(); !holds(); await sleep(10))
    if (performance.now() - since > WAIT_LIMIT_MS) throw new Error(`${what}: not in ${WAIT_LIMIT_MS} ms`);
}

/** In the process that plays it. */
export async function play(
  groups: readonly Group[],
  shared: Readonly<Record<string, Role>>,
  name: string,
  args: readonly string[],
): Promise<void> {
  const role = [shared, ...groups.map(({ roles }) => roles)].find((roles) => roles[name])?.[name];
  try {
    if (!role) throw new Error('no such role');
    await role(...args);
    process.exit(0);
  } catch (thrown) {
    appendFileSync(COMPLAINTS, `${name}: ${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exit(1);
  }
}

/** What went wrong in other processes since somebody asked. */
export function complaintsOfRoles(): string[] {
  const file = resolve(COMPLAINTS);
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8');
  rmSync(file);
  return [text];
}
