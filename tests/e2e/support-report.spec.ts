import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { secretsIn, spellingsOf } from '../support/secrets.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { clickMenu, enter, errorPanel, openScreen, pairFirst, picture, trustRootCa } from './steps.ts';

/** Nothing but this computer is looked at. */
const RANGE = '--search-range=127.0.0.0/28';

/** The system's own dialog cannot be driven: it answers as if this file had been chosen, or nothing. */
const chooseFile = (app: RunningApp, file: string | null) =>
  app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: filePath === null, filePath: filePath ?? '' });
  }, file);

function filesIn(zip: string): Record<string, string> {
  return Object.fromEntries(
    Object.entries(unzipSync(readFileSync(zip))).map(([name, bytes]) => [
      name.slice(name.indexOf('/') + 1),
      strFromU8(bytes),
    ]),
  );
}

const HOLDS = 'safe to mail';

test('a failed pairing is reported to support, without the code, before anything is paired', async ({
  app,
  device,
}) => {
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  device.setFault('demands-certificate');
  const { code } = device;
  await enter(page, { address: device.addresses.wss, code, posId: 'Bar' });
  const panel = errorPanel(page, 'device-demands-certificate');
  await panel.getByRole('button', { name: 'Details for support' }).click();
  const save = panel.getByRole('button', { name: 'Save support report' });
  await expect(panel.getByText(HOLDS)).toBeVisible();

  await chooseFile(app, null);
  await save.click();
  await expect(save).not.toHaveAttribute('data-busy');
  await expect(panel.getByText('Saved:')).toHaveCount(0);

  const taken = join(app.dataFolder, 'taken');
  mkdirSync(taken);
  await chooseFile(app, taken);
  await save.click();
  await expect(panel.getByText('Saving did not work')).toBeVisible();
  await expectAccessible(page, 'support-report-2-not-saved');

  const zip = join(app.dataFolder, 'report.zip');
  await chooseFile(app, zip);
  await save.click();
  await expect(panel.getByText(`Saved: ${zip}`)).toBeVisible();
  await expect(panel.getByText('Saving did not work')).toHaveCount(0);
  if (process.platform !== 'win32') expect(statSync(zip).mode & 0o777).toBe(0o600);
  await expectAccessible(page, 'support-report-1-error');

  const files = filesIn(zip);
  expect(JSON.parse(files['last-failure.json'] ?? '')).toMatchObject({
    posId: 'Bar',
    error: { code: 'device-demands-certificate' },
  });
  expect(JSON.parse(files['pairings.json'] ?? '')).toEqual([]);
  const version = await app.electron.evaluate(({ app: { getVersion } }) => getVersion());
  expect(JSON.parse(files['about.json'] ?? '')).toMatchObject({ app: version, electron: expect.any(String) });
  expect(files['log/connections.jsonl']).toContain('"kind":"app-started"');
  expect(files['log/connections.jsonl']).toContain('"code":"device-demands-certificate"');
  for (const [name, text] of Object.entries(files))
    expect([name, secretsIn(text, spellingsOf(code))]).toEqual([name, []]);
});

test('settings and the menu save the report, and the log outlives the app', async ({ app, device }) => {
  test.setTimeout(120_000);
  let page = await app.launch({ flags: [RANGE] });
  const { code } = device;
  await pairFirst(page, device, 'Register 1');
  await openScreen(page, 'Settings');
  await expect(page.getByText(HOLDS)).toBeVisible();
  const first = join(app.dataFolder, 'first.zip');
  await chooseFile(app, first);
  await page.getByRole('button', { name: 'Save support report' }).click();
  await expect(page.getByText(`Saved: ${first}`)).toBeVisible();
  await expectAccessible(page, 'support-report-3-settings');
  await setWindow(app, { width: 1024, height: 600 });
  await expectFits(page, 'settings with a saved report');

  page = await app.relaunch({ flags: [RANGE] });
  await expect(page.getByRole('heading', { level: 1, name: 'Paired devices' })).toBeVisible();
  await clickMenu(app, 'supportReport');
  const dialog = page.getByRole('dialog', { name: 'Support report' });
  await expect(dialog.getByText(HOLDS)).toBeVisible();
  await picture(page, 'support-report');
  const second = join(app.dataFolder, 'second.zip');
  await chooseFile(app, second);
  await dialog.getByRole('button', { name: 'Save support report' }).click();
  await expect(dialog.getByText(`Saved: ${second}`)).toBeVisible();
  await expectAccessible(page, 'support-report-4-menu');
  await dialog.getByRole('button', { name: 'Close' }).click();
  await expect(dialog).toHaveCount(0);

  const vault = readdirSync(join(app.dataFolder, 'vault', 'pairings')).map((name) =>
    readFileSync(join(app.dataFolder, 'vault', 'pairings', name), 'utf8'),
  );
  const sealed = vault.flatMap((text) => /"sealed":\s*"([^"]+)"/.exec(text)?.[1] ?? []);
  expect(sealed).toHaveLength(1);
  const pieces = sealed.flatMap((text) => text.match(/.{16}/g) ?? []);
  for (const zip of [first, second]) {
    const files = filesIn(zip);
    expect(JSON.parse(files['pairings.json'] ?? '')).toMatchObject([
      { posId: 'Register 1', identity: { serial: device.serial }, proved: true },
    ]);
    for (const [name, text] of Object.entries(files))
      expect([name, secretsIn(text, [...spellingsOf(code), ...pieces])]).toEqual([name, []]);
  }
  // What was before the restart is still told.
  const kinds = (filesIn(second)['log/connections.jsonl'] ?? '')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { kind: string }).kind);
  expect(kinds.filter((kind) => kind === 'app-started')).toHaveLength(2);
  expect(kinds).toContain('app-stopped');
  expect(kinds).toContain('ws-open');
  expect(kinds.indexOf('pairing-ended')).toBeGreaterThan(kinds.indexOf('stage-begun'));
});

test('a crash leaves no dump, which could hold keys', async ({ app }) => {
  await app.launch({ flags: [RANGE] });
  const log = join(app.dataFolder, 'logs', 'connections.jsonl');
  // It begins once the first screen is there.
  await expect.poll(() => existsSync(log)).toBe(true);
  const dumps = await app.electron.evaluate(async ({ app: electronApp, BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (!window) throw new Error('no window');
    const reloaded = new Promise<void>((resolve) =>
      window.webContents.once('did-finish-load', () => resolve()),
    );
    window.webContents.forcefullyCrashRenderer();
    await reloaded;
    return electronApp.getPath('crashDumps');
  });
  const found = [dumps, app.dataFolder]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    .filter((name) => /\.(dmp|dump|core|mdmp)$/i.test(name));
  expect(found).toEqual([]);
  await expect.poll(() => readFileSync(log, 'utf8')).toContain('"kind":"page-gone"');
});
