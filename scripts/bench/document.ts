import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, type as systemName, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { REASONS } from './reasons.ts';
import type { Sample } from './sample.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const BENCHMARKS = { name: 'benchmarks.md', head: '# Benchmarks\n' };
const DATA = resolve(DOCS, 'benchmarks.json');

/** One number with a goal. */
export interface Figure {
  /** Unique, such as `start/cold`. */
  readonly name: string;
  readonly what: string;
  /** Of the samples, such as `ms`; '' for plain numbers. */
  readonly unit: string;
  readonly ours: Sample;
  /** What it is compared with. */
  readonly bare?: { readonly what: string; readonly sample: Sample };
  /** The number that has the goal: ours in proportion to the other one, unless it says otherwise. */
  readonly value: number;
  readonly goal: { readonly atMost: number } | { readonly atLeast: number };
}

const sampleSchema = z.object({ median: z.number(), low: z.number(), high: z.number(), runs: z.number() });
const figureSchema = z.object({
  name: z.string(),
  what: z.string(),
  unit: z.string(),
  ours: sampleSchema,
  bare: z.object({ what: z.string(), sample: sampleSchema }).optional(),
  value: z.number(),
  goal: z.union([z.object({ atMost: z.number() }), z.object({ atLeast: z.number() })]),
  met: z.boolean(),
});
const dataSchema = z.record(
  z.string(),
  z.object({ machine: z.string(), date: z.string(), figures: z.array(figureSchema) }),
);
type Data = z.infer<typeof dataSchema>;

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${gigabytes} GB, ${systemName()} ${release()}, Node ${process.versions.node}`;
}

const today = (): string => new Date().toISOString().slice(0, 10);

const isMet = ({ value, goal }: Figure): boolean =>
  'atMost' in goal ? value <= goal.atMost : value >= goal.atLeast;

const number = (value: number): string =>
  value.toLocaleString('en', { maximumSignificantDigits: value >= 100 ? 4 : 3, useGrouping: true });

const withSpread = ({ median, low, high }: Sample, unit: string): string =>
  `${number(median)} (${number(low)}–${number(high)}) ${unit}`.trim();

const goalText = (goal: Figure['goal']): string =>
  'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;

/** A table of figures, each with the spread of its middle half. */
const tableOf = (figures: readonly Figure[]): string =>
  [
    '| What | Median (middle half) | Compared with | Its median | Result | Goal |',
    '| --- | --- | --- | --- | --- | --- |',
    ...figures.map(
      ({ what, unit, ours, bare, value, goal }) =>
        `| ${what} | ${withSpread(ours, unit)} | ${bare?.what ?? ''} | ${bare ? withSpread(bare.sample, unit) : ''} | ${value.toFixed(2)} | ${goalText(goal)} |`,
    ),
  ].join('\n');

/** Writes the figures of one benchmark into docs/benchmarks.json, and what is known of all into the table above. */
function writeFigures(bench: string, figures: readonly Figure[]): void {
  const old: Data = existsSync(DATA) ? dataSchema.parse(JSON.parse(readFileSync(DATA, 'utf8'))) : {};
  const data: Data = {
    ...old,
    [bench]: {
      machine: describeMachine(),
      date: today(),
      figures: figures.map((figure) => ({ ...figure, met: isMet(figure) })),
    },
  };
  writeFileSync(DATA, `${JSON.stringify(data, null, 2)}\n`);
  const rows = Object.values(data)
    .flatMap((each) => each.figures)
    .map(({ name, what, bare, value, goal, met }) => {
      const reason = REASONS[name];
      return `| ${what} | ${bare?.what ?? ''} | ${value.toFixed(2)} | ${goalText(goal)} | ${met ? 'met' : `**missed**${reason ? `: ${reason}` : ''}`} |`;
    });
  writeSection(
    'bench:goals',
    `## Goals

\`npm run bench\` runs all of this, \`npm run bench -- NAME …\` some of it, and writes this page and \`benchmarks.json\`. What is compared is measured in turn, in one run.

| What | Compared with | Result | Goal | Met |
| --- | --- | --- | --- | --- |
${rows.join('\n')}`,
  );
}

/**
 * Writes a section with a table of the figures, and the figures themselves.
 *
 * @param electron the folder of the Electron they were measured in, if any
 */
export function report(
  bench: string,
  title: string,
  how: string,
  figures: readonly Figure[],
  electron?: string,
): void {
  const table = tableOf(figures);
  const where = electron
    ? `${describeMachine()}, Electron ${readFileSync(join(electron, 'version'), 'utf8').trim()}`
    : describeMachine();
  writeSection(`bench:${bench}`, `## ${title}\n\n${how}\n\n${table}\n\n${where}; ${today()}.`);
  writeFigures(bench, figures);
  console.log(table);
}

/** Replaces the section of one benchmark in a page of docs, docs/benchmarks.md unless given, or adds it at the end. */
export function writeSection(name: string, section: string, page = BENCHMARKS): void {
  const file = resolve(DOCS, page.name);
  const [start, end] = [`<!-- ${name}: written by the benchmark -->`, `<!-- end of ${name} -->`];
  const old = existsSync(file) ? readFileSync(file, 'utf8') : page.head;
  const block = `${start}\n\n${section.trim()}\n\n${end}`;
  const [from, to] = [old.indexOf(start), old.indexOf(end)];
  const text =
    from >= 0 && to > from
      ? `${old.slice(0, from)}${block}${old.slice(to + end.length)}`
      : `${old.trimEnd()}\n\n${block}\n`;
  writeFileSync(file, text);
  // Tables are formatted like the rest of the project.
  execFileSync('npx', ['biome', 'format', '--write', file], { stdio: 'ignore' });
}
