import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A port has one listener, and whoever ends gives it back. No pipe: Wine lets several listen on one. */
const TURN = { host: '127.0.0.1', port: 28_411 };

/** Runs `work` while no other process of these tests does anything computer-wide: both versions of Node run at once. */
export async function whileAlone(work: () => Promise<void>): Promise<void> {
  const turn = createServer();
  while (
    !(await new Promise<boolean>((taken) => {
      turn.once('error', () => taken(false));
      turn.listen(TURN, () => taken(true));
    }))
  )
    await sleep(50);
  try {
    await work();
  } finally {
    await new Promise((closed) => turn.close(closed));
  }
}

/** A program of Windows, by its path. */
const inSystem = (program: string): string => `${process.env['SystemRoot']}\\System32\\${program}`;

/** Runs a program of Windows to its end. Throws when it fails. */
export function runInSystem(program: string, ...args: string[]): void {
  execFileSync(inSystem(program), args, { stdio: 'ignore', windowsHide: true });
}

/** Whether this process may change what belongs to the computer. */
export function isAdministrator(): boolean {
  try {
    // Told to nobody else.
    runInSystem('fltmc.exe');
    return true;
  } catch {
    return false;
  }
}
