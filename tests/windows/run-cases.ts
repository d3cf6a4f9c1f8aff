import { appendFileSync, mkdirSync, rmSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Group, Role, WindowsCase } from './case.ts';
import { isAdministrator, whileAlone } from './computer-wide.ts';
import { startOtherProgram } from './held-files.ts';
import { complaintsOfRoles, playedRole } from './own-process.ts';
import type { ReportLine } from './report.ts';

const CASE_LIMIT_MS = 180_000;
const UNDER_WINE = process.env['POS_PAIRING_UNDER_WINE'] === '1';

function reasonToSkip({ notUnderWine, notOnWindows, computerWide }: WindowsCase): string | undefined {
  if (UNDER_WINE) return notUnderWine;
  return notOnWindows ?? (computerWide && !isAdministrator() ? 'needs an administrator' : undefined);
}

/** Runs one case after another, since they share this process, and appends a line for each to the report. */
export async function runCases(groups: readonly Group[], report: string): Promise<void> {
  const tell = (line: ReportLine) => appendFileSync(report, `${JSON.stringify(line)}\n`);
  await startOtherProgram();
  for (const { name: group, cases } of groups) {
    for (const [name, each] of Object.entries(cases)) {
      const skipped = reasonToSkip(each);
      if (skipped !== undefined) {
        tell({ kind: 'case', group, name, result: 'skipped', tookMs: 0, why: skipped });
        continue;
      }
      const started = performance.now();
      const why = await run(each, [group, name]);
      const tookMs = Math.round(performance.now() - started);
      const result = why === undefined ? 'passed' : 'failed';
      tell({ kind: 'case', group, name, result, tookMs, ...(why !== undefined && { why }) });
    }
  }
  tell({ kind: 'end', node: process.version, platform: process.platform });
}

export const CASE_ALONE = 'case';

/** In the process that a case has to itself. */
export const caseAlone =
  (groups: readonly Group[]): Role =>
  async (folder = '', group = '', name = '') => {
    await groups.find((each) => each.name === group)?.cases[name]?.run({ folder });
  };

let runs = 0;

/** Why the case failed; undefined when it did not. */
async function run(
  { run: work, alone, computerWide }: WindowsCase,
  names: string[],
): Promise<string | undefined> {
  runs += 1;
  const folder = resolve('cases', String(runs));
  mkdirSync(folder, { recursive: true });
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done in ${CASE_LIMIT_MS} ms`)), CASE_LIMIT_MS);
  });
  const once = async () => (alone ? playedRole(CASE_ALONE, folder, ...names) : work({ folder }));
  try {
    await Promise.race([computerWide ? whileAlone(once) : once(), late]);
    return undefined;
  } catch (thrown) {
    const why = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
    return [why, ...complaintsOfRoles()].join('\n');
  } finally {
    clearTimeout(timer);
    removeIfPossible(folder);
  }
}

/** What somebody still holds goes with the folder of the whole run. */
function removeIfPossible(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // Told by nobody: it is not what the case is about.
  }
}
