/**
 * Gives everything that reads something from outside what it does not expect (tests/fuzz), and says what came of it. A
 * run of a million cases or more writes its table into docs/fuzz.md.
 */
import { randomInt } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Done, FuzzFinding, Manner } from '../tests/fuzz/jobs.ts';
import { makeMaterial } from '../tests/fuzz/material.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';
import { bundleWorker } from './fuzz/bundle.ts';
import { type Row, tableOf, writeFuzzDocument } from './fuzz/report.ts';
import { type Runtime, supervise, type Work } from './fuzz/supervise.ts';
import type { Outcome } from './outcome.ts';

const CASES = 1_000_000;
/** Of a bounded run, which has the same cases each time. */
const SEED = 20_261_128;
/** Milliseconds of work for one case. */
const LIMIT_MS = 2_000;
/** Milliseconds in which no case ends at all. */
const SILENCE_MS = 60_000;
/** With fewer cases of a target than these it is left open what they must reach. */
const TELLING_CASES = 5_000;

const { values } = parseArgs({
  options: {
    cases: { type: 'string' },
    seed: { type: 'string' },
    target: { type: 'string', multiple: true },
    /** Leaves Electron's own Node out, which else takes half of the generated cases. */
    'node-only': { type: 'boolean' },
    report: { type: 'string' },
  },
});
const wholeNumber = z.coerce.number().int().min(1);
const cases = wholeNumber.parse(values.cases ?? CASES);
const seed = wholeNumber.parse(values.seed ?? (values.cases === undefined ? randomInt(1, 2 ** 31) : SEED));

const NODE: Runtime = { name: 'Node', executable: process.execPath, env: {} };
const electronNode = async (): Promise<Runtime> => ({
  name: 'Electron’s Node',
  executable: (await ensureElectron()).executable,
  env: { ELECTRON_RUN_AS_NODE: '1' },
});
const runtimes: readonly Runtime[] = values['node-only'] ? [NODE] : [NODE, await electronNode()];

const cache = resolve('.cache');
mkdirSync(cache, { recursive: true });
const folder = mkdtempSync(join(cache, 'fuzz-'));
const made = await makeMaterial();
const material = join(folder, 'material.json');
// Keys for these cases alone.
writeFileSync(material, JSON.stringify(made), { mode: 0o600 });

const order = {
  material,
  cases,
  only: values.target ?? null,
  limitMs: LIMIT_MS,
  start: { job: 0, from: 0 },
  jobs: null,
  trace: null,
};
const [generated, guided] = [await bundleWorker(folder, false), await bundleWorker(folder, true)];
const works: Work[] = [
  ...runtimes.map((runtime, at) => ({
    runtime,
    worker: generated,
    order: { ...order, manner: 'generated' as const, part: 1 / runtimes.length, seed: seed + at * 1_000_003 },
  })),
  // Two, each of which goes its own way.
  ...[0, 1].map((at) => ({
    runtime: NODE,
    worker: guided,
    order: { ...order, manner: 'guided' as const, part: 1 / 2, seed: seed + at * 2_000_003 },
  })),
];

const rows = new Map<string, Row>();
const findings: FuzzFinding[] = [];
const reached = new Map<
  string,
  { readonly endings: Map<string, number>; readonly reaches: readonly string[] }
>();

function count(
  { manner }: { readonly manner: Manner },
  { target, about, cases: done, ms, endings, reaches, branches }: Done,
): void {
  const key = `${target} ${manner}`;
  const before = rows.get(key);
  rows.set(key, {
    target,
    manner,
    about,
    cases: (before?.cases ?? 0) + done,
    ms: (before?.ms ?? 0) + ms,
    branches: (before?.branches?.taken ?? 0) > (branches?.taken ?? 0) ? before?.branches : branches,
  });
  const known = reached.get(target) ?? { endings: new Map<string, number>(), reaches };
  for (const [ending, times] of Object.entries(endings))
    known.endings.set(ending, (known.endings.get(ending) ?? 0) + times);
  reached.set(target, known);
}

function tell(finding: FuzzFinding): void {
  findings.push(finding);
  const { target, manner, again, what, input } = finding;
  console.log(`\nFOUND ${target} (${manner}, ${again})\n${what}\ninput: ${input.slice(0, 4_000)}`);
}

const startedAt = performance.now();
await Promise.all(
  works.map((work) =>
    supervise(work, {
      folder,
      silenceMs: SILENCE_MS,
      onDone: (done) => count(work.order, done),
      onFinding: tell,
    }),
  ),
);

/** A target whose cases all end the same way, or never as they should at times, tests nothing. */
const idle = [...reached].flatMap(([name, { endings, reaches }]) => {
  const total = [...endings.values()].reduce((sum, count) => sum + count, 0);
  const missing = total < TELLING_CASES ? [] : reaches.filter((ending) => !endings.has(ending));
  if (total >= 20 && endings.size < 2) return [`${name}: all cases end alike`];
  return missing.map((ending) => `${name}: no case ends as "${ending}"`);
});
for (const name of values.target ?? []) if (!reached.has(name)) idle.push(`${name}: no case was run`);

const sorted = [...reached.keys()].flatMap((name) =>
  [...rows.values()].filter(({ target }) => target === name),
);
const table = tableOf(sorted, findings);
const seconds = Math.round((performance.now() - startedAt) / 1000);
const total = sorted.reduce((sum, row) => sum + row.cases, 0);
console.log(`\n${table}\n`);
for (const [name, { endings }] of reached)
  console.log(
    `${name}: ${[...endings]
      .sort((a, b) => b[1] - a[1])
      .map(([ending, count]) => `${ending} ${count}`)
      .join(', ')}`,
  );
console.log(
  `\n${total} cases in ${seconds} s, ${runtimes.map(({ name }) => name).join(' and ')}, seed ${seed}`,
);
for (const line of idle) console.log(`IDLE ${line}`);

const bad = new Set(findings.map(({ target }) => target));
const outcome: Outcome = {
  passed: [...reached.keys()].filter((name) => !bad.has(name)).length,
  failed: bad.size + idle.length,
  skipped: 0,
  failures: [...findings.map(({ target, what }) => `fuzz ${target}: ${what.split('\n')[0]}`), ...idle],
};
if (values.report) writeFileSync(values.report, JSON.stringify(outcome));
if (total >= CASES && values.target === undefined)
  writeFuzzDocument({
    table,
    total,
    seconds,
    seed,
    runtimes: runtimes.map(({ name }) => name),
    findings: findings.length,
  });
rmSync(folder, { recursive: true, force: true });
console.log(`\n${outcome.passed} passed, ${outcome.failed} failed`);
process.exit(outcome.failed === 0 ? 0 : 1);
