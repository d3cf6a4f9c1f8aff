import { spawn, spawnSync } from 'node:child_process';

const answers = (command: string, args: readonly string[]): boolean =>
  spawnSync(command, args, { stdio: 'ignore' }).status === 0;

/** The system's Python first: its packages are those that the test command installs. */
const python = ['/usr/bin/python3', 'python3', 'python'].find((command) =>
  answers(command, ['-c', 'import websockets']),
);

/** Programs that read what the app writes for others, by what is run; undefined for one that is not there. */
const TOOLS = {
  openssl: answers('openssl', ['version']) ? 'openssl' : undefined,
  curl: answers('curl', ['--version']) ? 'curl' : undefined,
  java: answers('java', ['-version']) ? 'java' : undefined,
  keytool: answers('keytool', ['-help']) ? 'keytool' : undefined,
  python,
};
type Tool = keyof typeof TOOLS;

/** The curl of Windows has its TLS from the system, which takes neither files of keys nor of Root CAs. */
const isOfNoUse = (tool: Tool): boolean => process.platform === 'win32' && tool === 'curl';

/** Whether a test must do without a tool. Where everything is installed, on CI, it runs and fails instead. */
export function lacks(tool: Tool): boolean {
  if (isOfNoUse(tool)) return true;
  if (TOOLS[tool] !== undefined || process.env['CI']) return false;
  console.log(`Left out: ${tool} is not installed.`);
  return true;
}

interface Ended {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  /** Added to the environment; undefined takes one away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly stdin?: string;
}

/** Runs a program to its end while this process goes on serving it. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Ended> {
  const { cwd, env, stdin = '' } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { ...(cwd && { cwd }), env: { ...process.env, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => {
      stdout += data.toString();
    });
    child.stderr.on('data', (data: Buffer) => {
      stderr += data.toString();
    });
    child.on('error', reject);
    // Programs end their lines as their system does.
    const text = (written: string) => written.replaceAll('\r\n', '\n');
    child.on('close', (status) => resolve({ status, stdout: text(stdout), stderr: text(stderr) }));
    // A program that does not read it may be gone already.
    child.stdin.on('error', () => {});
    child.stdin.end(stdin);
  });
}

export const runTool = (tool: Tool, args: readonly string[], options?: RunOptions): Promise<Ended> =>
  runProgram(TOOLS[tool] ?? tool, args, options);
