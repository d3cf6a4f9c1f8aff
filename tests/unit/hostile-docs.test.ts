import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CHAINS } from '../hostile/chains.ts';
import { CLASSES } from '../hostile/trial.ts';
import { countOf } from '../hostile/trials.ts';

const page = readFileSync('docs/hostile.md', 'utf8');
const rows = page
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\', '')),
  );

it('docs/hostile.md counts the cases as the tables of the hostile tests have them', () => {
  const [, , ...counts] = rows;
  const summary = counts.slice(0, CLASSES.length).map(([, cases, met, passed]) => ({ cases, met, passed }));
  expect(summary).toEqual(
    CLASSES.map((each) => {
      const met = String(2 * countOf(each));
      return { cases: String(countOf(each)), met, passed: met };
    }),
  );
});

it('docs/hostile.md has a row for each chain, with its verdict', () => {
  const written = new Set(rows.map(([name, expected]) => `${name}: ${expected}`));
  for (const { name, expected } of CHAINS) expect(written).toContain(`${name}: ${expected}`);
});

it('there are as many as were asked for, each once', () => {
  expect(countOf('chains')).toBeGreaterThanOrEqual(120);
  expect(countOf('answers')).toBeGreaterThanOrEqual(200);
  expect(countOf('wire')).toBeGreaterThanOrEqual(60);
  const titles = CHAINS.map(({ group, name }) => `${group}: ${name}`);
  expect(new Set(titles).size).toBe(titles.length);
});
