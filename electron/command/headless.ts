import { spawn } from 'node:child_process';
import { app } from 'electron';

/** The process that started this one and passes its exit code on. */
const PARENT = 'POS_PAIRING_COMMAND_PARENT';
const LOOK_MS = 250;
const SIGNALS = ['SIGTERM', 'SIGINT', 'SIGHUP'] as const;

/**
 * On Linux Chromium chooses its platform by a switch only, soon after this script has begun, and ends where it finds
 * no display. So a command runs in a process of its own that has the switch, and gets the signals of this one; returns
 * its exit code. Undefined where this process is the right one already. Electron waits for a script that awaits this.
 *
 * @param fds file descriptors that the command reads, beside the standard ones
 */
export async function runHeadless(fds: readonly number[]): Promise<number | undefined> {
  if (process.platform !== 'linux' || app.commandLine.hasSwitch('ozone-platform')) return undefined;
  const stdio = Array.from({ length: Math.max(2, ...fds) + 1 }, (_, fd) =>
    fd <= 2 || fds.includes(fd) ? fd : ('ignore' as const),
  );
  const child = spawn(process.execPath, ['--ozone-platform=headless', ...process.argv.slice(1)], {
    stdio,
    env: { ...process.env, [PARENT]: String(process.pid) },
  });
  for (const signal of SIGNALS) process.on(signal, () => child.kill(signal));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** Calls back once the process that waits for this one is gone, such as killed. */
export function whenLeftAlone(onAlone: () => void): void {
  const parent = Number(process.env[PARENT]);
  if (!parent) return;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    onAlone();
  }, LOOK_MS);
  timer.unref();
}
