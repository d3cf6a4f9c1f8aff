import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { resolve } from 'node:path';

/** `npm run bench [-- NAME …]`: the benchmarks in scripts/bench, each in a process of its own. */
const FOLDER = resolve(import.meta.dirname, 'bench');
const ENDING = '.bench.ts';
const all = readdirSync(FOLDER).flatMap((file) =>
  file.endsWith(ENDING) ? [file.slice(0, -ENDING.length)] : [],
);
const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${all.join(', ')}.`);
  process.exit(2);
}
const failed = (wanted.length > 0 ? wanted : all).filter((name) => {
  console.log(`\n${name}`);
  const { status } = spawnSync(process.execPath, ['--import', 'tsx', resolve(FOLDER, `${name}${ENDING}`)], {
    stdio: 'inherit',
  });
  return status !== 0;
});
if (failed.length > 0) console.error(`\nFailed: ${failed.join(', ')}`);
process.exit(failed.length > 0 ? 1 : 0);
