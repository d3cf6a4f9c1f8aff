import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { FuzzFinding, Manner } from '../../tests/fuzz/jobs.ts';
import { describeMachine } from '../bench/document.ts';

const FILE = resolve(import.meta.dirname, '../../docs/fuzz.md');
const [START, END] = [
  '<!-- the last whole run: written by npm run fuzz -->',
  '<!-- end of the last whole run -->',
];

export interface Row {
  readonly target: string;
  readonly about: string;
  readonly manner: Manner;
  readonly cases: number;
  readonly ms: number;
  readonly branches: { readonly taken: number; readonly bySeeds: number; readonly kept: number } | undefined;
}

const thousands = (count: number): string => Math.round(count).toLocaleString('en');

/** A Markdown table of what was run, target by target. */
export function tableOf(rows: readonly Row[], findings: readonly FuzzFinding[]): string {
  const lines = rows.map(({ target, about, manner, cases, ms, branches }) => {
    const found = findings.filter((finding) => finding.target === target && finding.manner === manner).length;
    const taken = branches ? `${branches.bySeeds} → ${branches.taken}` : '';
    return `| ${target} | ${about} | ${manner} | ${thousands(cases)} | ${thousands((cases / ms) * 1000)} | ${taken} | ${found} |`;
  });
  return [
    '| Target | What | Cases made | Cases | Executions/s | Branches | Findings |',
    '| --- | --- | --- | --: | --: | --: | --: |',
    ...lines,
  ].join('\n');
}

export interface WholeRun {
  readonly table: string;
  readonly total: number;
  readonly seconds: number;
  readonly seed: number;
  readonly runtimes: readonly string[];
  readonly findings: number;
}

/** Puts the figures of a whole run into docs/fuzz.md. */
export function writeFuzzDocument({ table, total, seconds, seed, runtimes, findings }: WholeRun): void {
  const text = readFileSync(FILE, 'utf8');
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error('docs/fuzz.md has no place for the table.');
  const said = `${thousands(total)} cases in ${thousands(seconds)} s, ${findings} findings, in ${runtimes.join(' and ')}; seed ${seed}. ${describeMachine()}; ${new Date().toISOString().slice(0, 10)}.`;
  writeFileSync(FILE, `${text.slice(0, from)}${START}\n\n${said}\n\n${table}\n\n${text.slice(to)}`);
  execFileSync('npx', ['biome', 'format', '--write', FILE], { stdio: 'ignore' });
}
