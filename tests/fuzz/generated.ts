import type { Failed, Target, Watch } from './target.ts';

/** Cases that fast-check makes at a time: what a seed and a number of cases stand for, so that it can be run again. */
const BATCH = 200;

export interface Batch {
  readonly seed: number;
  readonly cases: number;
}

/** The batches that `cases` are made in, each with its own seed. */
export const batchesOf = (seed: number, cases: number): Batch[] =>
  Array.from({ length: Math.ceil(cases / BATCH) }, (_, at) => ({
    seed: (seed + at * 7_919) | 0,
    cases: Math.min(BATCH, cases - at * BATCH),
  }));

/** Milliseconds of this process's own work: what others do on a busy computer does not count. */
export function workedMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Runs one batch. What costs more than `limitMs` of work counts as a finding, too. */
export async function runBatch(
  { generated }: Target,
  { seed, cases }: Batch,
  watch: Watch,
  limitMs: number,
): Promise<Failed | undefined> {
  let startedAt = 0;
  return generated(seed, cases, {
    before: (input) => {
      watch.before(input);
      startedAt = workedMs();
    },
    after: (ending) => {
      const worked = workedMs() - startedAt;
      if (worked > limitMs) throw new Error(`one case took ${Math.round(worked)} ms of work`);
      watch.after(ending);
    },
  });
}
