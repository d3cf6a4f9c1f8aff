import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ensureSystemPackages, enterDesktopSession, FOREIGN_READERS } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';
import { type Outcome, Unavailable } from './outcome.ts';
import { pinnedNodes } from './pinned-nodes/ensure.ts';
import { windowsTests } from './windows-tests/run.ts';

const RESULTS = 'test-results';
const INSTALLED_REPORT = join(RESULTS, 'installed.json');
const HOSTILE_REPORT = join(RESULTS, 'hostile.json');
const PLAYWRIGHT_REPORT = join(RESULTS, 'playwright.json');

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

/** Of our own runners. */
const countedSchema = z.object({
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

/** The Node that runs unit and integration tests; without one, that of this process. */
interface TestNode {
  readonly name: string;
  readonly executable: string;
  readonly env?: NodeJS.ProcessEnv;
}

const electronNode = (executable: string): TestNode => ({
  name: 'Electron’s Node',
  executable,
  env: { ELECTRON_RUN_AS_NODE: '1', POS_PAIRING_PLAIN_NODE: process.execPath },
});

/** Unit and integration tests: all of them, or those in `files`. */
function vitest(node?: TestNode, files: readonly string[] = []): Outcome {
  const title = `Unit and integration tests${node ? ` in ${node.name}` : ''}`;
  const file = join(RESULTS, `vitest${node ? `-${node.name.replaceAll(/\W+/g, '-')}` : ''}.json`);
  forget(file);
  const exitedWell = run(
    title,
    node?.executable ?? process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...files,
    ],
    node?.env,
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

/** Where versions of Node may differ: TLS, files and processes. */
const DEPENDS_ON_NODE = [
  'tests/unit/pki.test.ts',
  'tests/unit/stored-files.test.ts',
  'tests/unit/vault.test.ts',
  'tests/integration/connect-device.test.ts',
  'tests/integration/core.test.ts',
  'tests/integration/pairing.test.ts',
  'tests/integration/tls-floor.test.ts',
];

/** The same tests in versions of Node near that of the declared Electron. */
const otherNodes = (files: readonly string[], without?: 'skip' | 'fail') =>
  ifPossible('Node 24 and 26', without, async () =>
    pinnedNodes('linux').map(({ major, executable }) => vitest({ name: `Node ${major}`, executable }, files)),
  );

const windows = (groups: readonly string[], without?: 'skip' | 'fail') =>
  ifPossible('The core in Windows', without, async () => {
    console.log('\n── The core in Windows');
    const started = performance.now();
    const outcomes = await windowsTests(groups);
    durations.push(`The core in Windows ${Math.round((performance.now() - started) / 1000)} s`);
    return outcomes;
  });

/** For what not every computer can run: asked for by name it fails there, else it is skipped. Either says why. */
async function ifPossible(
  title: string,
  without: 'skip' | 'fail' = 'fail',
  work: () => Promise<Outcome[]>,
): Promise<Outcome[]> {
  try {
    return await work();
  } catch (thrown) {
    if (!(thrown instanceof Unavailable)) throw thrown;
    const why = `${title}: not on this computer, ${thrown.message}`;
    if (without === 'fail') return [{ passed: 0, failed: 1, skipped: 0, failures: [why] }];
    console.log(`\nSKIPPED ${why}`);
    return [{ passed: 0, failed: 0, skipped: 1, failures: [] }];
  }
}

/** Registers in Node and in Electron's own meet hostile devices (tests/hostile). */
function hostile(electron: string, args: readonly string[]): Outcome {
  const title = 'Hostile devices';
  forget(HOSTILE_REPORT);
  const exitedWell = run(title, process.execPath, [
    ...['--import', 'tsx', 'tests/hostile/main.ts', '--electron', electron, '--report', HOSTILE_REPORT],
    ...args,
  ]);
  return counted(title, exitedWell, readReport(HOSTILE_REPORT, countedSchema));
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

/** Cases of the fuzzer (docs/fuzz.md): `npm run fuzz` has a million. */
const FUZZ_CASES = 5_000;

function fuzz(): Outcome {
  const title = 'Fuzzing';
  const file = join(RESULTS, 'fuzz.json');
  forget(file);
  const args = ['--cases', String(FUZZ_CASES), '--report', file];
  const exitedWell = run(title, process.execPath, [
    'node_modules/tsx/dist/cli.mjs',
    'scripts/fuzz.ts',
    ...args,
  ]);
  return counted(title, exitedWell, readReport(file, countedSchema));
}

/** Packages the app that was built before, and tries it out as it is installed. */
const installed = (args: readonly string[], without?: 'skip' | 'fail') =>
  ifPossible('The installed program', without, async () => {
    if (process.platform !== 'linux' || process.getuid?.() !== 0 || !existsSync('/etc/debian_version')) {
      throw new Unavailable('a Debian package is installed on Debian, by root');
    }
    const folder = join(RESULTS, 'package');
    const tsx = (script: string, ...more: string[]) => ['node_modules/tsx/dist/cli.mjs', script, ...more];
    const packaging = tsx('scripts/package.ts', '--built', '--quick', '--target', 'deb', '--output', folder);
    const packaged = check('Debian package', process.execPath, packaging);
    if (packaged.failed > 0) return [packaged];
    const title = 'The installed program';
    forget(INSTALLED_REPORT);
    const smoke = tsx('scripts/smoke-installed.ts', '--from', folder, '--report', INSTALLED_REPORT, ...args);
    const exitedWell = run(title, process.execPath, smoke);
    return [packaged, counted(title, exitedWell, readReport(INSTALLED_REPORT, countedSchema))];
  });

/** A little of what takes long: crashes and spoiled files, and soaks. Each tells its outcome in a report of its own. */
function briefly(title: string, script: string): Outcome {
  const report = join(RESULTS, `${script}.json`);
  forget(report);
  const tsx = 'node_modules/tsx/dist/cli.mjs';
  const exitedWell = run(title, process.execPath, [
    tsx,
    `scripts/${script}.ts`,
    '--quick',
    '--report',
    report,
  ]);
  return counted(title, exitedWell, readReport(report, countedSchema));
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
async function readyElectron(others: Record<string, string> = {}): Promise<string> {
  ensureSystemPackages(undefined, others);
  const { executable } = await ensureElectron();
  ensureSystemPackages(executable);
  enterDesktopSession();
  return executable;
}

/**
 * `npm test`: everything. `npm run check`, `npm run test:electron-node`, `test:hostile`, `test:nodes`,
 * `test:windows`, `test:e2e` and `test:installed`: that part of it; `windows` takes names of groups, the others but `check` pass arguments on to their
 * runner.
 */
const PARTS: Record<string, () => Promise<Outcome[]>> = {
  all: async () => {
    const electron = await readyElectron(FOREIGN_READERS);
    return [
      ...checks(),
      build(),
      vitest(),
      vitest(electronNode(electron)),
      hostile(electron, ['--bounded']),
      fuzz(),
      ...(await otherNodes(DEPENDS_ON_NODE, 'skip')),
      ...(await windows([], 'skip')),
      briefly('Crashes, spoiled files and full disks', 'test-disk'),
      briefly('Soak', 'soak'),
      playwright(),
      ...(await installed([], 'skip')),
    ];
  },
  check: async () => checks(),
  'electron-node': async () => [vitest(electronNode((await ensureElectron()).executable), rest)],
  hostile: async () => [
    hostile((await ensureElectron()).executable, rest.length > 0 ? rest : ['--page', 'docs/hostile.md']),
  ],
  nodes: () => otherNodes(rest),
  windows: () => windows(rest),
  e2e: async () => {
    await readyElectron();
    return [build(), playwright()];
  },
  installed: async () => [build(), ...(await installed(rest))],
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
