import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { type Figure, report } from './document.ts';
import { CIDR, DEVICES, makeFindNetwork, PORT, requireTools, SILENT, typescript } from './find-network.ts';
import { insideNamespace } from './namespaces.ts';
import { type Sample, sampleOf } from './sample.ts';

const ROUNDS = 20;
/**
 * What no search can be faster than: the wait for hosts that are not there (search-hosts.ts). A lost first SYN is
 * repeated after a second (RFC 6298 section 2); how long the app then waits for the answer is a choice.
 */
const FLOOR = { repeatMs: 1_000, answerMs: 500 };
const FLOOR_MS = FLOOR.repeatMs + FLOOR.answerMs;
const GOAL = { nmap: 0.85, floor: 1.1, firstMs: 150 };
const NMAP = ['nmap', '-Pn', '-n', '-p', PORT, '--open'];

interface Run {
  readonly ms: number;
  /** Milliseconds until the first device was told. */
  readonly firstMs?: number;
  readonly found: readonly string[];
}

const runSchema = z.object({ ms: z.number(), firstMs: z.number(), found: z.array(z.string()) });

/** What a command prints. While it runs, this process can be interrupted and clean up. */
async function outputOf([command, args]: [string, string[]], input = ''): Promise<string> {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  network.running.add(child);
  child.stdin.end(input);
  const [output, [status]] = await Promise.all([text(child.stdout), once(child, 'exit')]);
  network.running.delete(child);
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

async function measure({ near, forgetNeighbours, rootCaPem }: typeof network) {
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
      what: 'Milliseconds until the first device is told by the core',
      unit: 'ms',
      ours: first,
      value: first.median,
      goal: { atMost: GOAL.firstMs },
    },
  ];
}

requireTools({ nmap: 'nmap' });
const network = await makeFindNetwork();
report(
  'search',
  'Find devices',
  `A /24 in which ${SILENT} addresses do not answer and ${DEVICES.length} simulated devices do, in a network namespace of its own. The app’s search (TCP, TLS, the chain to the Root CA) and \`${NMAP.join(' ')}\` (TCP) take turns, ${ROUNDS} times each; neither one’s start of process counts, and each must find all devices and nothing else. The kernel’s list of neighbours is emptied before each run. No search can be faster than the wait for absent hosts, ${FLOOR_MS.toLocaleString('en')} ms: a lost first SYN is repeated after ${FLOOR.repeatMs / 1000} s (RFC 6298), plus ${FLOOR.answerMs} ms that the app gives the answer to it, a chosen value.`,
  figuresOf(await measure(network)),
);
process.exit();
