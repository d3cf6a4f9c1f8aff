import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { electronFlags } from '../../scripts/desktop-session.ts';
import { ensureElectron } from '../../scripts/electron-runtime/ensure.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, test } from './app.ts';
import { connection, openScreen, pairFirst, picture } from './steps.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const NOTICE = 'Nothing can be saved';
const asRoot = process.getuid?.() === 0;

/** Makes the folder one in which nobody can write; undefined where this system does not let us. */
function makeReadOnly(folder: string): (() => void) | undefined {
  if (process.platform === 'win32') return undefined;
  if (!asRoot) {
    chmodSync(folder, 0o555);
    return () => chmodSync(folder, 0o755);
  }
  // Root may write anywhere but on a read-only disk.
  const mount = (...args: string[]) => spawnSync('mount', args).status === 0;
  if (!mount('--bind', folder, folder)) return undefined;
  const undo = () => void spawnSync('umount', [folder]);
  if (mount('-o', 'remount,bind,ro', folder)) return undo;
  undo();
  return undefined;
}

/** Starts the app without Playwright; resolves with how it ended. */
async function ending(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const { executable } = await ensureElectron();
  const child = spawn(executable, [...electronFlags(), ROOT, ...args], { env: { ...process.env, ...env } });
  let errors = '';
  child.stderr.on('data', (data: Buffer) => {
    errors += data.toString();
  });
  const status = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { status, errors };
}

test('a read-only data folder: the app shows what it has, says so, and runs once', async ({
  app,
  device,
}) => {
  await pairFirst(await app.launch(), device, '7');
  await app.close();
  const undo = makeReadOnly(app.dataFolder);
  test.skip(!undo, 'this system lets the test make no read-only folder');
  try {
    const before = readdirSync(app.dataFolder);
    const page = await app.launch();
    await expect(page.getByRole('status').filter({ hasText: NOTICE })).toContainText(app.dataFolder);
    await expect(page.getByRole('alert')).toHaveCount(0);
    // Its keys can be read and its device checked.
    await expect(connection(page, 'connected')).toBeVisible();
    await picture(page, 'nothing-saved');
    await expectAccessible(page, 'Nothing can be saved');
    await openScreen(page, 'Settings');
    await expect(page.getByRole('status').filter({ hasText: NOTICE })).toBeVisible();
    expect(readdirSync(app.dataFolder)).toEqual(before);

    expect((await ending([`--user-data-dir=${app.dataFolder}`])).status).toBe(0);
    expect(app.electron.windows()).toHaveLength(1);
    await app.close();
  } finally {
    undo?.();
  }
  const page = await app.launch();
  await expect(connection(page, 'connected')).toBeVisible();
  await expect(page.getByText(NOTICE)).toHaveCount(0);
});

test('a data folder that becomes read-only while the app runs: a second start finds the first', async ({
  app,
}) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const undo = makeReadOnly(app.dataFolder);
  test.skip(!undo, 'this system lets the test make no read-only folder');
  try {
    expect((await ending([`--user-data-dir=${app.dataFolder}`])).status).toBe(0);
    expect(app.electron.windows()).toHaveLength(1);
  } finally {
    await app.close();
    undo?.();
  }
});

test('a data folder that cannot be made: the app starts and says so', async ({ app }) => {
  const file = join(app.dataFolder, 'a-file');
  writeFileSync(file, '');
  const folder = join(file, 'data');
  const page = await app.launch({ flags: [`--user-data-dir=${folder}`] });
  await expect(page.getByRole('status').filter({ hasText: NOTICE })).toContainText(folder);
  // Nothing is kept anywhere else instead.
  const where = await app.electron.evaluate(({ app: electronApp }) => electronApp.getPath('userData'));
  expect(existsSync(join(where, 'vault'))).toBe(false);
  expect((await ending([`--user-data-dir=${folder}`])).status).toBe(0);
  expect(app.electron.windows()).toHaveLength(1);
});

test('no place at all: an error, and a status that is not 0', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-e2e-'));
  try {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    const { status, errors } = await ending([`--user-data-dir=${join(file, 'data')}`], {
      TMPDIR: join(file, 'tmp'),
      TMP: join(file, 'tmp'),
      TEMP: join(file, 'tmp'),
    });
    expect(status).toBe(1);
    // Windows says of a file in the way that nothing is there.
    expect(errors).toMatch(process.platform === 'win32' ? /ENOTDIR|ENOENT/ : /ENOTDIR/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
