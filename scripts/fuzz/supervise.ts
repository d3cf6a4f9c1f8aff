import { fork } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Done, type FuzzFinding, type Order, type Said, saidSchema } from '../../tests/fuzz/jobs.ts';

/** A Node that runs cases. */
export interface Runtime {
  readonly name: string;
  readonly executable: string;
  readonly env: NodeJS.ProcessEnv;
}

export interface Work {
  readonly runtime: Runtime;
  /** The bundle of tests/fuzz/worker.ts. */
  readonly worker: string;
  readonly order: Order;
}

export interface Supervision {
  /** For orders and traces. */
  readonly folder: string;
  /** Milliseconds that a worker may say nothing. */
  readonly silenceMs: number;
  readonly onDone: (done: Done) => void;
  readonly onFinding: (finding: FuzzFinding) => void;
}

interface End {
  /** What the worker was at when it ended, if it was not through. */
  readonly at: { readonly job: number; readonly target: string; readonly from: number } | undefined;
  readonly how: string;
}

let started = 0;

/** Runs one worker to its end, and ends it when it has nothing to say for too long. */
function runWorker(
  { runtime, worker, order }: Work,
  { folder, silenceMs }: Supervision,
  onSaid: (said: Said) => void,
): Promise<End> {
  started += 1;
  const file = join(folder, `order-${started}.json`);
  writeFileSync(file, JSON.stringify(order));
  return new Promise((resolve) => {
    const child = fork(worker, [file], {
      execPath: runtime.executable,
      execArgv: [],
      env: { ...process.env, ...runtime.env, NODE_NO_WARNINGS: '1' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    let at: End['at'] = { job: order.start.job, target: '', from: order.start.from };
    let silent = false;
    let timer: NodeJS.Timeout | undefined;
    const wait = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        silent = true;
        child.kill('SIGKILL');
      }, silenceMs);
    };
    wait();
    child.on('message', (message) => {
      wait();
      const said = saidSchema.parse(message);
      if (said.kind === 'next') at = said;
      if (said.kind === 'done') at = { job: said.job + 1, target: '', from: 0 };
      onSaid(said);
    });
    child.once('exit', (code, signal) => {
      clearTimeout(timer);
      const how = silent
        ? `hang: no sign of life for ${silenceMs} ms`
        : `crash: ${signal ?? `exit code ${code}`}`;
      resolve({ at: code === 0 ? undefined : at, how });
    });
  });
}

/** After as many crashes and hangs the rest is not run. */
const MOST_ENDS = 5;

/**
 * Does a work in a process of its own, and in further ones what is left when that has crashed or hung. Either is a
 * finding: its cases are tried again, each input on the disk before it is tried, and its target is left at that.
 */
export async function supervise(work: Work, parts: Supervision): Promise<void> {
  let { order } = work;
  for (let ends = 0; ends < MOST_ENDS; ends += 1) {
    const { at, how } = await runWorker({ ...work, order }, parts, (said) => {
      if (said.kind === 'finding') parts.onFinding(said.finding);
      if (said.kind === 'done') parts.onDone(said);
    });
    if (!at) return;
    const trace = join(parts.folder, `input-${started}`);
    const start = { job: at.job, from: at.from };
    await runWorker({ ...work, order: { ...order, start, jobs: 1, trace } }, parts, () => {});
    parts.onFinding({
      target: at.target || 'the start',
      manner: order.manner,
      what: how,
      input: existsSync(trace) ? readFileSync(trace, 'utf8') : 'not found again',
      again: `seed ${order.seed}, from case ${at.from}`,
    });
    order = { ...order, start: { job: at.job + 1, from: 0 } };
  }
}
