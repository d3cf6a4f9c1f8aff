import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureSystemPackages, enterDesktopSession } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

const RESULTS = 'test-results';
const INSTALLED_REPORT = join(RESULTS, 'installed.json');
const PLAYWRIGHT_REPORT = join(RESULTS, 'playwright.json');

interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

const durations: string[] = [];

/** A report of an earlier run would count for this one. */
function forget(report: string): void {
  mkdirSync(RESULTS, { recursive: true });
  rmSync(report, { force: true });
}

function run(title: string, command: string, args: string[], env: NodeJS.ProcessEnv = {}): boolean {
  console.log(`\n── ${title}`);
  const started = performance.now();
  const { status } = spawnSync(command, args, {
    stdio: 'inherit',
    // `npx` is a script on Windows; a program has a path, which may have spaces.
    shell: process.platform === 'win32' && command === 'npx',
    env: { ...process.env, ...env },
  });
  durations.push(`${title} ${Math.round((performance.now() - started) / 1000)} s`);
  return status === 0;
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

const installedSchema = z.object({
  passed: z.number(),
  failed: z.number(),
  skipped: z.number(),
  failures: z.array(z.string()),
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

/** Unit and integration tests in plain Node or, given its executable, in Electron's own. */
function vitest(electron?: string): Outcome {
  const title = electron ? 'Unit and integration tests in Electron’s Node' : 'Unit and integration tests';
  const file = join(RESULTS, electron ? 'vitest-electron-node.json' : 'vitest.json');
  forget(file);
  const env = electron ? { ELECTRON_RUN_AS_NODE: '1', POS_PAIRING_PLAIN_NODE: process.execPath } : {};
  const exitedWell = run(
    title,
    electron ?? process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...(electron ? rest : []),
    ],
    env,
  );
  const report = readReport(file, vitestSchema);
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

function playwright(): Outcome {
  const title = 'End-to-end tests in Electron';
  forget(PLAYWRIGHT_REPORT);
  const exitedWell = run(title, 'npx', ['playwright', 'test', ...rest]);
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

/** Packages the app that was built before, and tries it out as it is installed. */
function installed(): Outcome[] {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) {
    console.log('SKIPPED the installed program: installing a Debian package takes Linux and root.');
    return [{ passed: 0, failed: 0, skipped: 1, failures: [] }];
  }
  const folder = join(RESULTS, 'package');
  const tsx = (script: string, ...args: string[]) => ['node_modules/tsx/dist/cli.mjs', script, ...args];
  const packaging = tsx('scripts/package.ts', '--built', '--quick', '--target', 'deb', '--output', folder);
  const packaged = check('Debian package', process.execPath, packaging);
  if (packaged.failed > 0) return [packaged];
  const title = 'The installed program';
  forget(INSTALLED_REPORT);
  const smoke = tsx('scripts/smoke-installed.ts', '--from', folder, '--report', INSTALLED_REPORT, ...rest);
  const exitedWell = run(title, process.execPath, smoke);
  return [packaged, counted(title, exitedWell, readReport(INSTALLED_REPORT, installedSchema))];
}

function requireNodeVersion(): void {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node 20.19 or later is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

const checks = () => [
  check('Format and lint', 'npx', ['biome', 'check', '.']),
  // All anew: what a build before this one left behind cannot hide anything.
  check('Types', 'npx', ['tsc', '-b', '--force']),
  check('Unused files, exports and dependencies', 'npx', ['knip']),
  check('Code only tests use', 'npx', ['knip', '--production', '--include', 'files,exports,types']),
];
const build = () => check('Build', 'npx', ['vite', 'build', '--app', '--logLevel', 'warn']);

/** Where Electron is, in a session in which it can open windows. */
async function readyElectron(): Promise<string> {
  ensureSystemPackages();
  const { executable } = await ensureElectron();
  ensureSystemPackages(executable);
  enterDesktopSession();
  return executable;
}

/**
 * `npm test`: everything. `npm run check`, `npm run test:electron-node`, `npm run test:e2e` and `npm run
 * test:installed`: that part of it; the latter three pass arguments on to their runner.
 */
const PARTS: Record<string, () => Promise<Outcome[]>> = {
  all: async () => {
    const electron = await readyElectron();
    return [...checks(), build(), vitest(), vitest(electron), playwright(), ...installed()];
  },
  check: async () => checks(),
  'electron-node': async () => [vitest((await ensureElectron()).executable)],
  e2e: async () => {
    await readyElectron();
    return [build(), playwright()];
  },
  installed: async () => [build(), ...installed()],
};

requireNodeVersion();
const [part = 'all', ...rest] = process.argv.slice(2);
const work = PARTS[part];
if (!work) throw new Error(`There is no part "${part}": ${Object.keys(PARTS).join(', ')}.`);
const outcomes = await work();

const sum = (pick: (outcome: Outcome) => number) =>
  outcomes.reduce((total, outcome) => total + pick(outcome), 0);
const failures = outcomes.flatMap((outcome) => outcome.failures);
const failed = sum((outcome) => outcome.failed);
const skipped = sum((outcome) => outcome.skipped);
console.log(`\n${durations.join(', ')}`);
for (const failure of failures) console.log(`FAILED ${failure}`);
if (skipped > 0) console.log(`${skipped} skipped`);
process.exitCode = failed === 0 ? 0 : 1;
console.log(`${sum((outcome) => outcome.passed)} passed, ${failed} failed`);
