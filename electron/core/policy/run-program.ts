import { execFileSync } from 'node:child_process';

/** What a program of the system printed, or that it failed with this status. Throws when it could not be run. */
export type ProgramEnd =
  | { readonly status: 0; readonly output: Buffer }
  | { readonly status: number; readonly output: null };

/** Runs a program by its absolute path, with these variables beside those of the app. */
export type RunProgramSync = (
  program: string,
  args: readonly string[],
  environment?: Readonly<Record<string, string>>,
) => ProgramEnd;

/** The app cannot start before it knows its policy, so it waits; not for ever. */
const PROGRAM_MS = 10_000;
const OUTPUT_LIMIT = 4 * 1024 * 1024;

export const runProgramSync: RunProgramSync = (program, args, environment = {}) => {
  try {
    const output = execFileSync(program, [...args], {
      timeout: PROGRAM_MS,
      maxBuffer: OUTPUT_LIMIT,
      windowsHide: true,
      stdio: ['ignore', 'pipe', 'ignore'],
      env: { ...process.env, ...environment },
    });
    return { status: 0, output };
  } catch (thrown) {
    const status = thrown instanceof Error && 'status' in thrown ? thrown.status : null;
    if (typeof status !== 'number') throw thrown;
    return { status, output: null };
  }
};
