import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { z } from 'zod';
import { insideNamespace, makeNamespaces, type NamespacePair } from './namespaces.ts';

/** Nobody's network: both ends are in namespaces made here, which lead nowhere else. */
export const CIDR = '10.213.77.0/24';
const NEAR = '10.213.77.1';
/** With these and the near end, 250 of the 254 addresses of the subnet do not answer. */
export const DEVICES = ['10.213.77.20', '10.213.77.100', '10.213.77.200'];
export const SILENT = 250;
export const PORT = '8443';

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

/** @param others further Debian packages that are needed, by their commands */
export function requireTools(others: Readonly<Record<string, string>> = {}): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('This benchmark makes network namespaces: it needs Linux and root.');
  const packages = { ip: 'iproute2', ...others };
  const missing = Object.entries(packages).flatMap(([command, name]) => (has(command) ? [] : [name]));
  if (missing.length === 0) return;
  if (!existsSync('/etc/debian_version')) throw new Error(`Please install first: ${missing.join(' ')}`);
  console.log(`Installing ${missing.join(' ')}…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const stdio = ['ignore', 'ignore', 'inherit'] as const;
  spawnSync('apt-get', ['-qq', 'update'], { env, stdio: [...stdio] });
  execFileSync('apt-get', ['-qq', 'install', '-y', '--no-install-recommends', ...missing], {
    env,
    stdio: [...stdio],
  });
}

/** The command line of a script in this folder. */
export const typescript = (file: string, ...args: string[]): string[] => [
  process.execPath,
  '--import',
  'tsx',
  resolve(import.meta.dirname, file),
  ...args,
];

function spawnDevices(far: string) {
  const [command, args] = insideNamespace(far, ...typescript('find-devices.ts', PORT, ...DEVICES));
  return spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The Root CA of the devices, once they listen. */
async function rootCaOf(devices: ReturnType<typeof spawnDevices>): Promise<string> {
  const exited = once(devices, 'exit').then(() => {
    throw new Error('The simulated devices did not start.');
  });
  exited.catch(() => {});
  const ready = once(createInterface(devices.stdout), 'line');
  const [line]: unknown[] = await Promise.race([ready, exited]);
  return z.object({ rootCaPem: z.string() }).parse(JSON.parse(String(line))).rootCaPem;
}

interface FindNetwork extends NamespacePair {
  /** Of all devices. */
  readonly rootCaPem: string;
  /** What is killed when this process ends. */
  readonly running: Set<ChildProcess>;
}

/** The subnet with its devices. It is gone when this process ends, whatever the reason. */
export async function makeFindNetwork(): Promise<FindNetwork> {
  const running = new Set<ChildProcess>();
  const namespaces = makeNamespaces(
    `${NEAR}/24`,
    DEVICES.map((address) => `${address}/24`),
  );
  process.on('exit', () => {
    for (const child of running) child.kill('SIGKILL');
    namespaces.remove();
  });
  // Also when it is interrupted: an exit handler runs whatever the reason.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));
  const devices = spawnDevices(namespaces.far);
  running.add(devices);
  return { ...namespaces, rootCaPem: await rootCaOf(devices), running };
}
