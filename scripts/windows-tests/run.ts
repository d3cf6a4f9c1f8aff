import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DESK_VARIABLE } from '../../tests/windows/desk.ts';
import { openDeviceDesk } from '../../tests/windows/device-desk.ts';
import { type ReportLine, reportLineSchema } from '../../tests/windows/report.ts';
import type { Outcome } from '../outcome.ts';
import { type PinnedNode, pinnedNodes } from '../pinned-nodes/ensure.ts';
import { bundleWindowsTests } from './bundle.ts';
import { ensureWine, type Run, start } from './wine.ts';

const LIMIT_MS = 420_000;
const REPORT = 'report.jsonl';

/** What runs a program in Windows: Windows itself, or Wine. */
interface Windows {
  readonly run: (run: Run) => Promise<number | null>;
  readonly nodes: readonly PinnedNode[];
  readonly env: NodeJS.ProcessEnv;
}

function findWindows(): Windows {
  if (process.platform === 'win32') {
    const [major = ''] = process.versions.node.split('.');
    return { run: start, nodes: [{ major, executable: process.execPath }], env: process.env };
  }
  return { run: ensureWine(), nodes: pinnedNodes('windows'), env: { POS_PAIRING_UNDER_WINE: '1' } };
}

/**
 * Runs tests/windows in Node for Windows: under Wine on linux-x64, and as it is on Windows. All groups, or those named.
 * Throws Unavailable where neither can be had.
 */
export async function windowsTests(groups: readonly string[]): Promise<Outcome[]> {
  const windows = findWindows();
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-windows-'));
  const desk = await openDeviceDesk();
  try {
    const bundle = await bundleWindowsTests(folder);
    // At the same time: they mostly wait.
    return await Promise.all(
      windows.nodes.map(async ({ major, executable }) => {
        const title = `Windows, Node ${major}`;
        const cwd = join(folder, major);
        mkdirSync(cwd);
        const output = join(cwd, 'output.txt');
        const code = await windows.run({
          program: executable,
          args: [join('..', bundle), REPORT, ...groups],
          cwd,
          env: { ...windows.env, [DESK_VARIABLE]: desk.url },
          limitMs: LIMIT_MS,
          output,
        });
        return told(title, readReport(join(cwd, REPORT)), code, readFileSync(output, 'utf8'));
      }),
    );
  } finally {
    await desk.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

function readReport(file: string): ReportLine[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  return lines.map((line) => reportLineSchema.parse(JSON.parse(line)));
}

/** Prints what happened; a run that broke off, or that tested nothing, counts as one failure more. */
function told(title: string, report: readonly ReportLine[], code: number | null, output: string): Outcome {
  const end = report.find((line) => line.kind === 'end');
  const cases = report.filter((line) => line.kind === 'case');
  console.log(`\n   ${title}${end ? ` (${end.node}, ${end.platform})` : ''}`);
  const marks = { passed: '✓', failed: '✗', skipped: '–' };
  for (const { group, name, result, tookMs, why } of cases)
    console.log(
      ` ${marks[result]} ${group}: ${name} ${result === 'skipped' ? `(skipped: ${why})` : `${tookMs} ms${why ? `\n${why}` : ''}`}`,
    );
  const failures = cases
    .filter(({ result }) => result === 'failed')
    .map(({ group, name }) => `${title}: ${group}: ${name}`);
  const count = (wanted: string) => cases.filter(({ result }) => result === wanted).length;
  const isWhole = code === 0 && end?.platform === 'win32' && count('passed') > 0;
  if (!isWhole) {
    console.log(output);
    failures.push(`${title}: the run broke off (${code ?? 'ended for taking too long'})`);
  }
  return { passed: count('passed'), failed: failures.length, skipped: count('skipped'), failures };
}
