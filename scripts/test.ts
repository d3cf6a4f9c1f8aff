import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { PREPARED_KEYS, prepareKeys } from '../tests/simulator/keys.ts';
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
/** Whether parts run side by side: then each one's output is told as a whole, once it has ended. */
let areManyAtOnce = false;
/** Tells the test runners where the keys of this run are. */
let keysOfRun: NodeJS.ProcessEnv = {};

/** A report of an earlier run would count for this one. */
function forget(report: string): void {
  mkdirSync(RESULTS, { recursive: true });
  rmSync(report, { force: true });
}

async function run(
  title: string,
  command: string,
  args: string[],
  env: NodeJS.ProcessEnv = {},
): Promise<boolean> {
  const heading = `\n── ${title}`;
  const isApart = areManyAtOnce;
  if (!isApart) console.log(heading);
  const started = performance.now();
  const child = spawn(command, args, {
    stdio: isApart ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    // `npx` is a script on Windows; a program has a path, which may have spaces.
    shell: process.platform === 'win32' && command === 'npx',
    env: { ...process.env, ...env },
  });
  const output: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (data: Buffer) => output.push(data));
  const status = await new Promise<number | null>((resolve) => {
    child.once('close', resolve).once('error', (error) => {
      output.push(Buffer.from(`${error}\n`));
      resolve(null);
    });
  });
  if (isApart) console.log(heading);
  process.stdout.write(Buffer.concat(output));
  durations.push(`${title} ${Math.round((performance.now() - started) / 1000)} s`);
  return status === 0;
}

type Part = () => Promise<Outcome | readonly Outcome[]>;

/** Each lane's parts one after the other, the lanes at the same time: for parts that leave a core idle. */
async function sideBySide(...lanes: readonly (readonly Part[])[]): Promise<Outcome[]> {
  areManyAtOnce = true;
  const outcomes = await Promise.all(
    lanes.map(async (parts) => {
      const done: Outcome[] = [];
      for (const part of parts) done.push(...[await part()].flat());
      return done;
    }),
  );
  areManyAtOnce = false;
  return outcomes.flat();
}

/** A check without tests of its own counts as one. */
async function check(title: string, command: string, args: string[]): Promise<Outcome> {
  const passed = await run(title, command, args);
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
async function vitest(node?: TestNode, files: readonly string[] = []): Promise<Outcome> {
  const title = `Unit and integration tests${node ? ` in ${node.name}` : ''}`;
  const file = join(RESULTS, `vitest${node ? `-${node.name.replaceAll(/\W+/g, '-')}` : ''}.json`);
  forget(file);
  const exitedWell = await run(
    title,
    node?.executable ?? process.execPath,
    [
      'node_modules/vitest/vitest.mjs',
      ...['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`],
      ...files,
    ],
    { ...keysOfRun, ...node?.env },
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
  ifPossible('Node 24 and 26', without, async () => {
    const outcomes: Outcome[] = [];
    for (const { major, executable } of pinnedNodes('linux')) {
      outcomes.push(await vitest({ name: `Node ${major}`, executable }, files));
    }
    return outcomes;
  });

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
async function hostile(electron: string, args: readonly string[]): Promise<Outcome> {
  const title = 'Hostile devices';
  forget(HOSTILE_REPORT);
  const exitedWell = await run(title, process.execPath, [
    ...['--import', 'tsx', 'tests/hostile/main.ts', '--electron', electron, '--report', HOSTILE_REPORT],
    ...args,
  ]);
  return counted(title, exitedWell, readReport(HOSTILE_REPORT, countedSchema));
}

async function playwright(): Promise<Outcome> {
  const title = 'End-to-end tests in Electron';
  forget(PLAYWRIGHT_REPORT);
  const exitedWell = await run(title, 'npx', ['playwright', 'test', ...rest], keysOfRun);
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

async function fuzz(): Promise<Outcome> {
  const title = 'Fuzzing';
  const file = join(RESULTS, 'fuzz.json');
  forget(file);
  const args = ['--cases', String(FUZZ_CASES), '--report', file];
  const exitedWell = await run(title, process.execPath, [
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
    const packaged = await check('Debian package', process.execPath, packaging);
    if (packaged.failed > 0) return [packaged];
    const title = 'The installed program';
    forget(INSTALLED_REPORT);
    const smoke = tsx('scripts/smoke-installed.ts', '--from', folder, '--report', INSTALLED_REPORT, ...args);
    const exitedWell = await run(title, process.execPath, smoke);
    return [packaged, counted(title, exitedWell, readReport(INSTALLED_REPORT, countedSchema))];
  });

/** A little of what takes long: crashes and spoiled files, and soaks. Each tells its outcome in a report of its own. */
async function briefly(title: string, script: string): Promise<Outcome> {
  const report = join(RESULTS, `${script}.json`);
  forget(report);
  const tsx = 'node_modules/tsx/dist/cli.mjs';
  const exitedWell = await run(title, process.execPath, [
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

const checks = () =>
  sideBySide(
    [
      () => check('Format and lint', 'npx', ['biome', 'check', '.']),
      // All anew: what a build before this one left behind cannot hide anything.
      () => check('Types', 'npx', ['tsc', '-b', '--force']),
    ],
    [
      () => check('Unused files, exports and dependencies', 'npx', ['knip']),
      () => check('Code only tests use', 'npx', ['knip', '--production', '--include', 'files,exports,types']),
    ],
  );
const build = () => check('Build', 'npx', ['vite', 'build', '--app', '--logLevel', 'warn']);

/** More than most processes of a test run need. */
const KEYS = 32;

/** Keys for the simulated devices of all processes of this run: making them is much of an integration test’s work. */
async function provideKeys(): Promise<void> {
  const file = resolve(RESULTS, 'keys.json');
  forget(file);
  writeFileSync(file, await prepareKeys(KEYS), { mode: 0o600 });
  keysOfRun = { [PREPARED_KEYS]: file };
  process.once('exit', () => rmSync(file, { force: true }));
}

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
    const outcomes = [...(await checks()), await build()];
    await provideKeys();
    outcomes.push(await vitest(), await vitest(electronNode(electron)));
    // Most of these keep one core busy, or wait.
    outcomes.push(
      ...(await sideBySide(
        [() => hostile(electron, ['--bounded']), () => otherNodes(DEPENDS_ON_NODE, 'skip')],
        [
          fuzz,
          () => briefly('Crashes, spoiled files and full disks', 'test-disk'),
          () => briefly('Soak', 'soak'),
        ],
      )),
      // By itself: on a busy machine Wine fails to start programs now and then.
      ...(await sideBySide([() => windows([], 'skip')])),
    );
    outcomes.push(await playwright(), ...(await installed([], 'skip')));
    return outcomes;
  },
  check: async () => checks(),
  'electron-node': async () => [await vitest(electronNode((await ensureElectron()).executable), rest)],
  hostile: async () => [
    await hostile(
      (await ensureElectron()).executable,
      rest.length > 0 ? rest : ['--page', 'docs/hostile.md'],
    ),
  ],
  nodes: () => otherNodes(rest),
  windows: () => windows(rest),
  e2e: async () => {
    await readyElectron();
    const built = await build();
    await provideKeys();
    return [built, await playwright()];
  },
  installed: async () => [await build(), ...(await installed(rest))],
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
