/**
 * Long work of the app: pairings made and removed, days with many pairings, messages over a bridge. Prints what the
 * process holds meanwhile, and writes docs/soak.md. `--quick`: a little of each, and no document. `--only NAME`: one
 * of them. `--report FILE`: the outcome as JSON as well.
 */
import { fork } from 'node:child_process';
import { parseArgs } from 'node:util';
import { finish } from './long-tests/finish.ts';
import type { Row } from './long-tests/result.ts';
import { type Course, judgeCourse, type Plan, tableOfCourse } from './soak/course.ts';
import { writeSoakSection } from './soak/document.ts';
import type { Figures } from './soak/figures.ts';
import { toldSchema } from './soak/peer.ts';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    report: { type: 'string' },
    /** In the simulated days, with the minutes between two checks of a device. */
    pairings: { type: 'string', default: '1000' },
    interval: { type: 'string', default: '60' },
  },
});

process.env.ELECTRON_OVERRIDE_DIST_PATH ??= '/not-used-in-plain-node';

const MIB = 2 ** 20;
/** A little of each is too short for a slope: only what is far too much is told. */
const PLANS: readonly Plan[] = values.quick
  ? [
      {
        name: 'pairs',
        arguments: ['24', '8', '3', '6000'],
        unit: 'pairing',
        bound: { heap: 128 * 1024, rss: 2 * MIB },
        many: 100,
      },
      {
        name: 'days',
        arguments: ['24', '2', '240'],
        unit: 'day',
        bound: { heap: 2 * MIB, rss: 32 * MIB },
        many: 1,
      },
      {
        name: 'bridge',
        arguments: ['20000', '2500'],
        unit: 'message',
        bound: { heap: 64, rss: 2048 },
        many: 10_000,
      },
    ]
  : [
      {
        name: 'pairs',
        arguments: ['2000', '250', '4', '20000'],
        unit: 'pairing',
        bound: { heap: 1024, rss: 8 * 1024 },
        many: 100,
      },
      {
        name: 'days',
        arguments: [values.pairings, '7', values.interval],
        unit: 'day',
        bound: { heap: MIB, rss: 8 * MIB },
        many: 1,
      },
      {
        name: 'bridge',
        arguments: ['1000000', '50000'],
        unit: 'message',
        bound: { heap: 1, rss: 8 },
        many: 10_000,
      },
    ];

/** Runs one of them in a process of its own and prints its samples as they come. */
function run({ name, arguments: args }: Plan): Promise<Course> {
  const started = performance.now();
  const samples: Figures[] = [];
  let wrong: readonly string[] = ['it has not come to its end'];
  let facts: Readonly<Record<string, number>> = {};
  const child = fork(new URL(`./soak/${name}.ts`, import.meta.url), [...args], {
    execArgv: ['--expose-gc', ...process.execArgv.filter((each) => each !== '--expose-gc')],
  });
  child.on('message', (message) => {
    const told = toldSchema.parse(message);
    if (told.kind === 'ended') {
      wrong = told.wrong;
      facts = told.facts;
      return;
    }
    samples.push(told.figures);
    const { at, heap, rss, files, resources } = told.figures;
    console.log(
      `${name} ${at}: heap ${(heap / MIB).toFixed(2)} MiB, process ${(rss / MIB).toFixed(1)} MiB, ${files} files, ${resources} resources`,
    );
  });
  return new Promise((resolve) => {
    child.once('exit', () =>
      resolve({ samples, wrong, facts, seconds: (performance.now() - started) / 1000 }),
    );
  });
}

const rows: Row[] = [];
const plans = PLANS.filter(({ name }) => values.only === undefined || values.only === name);
// They mostly wait. Figures for the document are of one alone.
const running = values.quick ? plans.map(run) : [];
for (const [index, plan] of plans.entries()) {
  const course = await (running[index] ?? run(plan));
  const judged = judgeCourse(plan, course);
  rows.push(...judged);
  console.log(`\n${tableOfCourse(course)}\n`);
  // One that was broken off leaves the figures of the last whole one.
  if (!values.quick && Object.keys(course.facts).length > 0) writeSoakSection(plan, course, judged);
}
finish(rows, values.report);
