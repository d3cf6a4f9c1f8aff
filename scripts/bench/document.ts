import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, type as systemName, totalmem } from 'node:os';
import { resolve } from 'node:path';

const FILE = resolve(import.meta.dirname, '../../docs/benchmarks.md');

/** What the numbers were measured on. */
export function describeMachine(): string {
  const [cpu] = cpus();
  const gigabytes = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} × ${cpu?.model.trim() || process.arch}, ${gigabytes} GB, ${systemName()} ${release()}, Node ${process.versions.node}`;
}

/** Replaces the section of one benchmark in docs/benchmarks.md, or adds it at the end. */
export function writeSection(name: string, section: string): void {
  const [start, end] = [`<!-- ${name}: written by the benchmark -->`, `<!-- end of ${name} -->`];
  const old = existsSync(FILE) ? readFileSync(FILE, 'utf8') : '# Benchmarks\n';
  const block = `${start}\n\n${section.trim()}\n\n${end}`;
  const [from, to] = [old.indexOf(start), old.indexOf(end)];
  const text =
    from >= 0 && to > from
      ? `${old.slice(0, from)}${block}${old.slice(to + end.length)}`
      : `${old.trimEnd()}\n\n${block}\n`;
  writeFileSync(FILE, text);
  // Tables are formatted like the rest of the project.
  execFileSync('npx', ['biome', 'format', '--write', FILE], { stdio: 'ignore' });
}
