import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pemOf } from './certificates.ts';
import { startChainPeer } from './chain-peer.ts';
import type { ChainCase } from './chains/chain-case.ts';
import { CHAINS } from './chains.ts';
import { PATIENT_TIMING } from './job.ts';
import { askOpenSsl, openSslVersion } from './openssl.ts';
import { type ChainRow, isDifferent, type Row, reportPage, summarise, summaryTable } from './report.ts';
import { Runtime } from './runtime.ts';
import { SYSTEM_ROOT } from './system-root.ts';
import type { Trial, Verdict } from './trial.ts';
import { allMeetings, boundedMeetings, type Meeting, shownBy } from './trials.ts';

/**
 * Puts up every hostile device and lets registers meet them, in this Node and in that of `--electron`. `--bounded`
 * meets a part of them, `--only` those whose names match; `--page` and `--report` name files to be written.
 */
const { values: flags } = parseArgs({
  options: {
    electron: { type: 'string' },
    bounded: { type: 'boolean', default: false },
    only: { type: 'string' },
    page: { type: 'string' },
    report: { type: 'string' },
  },
});

/** Devices that are up at the same time; registers mostly wait for them. */
const AT_ONCE = 96;
/** A meeting that takes longer hangs: every wait of the app is over by then. */
const LIMIT_MS = 90_000;

async function eachOf<T>(
  items: readonly T[],
  width: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (const item of left) await work(item);
    }),
  );
}

async function meet({ trial, runtime }: Meeting<Runtime>): Promise<Verdict> {
  try {
    const stage = await trial.stage();
    try {
      const job = {
        host: '127.0.0.1',
        port: stage.port,
        transport: trial.transport,
        rootCaFiles: stage.rootCaFiles,
        addedDaysAgo: stage.addedDaysAgo ?? 0,
        timing: { ...PATIENT_TIMING, ...stage.timing },
      };
      const outcome = await runtime.pair(job, LIMIT_MS);
      return trial.judge(outcome, stage.heard(), runtime.isBoringSsl);
    } finally {
      await stage.stop();
    }
  } catch (thrown) {
    return { word: 'none', problems: [thrown instanceof Error ? thrown.message : String(thrown)] };
  }
}

const titleOf = ({ class: of, group, name, transport }: Trial): string =>
  `${of}, ${group}: ${name} (${transport})`;

/** What OpenSSL makes of a chain; a verdict other than ours must have its reason, and one alike must have none. */
async function compared(chain: ChainCase): Promise<ChainRow & { readonly problem: string | undefined }> {
  const shown = shownBy(chain);
  const openSsl = await askOpenSsl(shown);
  const peer = await startChainPeer(shown);
  await peer.stop();
  const isAlike = openSsl.ok === (chain.expected === 'let-in');
  const problem =
    isAlike === (chain.openSslDiffers === undefined)
      ? undefined
      : `chains, ${chain.group}: ${chain.name}: openssl says ${openSsl.ok ? 'ok' : openSsl.words}, and the table ${isAlike ? 'explains a difference' : 'does not explain it'}`;
  return { chain, servedBy: peer.servedBy, openSsl, problem };
}

const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-hostile-'));
const rootFile = join(folder, 'system-root.pem');
writeFileSync(rootFile, pemOf(SYSTEM_ROOT.der));
const runtimes = await Promise.all([
  Runtime.start('Node', process.execPath, rootFile),
  ...(flags.electron ? [Runtime.start('Electron', flags.electron, rootFile)] : []),
]);

const only = new RegExp(flags.only ?? '');
const meetings = (flags.bounded ? boundedMeetings(runtimes) : allMeetings(runtimes)).filter(({ trial }) =>
  only.test(titleOf(trial)),
);
for (const trial of new Set(meetings.map((each) => each.trial))) trial.prepare();
const verdicts = new Map<Trial, Map<string, Verdict>>();
for (const { trial } of meetings) verdicts.set(trial, new Map());
await eachOf(meetings, AT_ONCE, async (meeting) => {
  verdicts.get(meeting.trial)?.set(meeting.runtime.name, await meet(meeting));
});
const rows: Row[] = [...verdicts].map(([trial, each]) => ({ trial, verdicts: each }));

const version = flags.bounded ? undefined : await openSslVersion();
const chains: (ChainRow & { readonly problem: string | undefined })[] = [];
if (version) {
  const wanted = new Set(rows.map(({ trial }) => `${trial.group}: ${trial.name}`));
  await eachOf(
    CHAINS.filter(({ group, name }) => wanted.has(`${group}: ${name}`)),
    4,
    async (chain) => {
      chains.push(await compared(chain));
    },
  );
  chains.sort((a, b) => CHAINS.indexOf(a.chain) - CHAINS.indexOf(b.chain));
}

const problems = [
  ...rows.flatMap(({ trial, verdicts: each }) =>
    [...each].flatMap(([runtime, verdict]) =>
      verdict.problems.map((problem) => `${titleOf(trial)} in ${runtime}: ${problem}`),
    ),
  ),
  ...rows.flatMap((row) =>
    isDifferent(row) && !row.trial.because
      ? `${titleOf(row.trial)}: the runtimes differ, and nothing says why`
      : [],
  ),
  ...chains.flatMap(({ problem }) => problem ?? []),
  ...runtimes.flatMap(({ name, uncaught }) => uncaught.map((words) => `not caught in ${name}: ${words}`)),
];
for (const runtime of runtimes) runtime.stop();
rmSync(folder, { recursive: true });

for (const problem of problems) console.log(`FAILED ${problem}`);
const summaries = summarise(rows, chains);
console.log(summaryTable(summaries));
if (flags.page && problems.length === 0)
  writeFileSync(flags.page, reportPage({ rows, chains, runtimes, openSsl: version ?? 'none' }));
if (flags.report) {
  const met = summaries.reduce((sum, each) => sum + each.meetings, 0);
  const passed = summaries.reduce((sum, each) => sum + each.passed, 0);
  const failed = Math.max(met - passed, problems.length === 0 ? 0 : 1);
  writeFileSync(flags.report, JSON.stringify({ passed, failed, skipped: 0, failures: problems }));
}
process.exitCode = problems.length === 0 ? 0 : 1;
