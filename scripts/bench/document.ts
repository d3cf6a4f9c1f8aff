import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, type as systemName, totalmem } from 'node:os';
import { resolve } from 'node:path';

const DOCS = resolve(import.meta.dirname, '../../docs');
const BENCHMARKS = { name: 'benchmarks.md', head: '# Benchmarks\n' };

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${gigabytes} GB, ${systemName()} ${release()}, Node ${process.versions.node}`;
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
