import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Figure, report } from './document.ts';
import { insideNamespace, makeNamespaces, type NamespacePair } from './namespaces.ts';
import { type Sample, sampleOf } from './sample.ts';

/** Nobody's network: both ends are in namespaces made here, which lead nowhere else. */
const CIDR = '10.213.77.0/24';
const NEAR = '10.213.77.1';
/** With these and the near end, 250 of the 254 addresses of the subnet do not answer. */
const DEVICES = ['10.213.77.20', '10.213.77.100', '10.213.77.200'];
const SILENT = 250;
const PORT = '8443';
const ROUNDS = 20;
/** What no search can be faster than, milliseconds: the wait for hosts that are not there (search-hosts.ts). */
const FLOOR_MS = 1_500;
const GOAL = { nmap: 0.85, floor: 1.1, firstMs: 150 };
const NMAP = ['nmap', '-Pn', '-n', '-p', PORT, '--open'];

interface Run {
  readonly ms: number;
  /** Milliseconds until the first device was told. */
  readonly firstMs?: number;
  readonly found: readonly string[];
}

const has = (command: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${command}`], { stdio: 'ignore' }).status === 0;

function requireTools(): void {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    throw new Error('This benchmark makes network namespaces: it needs Linux and root.');
  const packages = { nmap: 'nmap', ip: 'iproute2' };
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

const typescript = (file: string, ...args: string[]): string[] => [
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

const runSchema = z.object({ ms: z.number(), firstMs: z.number(), found: z.array(z.string()) });

/** What a command prints. While it runs, this process can be interrupted and clean up. */
async function outputOf([command, args]: [string, string[]], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  running.add(child);
  child.stdin.end(input);
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  running.delete(child);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed.`);
  return output;
}

async function runApp(near: string, rootCaPem: string): Promise<Run> {
  const search = insideNamespace(near, ...typescript('find-hosts.ts', CIDR, PORT));
  return runSchema.parse(JSON.parse(await outputOf(search, rootCaPem)));
}

/** By nmap's own clock, which like the app's leaves the start of the process out. */
async function runNmap(near: string): Promise<Run> {
  const xml = await outputOf(insideNamespace(near, ...NMAP, '-oX', '-', CIDR));
  const elapsed = /<finished [^>]*elapsed="([\d.]+)"/.exec(xml)?.[1];
  if (elapsed === undefined) throw new Error('nmap gave no time.');
  const found = xml.split('<host ').flatMap((host) => {
    const address = /<address addr="([\d.]+)" addrtype="ipv4"/.exec(host)?.[1];
    return address && host.includes('state="open"') ? [address] : [];
  });
  return { ms: Number(elapsed) * 1000, found };
}

async function measure({ near, forgetNeighbours }: NamespacePair, rootCaPem: string) {
  const app: Run[] = [];
  const nmap: Run[] = [];
  const runs = [
    async () => app.push(await runApp(near, rootCaPem)),
    async () => nmap.push(await runNmap(near)),
  ];
  for (let round = 1; round <= ROUNDS; round += 1) {
    // The order changes, so that neither profits from what the other one left behind.
    for (const run of round % 2 === 0 ? runs.toReversed() : runs) {
      forgetNeighbours();
      await run();
    }
    console.log(`round ${round}: app ${seconds(app.at(-1)?.ms ?? 0)}, nmap ${seconds(nmap.at(-1)?.ms ?? 0)}`);
  }
  return { app, nmap };
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** Throws unless each search has found what is there, and nothing else. */
function requireAll(who: string, runs: readonly Run[]): void {
  for (const { found } of runs)
    if (found.length !== DEVICES.length || !DEVICES.every((device) => found.includes(device)))
      throw new Error(`${who} found ${found.join(', ') || 'nothing'}.`);
}

function figuresOf({ app, nmap }: Awaited<ReturnType<typeof measure>>): Figure[] {
  requireAll('The app', app);
  requireAll('nmap', nmap);
  const times = (runs: readonly Run[]) => sampleOf(runs.map(({ ms }) => ms));
  const [ours, theirs] = [times(app), times(nmap)];
  const first = sampleOf(app.map(({ firstMs = Number.NaN }) => firstMs));
  const floor: Sample = { median: FLOOR_MS, low: FLOOR_MS, high: FLOOR_MS, runs: 1 };
  const version = /Nmap version (\S+)/.exec(execFileSync('nmap', ['--version'], { encoding: 'utf8' }))?.[1];
  return [
    {
      name: 'search/nmap',
      what: 'Search of a /24',
      unit: 'ms',
      ours,
      bare: { what: `nmap ${version}`, sample: theirs },
      value: ours.median / theirs.median,
      goal: { atMost: GOAL.nmap },
    },
    {
      name: 'search/floor',
      what: 'Search of a /24',
      unit: 'ms',
      ours,
      bare: { what: 'the wait for absent hosts', sample: floor },
      value: ours.median / FLOOR_MS,
      goal: { atMost: GOAL.floor },
    },
    {
      name: 'search/first',
      what: 'Milliseconds until the first device is told',
      unit: 'ms',
      ours: first,
      value: first.median,
      goal: { atMost: GOAL.firstMs },
    },
  ];
}

requireTools();
const namespaces = makeNamespaces(
  `${NEAR}/24`,
  DEVICES.map((address) => `${address}/24`),
);
const running = new Set<ChildProcess>();
const cleanUp = () => {
  for (const child of running) child.kill('SIGKILL');
  namespaces.remove();
};
// Also when it is interrupted: an exit handler runs whatever the reason.
process.on('exit', cleanUp);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => process.exit(1));

const devices = spawnDevices(namespaces.far);
running.add(devices);
report(
  'search',
  'Find devices',
  `A /24 in which ${SILENT} addresses do not answer and ${DEVICES.length} simulated devices do, in a network namespace of its own. The app’s search (TCP, TLS, the chain to the Root CA) and \`${NMAP.join(' ')}\` (TCP) take turns, ${ROUNDS} times each; neither one’s start of process counts, and each must find all devices and nothing else. The kernel’s list of neighbours is emptied before each run.`,
  figuresOf(await measure(namespaces, await rootCaOf(devices))),
);
process.exit();
