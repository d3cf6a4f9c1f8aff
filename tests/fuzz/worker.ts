/** Runs cases in a process of its own, which may crash or hang; the order comes as its only argument. */
import { readFileSync, writeFileSync } from 'node:fs';
import { batchesOf, runBatch } from './generated.ts';
import { GuidedRun, installInstrument } from './guided.ts';
import { type Done, type FuzzFinding, type Manner, orderSchema, type Said } from './jobs.ts';
import type { Material } from './material.ts';
import type { Target } from './target.ts';

/** Cases of a guided run between two signs of life. */
const GUIDED_STEP = 500;
/** A fault that is met at every turn must not fill the report. */
const MOST_FINDINGS = 5;

// Before anything instrumented is loaded.
installInstrument();
const { allTargets } = await import('./targets.ts');

const order = orderSchema.parse(JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')));
const { manner, seed, limitMs, trace, only } = order;
const targets = await allTargets(JSON.parse(readFileSync(order.material, 'utf8')) as Material);

interface Job {
  readonly target: Target;
  readonly cases: number;
}

/** Half of the cases of a target that can be guided are. */
function allJobs(): Job[] {
  const chosen = targets.filter(({ name }) => only === null || only.includes(name));
  const shares = chosen.reduce((sum, { share }) => sum + share, 0);
  return chosen.flatMap((target) => {
    if (manner === 'guided' && !target.guided) return [];
    const own = (order.cases * target.share) / shares / (target.guided ? 2 : 1);
    return [{ target, cases: Math.ceil(own * order.part) }];
  });
}

const say = (said: Said): Promise<void> =>
  new Promise((resolve, reject) => {
    if (!process.send) return reject(new Error('Nobody listens.'));
    process.send(said, (error: Error | null) => (error ? reject(error) : resolve()));
  });

const told = (error: unknown): string =>
  error instanceof Error ? (error.stack ?? error.message) : String(error);
const source = (input: unknown): string =>
  Buffer.isBuffer(input)
    ? `Buffer.from('${input.toString('base64')}', 'base64')`
    : (JSON.stringify(input) ?? String(input));

/** What nobody waited for belongs to the case that runs, or to the one before. */
let stray: unknown;
process.on('unhandledRejection', (reason) => {
  stray = reason ?? new Error('rejected with nothing');
});
process.on('uncaughtException', (error) => {
  stray = error;
});

/** Milliseconds between two signs of life. */
const PULSE_MS = 1_000;
let saidAt = 0;
/** What is said again as long as cases begin, also while fast-check looks for a smaller one. */
let alive: Said | undefined;

async function sayNext(next: Said): Promise<void> {
  alive = next;
  await say(next);
}

const before = (input: unknown): void => {
  if (trace !== null) writeFileSync(trace, source(input));
  const now = performance.now();
  if (!alive || now - saidAt < PULSE_MS) return;
  saidAt = now;
  void say(alive);
};

async function runJob({ target, cases }: Job, job: number, from: number): Promise<void> {
  const endings: Record<string, number> = {};
  let done = 0;
  let found = 0;
  const after = (ending: string): void => {
    done += 1;
    endings[ending] = (endings[ending] ?? 0) + 1;
  };
  const tell = async (what: unknown, input: string, again: string): Promise<void> => {
    found += 1;
    const finding: FuzzFinding = {
      target: target.name,
      manner,
      what: told(what).slice(0, 2_000),
      input: input.slice(0, 100_000),
      again,
    };
    if (found <= MOST_FINDINGS) await say({ kind: 'finding', finding });
  };
  const straysOf = async (again: string): Promise<void> => {
    // A rejection is told once the queue is empty.
    await new Promise((resolve) => setImmediate(resolve));
    if (stray === undefined) return;
    await tell(stray, 'one of this batch', again);
    stray = undefined;
  };
  const startedAt = performance.now();
  let branches: Done['branches'];
  const manners: Record<Manner, () => Promise<void>> = {
    generated: async () => {
      let start = 0;
      for (const batch of batchesOf(seed, cases)) {
        start += batch.cases;
        if (start <= from) continue;
        await sayNext({ kind: 'next', job, target: target.name, from: start - batch.cases });
        const failed = await runBatch(target, batch, { before, after }, limitMs);
        if (failed) await tell(failed.error, failed.input, `seed ${batch.seed}, path ${failed.path}`);
        await straysOf(`seed ${batch.seed}`);
      }
    },
    guided: async () => {
      if (!target.guided) throw new Error(`${target.name} is not guided`);
      const run = new GuidedRun(target.guided, seed + from, limitMs);
      for (let step = 0; step < cases - from && found < MOST_FINDINGS; ) {
        await sayNext({ kind: 'next', job, target: target.name, from: from + step });
        step = Math.min(cases - from, step + GUIDED_STEP);
        const { failed } = run.run(step, before, after);
        if (failed) await tell(failed.error, source(failed.data), '');
        await straysOf(`seed ${seed}`);
      }
      const { branches: taken, bySeeds, kept } = run.result;
      branches = { taken, bySeeds, kept };
    },
  };
  await manners[manner]();
  const { name, about, reaches } = target;
  const ms = performance.now() - startedAt;
  await say({
    kind: 'done',
    job,
    target: name,
    about,
    cases: done,
    ms,
    endings,
    reaches: [...reaches],
    ...(branches && { branches }),
  });
}

const { job: first, from } = order.start;
const jobs = allJobs();
const end = order.jobs === null ? jobs.length : first + order.jobs;
for (const [at, job] of jobs.slice(first, end).entries()) await runJob(job, first + at, at === 0 ? from : 0);
for (const { close } of targets) await close?.();
// Sockets of cases that were left in the middle do not count.
process.exit(0);
