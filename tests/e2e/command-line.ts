import { type ChildProcess, spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { resolve } from 'node:path';
import { electronFlags } from '../../scripts/desktop-session.ts';
import { ensureElectron } from '../../scripts/electron-runtime/ensure.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface CliOptions {
  readonly stdin?: string;
  /** What file descriptor 3 leads to. */
  readonly fd3?: string;
  /** Switches of a development build. */
  readonly flags?: readonly string[];
}

/** Starts the program with a command, where there is no display. */
export async function startCli(
  args: readonly string[],
  { fd3, flags = [] }: Omit<CliOptions, 'stdin'> = {},
): Promise<ChildProcess> {
  const { executable } = await ensureElectron();
  const { DISPLAY: _x, WAYLAND_DISPLAY: _wayland, ...env } = process.env;
  return spawn(executable, [...electronFlags(), ROOT, ...flags, ...args], {
    env,
    stdio: ['pipe', 'pipe', 'pipe', ...(fd3 === undefined ? [] : [openSync(fd3, 'r')])],
  });
}

/** Runs a command to its end. */
export async function cli(args: readonly string[], options: CliOptions = {}) {
  const process = await startCli(args, options);
  let [out, err] = ['', ''];
  process.stdout?.on('data', (text: Buffer) => {
    out += text;
  });
  process.stderr?.on('data', (text: Buffer) => {
    err += text;
  });
  process.stdin?.end(options.stdin ?? '');
  const exit = await new Promise<number | null>((done) => process.once('close', done));
  return { exit, out, err };
}
