import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureSystemPackages, enterDesktopSession } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

const RESULTS = 'test-results';
const VITEST_REPORT = join(RESULTS, 'vitest.json');
const PLAYWRIGHT_REPORT = join(RESULTS, 'playwright.json');

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

function run(title: string, command: string, args: string[]): boolean {
  console.log(`\n── ${title}`);
  return spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' }).status === 0;
}

/** A check without tests of its own counts as one. */
function check(title: string, command: string, args: string[]): Outcome {
  const passed = run(title, command, args);
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: 0, failures: passed ? [] : [title] };
}

const vitestSchema = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numFailedTestSuites: z.number(),
  numPendingTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), status: z.string() })),
    }),
  ),
});

const playwrightSchema = z.object({
  stats: z.object({ expected: z.number(), unexpected: z.number(), flaky: z.number(), skipped: z.number() }),
  errors: z.array(z.object({ message: z.string().optional() })),
});

function readReport<T>(file: string, schema: z.ZodType<T>): T | undefined {
  if (!existsSync(file)) return undefined;
  const parsed = schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
  return parsed.success ? parsed.data : undefined;
}

/** A runner that crashed, found nothing or disagrees with its own report counts as one failure more. */
function counted(title: string, exitedWell: boolean, outcome: Outcome | undefined): Outcome {
  if (!outcome) return { passed: 0, failed: 1, skipped: 0, failures: [`${title}: no report`] };
  const consistent = exitedWell === (outcome.failed === 0) && outcome.passed + outcome.failed > 0;
  if (consistent) return outcome;
  return {
    ...outcome,
    failed: outcome.failed + 1,
    failures: [...outcome.failures, `${title}: the runner failed`],
  };
}

function vitest(args: string[]): Outcome {
  const title = 'Unit and integration tests';
  const exitedWell = run(title, 'npx', [
    ...['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${VITEST_REPORT}`],
    ...args,
  ]);
  const report = readReport(VITEST_REPORT, vitestSchema);
  return counted(
    title,
    exitedWell,
    report && {
      passed: report.numPassedTests,
      failed: report.numFailedTests,
      skipped: report.numPendingTests,
      failures: report.testResults.flatMap(({ name, assertionResults }) =>
        assertionResults
          .filter(({ status }) => status === 'failed')
          .map(({ fullName }) => `${name}: ${fullName}`),
      ),
    },
  );
}

function playwright(args: string[]): Outcome {
  const title = 'End-to-end tests in Electron';
  const exitedWell = run(title, 'npx', ['playwright', 'test', ...args]);
  const report = readReport(PLAYWRIGHT_REPORT, playwrightSchema);
  if (report && report.stats.flaky > 0)
    console.log(`UNSTEADY ${report.stats.flaky} passed only when tried again`);
  return counted(
    title,
    exitedWell,
    report && {
      passed: report.stats.expected + report.stats.flaky,
      failed: report.stats.unexpected,
      skipped: report.stats.skipped,
      failures: report.errors.map(({ message }) => message ?? 'error'),
    },
  );
}

function requireNodeVersion(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node 20.19 or later is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

/** `npm test`: everything. `npm run test:e2e -- [PLAYWRIGHT ARGUMENTS]`: only the build and the real app. */
requireNodeVersion();
ensureSystemPackages();
const { executable } = await ensureElectron();
ensureSystemPackages(executable);
enterDesktopSession();

rmSync(RESULTS, { recursive: true, force: true });
mkdirSync(RESULTS);
const [scope, ...rest] = process.argv.slice(2);
const buildStep = () => check('Build', 'npx', ['vite', 'build', '--app', '--logLevel', 'warn']);
const outcomes =
  scope === 'e2e'
    ? [buildStep(), playwright(rest)]
    : [
        check('Format and lint', 'npx', ['biome', 'check', '.']),
        check('Types', 'npx', ['tsc', '--noEmit']),
        buildStep(),
        vitest([]),
        playwright([]),
      ];

const sum = (pick: (outcome: Outcome) => number) =>
  outcomes.reduce((total, outcome) => total + pick(outcome), 0);
const failures = outcomes.flatMap((outcome) => outcome.failures);
const failed = sum((outcome) => outcome.failed);
const skipped = sum((outcome) => outcome.skipped);
console.log('');
for (const failure of failures) console.log(`FAILED ${failure}`);
if (skipped > 0) console.log(`${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
