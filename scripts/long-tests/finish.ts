import { writeFileSync } from 'node:fs';
import { isPassed, type Row, tableOf } from './result.ts';

/** Prints the table and how many of its lines passed, and ends the process accordingly. */
export function finish(rows: readonly Row[], report?: string): void {
  console.log(`\n${tableOf(rows)}`);
  const wrong = rows.filter((row) => row.skipped === undefined && !isPassed(row));
  for (const { what, failures } of wrong)
    for (const failure of failures) console.log(`FAILED ${what}: ${failure}`);
  for (const { what, skipped } of rows) if (skipped !== undefined) console.log(`SKIPPED ${what}: ${skipped}`);
  const skipped = rows.filter((row) => row.skipped !== undefined).length;
  const passed = rows.length - wrong.length - skipped;
  if (report !== undefined)
    writeFileSync(
      report,
      JSON.stringify({ passed, failed: wrong.length, skipped, failures: wrong.map(({ what }) => what) }),
    );
  process.exitCode = wrong.length === 0 ? 0 : 1;
  console.log(`${passed} passed, ${wrong.length} failed`);
}
