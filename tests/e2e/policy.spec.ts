import { chmodSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hashPin } from '../../electron/core/access/pin-hash.ts';
import { required } from '../../electron/core/failure.ts';
import type { Policy } from '../../electron/core/policy/policy-schema.ts';
import { parsePin } from '../../shared/manager.ts';
import { LANGUAGES } from '../../shared/settings.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { errorPanel, openScreen, picture } from './steps.ts';

const PIN = '295713';
const MANAGED = 'Managed by your organisation';

const fileOf = (app: RunningApp) => join(app.dataFolder, 'policy.json');
const flagsFor = (app: RunningApp) => [`--policy-file=${fileOf(app)}`, '--search-range=127.0.0.0/28'];

function write(app: RunningApp, policy: Policy | string): void {
  writeFileSync(fileOf(app), typeof policy === 'string' ? policy : JSON.stringify(policy), { mode: 0o644 });
}

const manages = async (device: SimulatedDevice): Promise<Policy> => ({
  rootCas: [device.rootCaPem],
  defaultAddress: '127.0.0.1',
  defaultPort: device.port,
  posIdPattern: 'SHOP-7',
  checkIntervalMinutes: 60,
  followAddressChanges: true,
  tray: false,
  managerPinHash: await hashPin(required(parsePin(PIN)), CHEAP_SCRYPT),
  locked: ['checkIntervalMinutes', 'followAddressChanges', 'tray', 'rootCas'],
  allowExport: false,
});

/** Until the app has kept its policy as the last good one, soon after its first screen. */
const untilKept = (app: RunningApp) =>
  expect.poll(() => existsSync(join(app.dataFolder, 'vault', 'policy.json'))).toBe(true);

test('a managed register pairs at once, and leaves to the organisation what is its own', async ({
  app,
  device,
}) => {
  test.setTimeout(120_000);
  write(app, await manages(device));
  const page = await app.launch({ flags: flagsFor(app) });
  // No Root CA is asked for.
  await expect(page.getByRole('heading', { level: 1, name: 'Paired devices' })).toBeVisible();
  await page.getByRole('button', { name: 'Pair a register' }).first().click();
  await expect(page.getByLabel('Device address')).toHaveValue(`127.0.0.1:${device.port}`);
  await expect(page.getByLabel('POS ID')).toHaveValue('SHOP-7');
  // The port is that of the organisation.
  await page.getByLabel('Device address').fill('127.0.0.1');
  await page.getByLabel('Connection code').fill(device.code);
  await expect(page.getByLabel('Device address')).toHaveValue(`127.0.0.1:${device.port}`);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('link', { name: 'SHOP-7', exact: true }).click();
  await page.getByRole('button', { name: 'Use in POS software' }).click();
  await expect(errorPanel(page, 'export-not-allowed')).toBeVisible();
  await expectAccessible(page, 'Export, not allowed');

  await openScreen(page, 'Settings');
  await expect(page.getByText(`Your organisation manages settings of this register`)).toContainText(
    'policy.json',
  );
  for (const name of ['Follow address changes', 'Entry in the system tray']) {
    const control = page.getByRole('switch', { name });
    await expect(control).toBeDisabled();
    await expect(control).toHaveAccessibleDescription(new RegExp(MANAGED));
  }
  await expect(page.getByRole('button', { name: 'Check every' })).toBeDisabled();
  await expect(page.getByRole('button', { name: 'Check every' })).toContainText('1 hour');
  await expect(page.getByRole('switch', { name: 'Notifications' })).toBeEnabled();
  await expect(page.getByText('Your organisation has set the manager PIN.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Change PIN' })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'PIN forgotten' })).toHaveCount(0);
  await expectAccessible(page, 'Settings, managed');
  await picture(page, 'settings-managed');
  // A page that asks all the same is refused by the core.
  expect(
    await page.evaluate(() => window.pos.call('updateSettings', { checkIntervalMinutes: 5 })),
  ).toMatchObject({ ok: false, error: { code: 'managed-setting' } });

  // What is not locked is the manager's, whose PIN comes from the policy.
  await page.getByRole('switch', { name: 'Notifications' }).press('Space');
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('switch', { name: 'Notifications' })).not.toBeChecked();

  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expect(page.getByText('Trusted by your organisation')).toBeVisible();
  await expect(page.getByText('None can be added or removed here.')).toBeVisible();
  await expect(page.getByRole('button', { name: /^Remove/ })).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Choose file' })).toHaveCount(0);
  await expectAccessible(page, 'Root CA, managed');
  await picture(page, 'root-ca-managed');

  await openScreen(page, 'History');
  await expect(page.getByText('A policy of your organisation took effect')).toBeVisible();
});

test('a locked language has no menu', async ({ app, device }) => {
  write(app, { rootCas: [device.rootCaPem], language: 'de', locked: ['language'] });
  const page = await app.launch({ flags: flagsFor(app) });
  await expect(page.getByRole('heading', { level: 1, name: 'Gekoppelte Geräte' })).toBeVisible();
  await expect(page.getByRole('button', { name: /Sprache/ })).toHaveCount(0);
  await page.getByRole('link', { name: 'Einstellungen' }).click();
  await expect(page.getByRole('button', { name: /Sprache/ })).toBeDisabled();
  await expect(page.getByText('Von Ihrer Organisation verwaltet')).toBeVisible();
});

test('a wrong policy is told with its place and reason, and the last good one holds', async ({
  app,
  device,
}) => {
  test.setTimeout(120_000);
  write(app, { rootCas: [device.rootCaPem], checkIntervalMinutes: 60, locked: ['checkIntervalMinutes'] });
  await app.launch({ flags: flagsFor(app) });
  await untilKept(app);
  write(app, '{"checkInterval": 5}');
  let page = await app.relaunch({ flags: flagsFor(app) });
  const notice = page.getByRole('region', { name: 'The policy of your organisation has a mistake' });
  await expect(notice).toContainText(
    `${fileOf(app)}: Unrecognized key: “checkInterval”`.replace(/[“”]/g, '"'),
  );
  await expect(notice).toContainText('Until then the policy before it stays in use.');
  await openScreen(page, 'Settings');
  await expect(page.getByRole('button', { name: 'Check every' })).toBeDisabled();
  await expect(notice).toBeVisible();
  await expectAccessible(page, 'Settings, with a wrong policy');
  await notice.getByRole('button', { name: /Details for support/ }).click();
  await expect(notice).toContainText('policy-invalid');
  await picture(page, 'policy-wrong');
  await notice.getByRole('button', { name: 'Dismiss' }).click();
  await expect(notice).toHaveCount(0);
  await openScreen(page, 'History');
  await expect(page.locator('[data-kind="policy-rejected"]')).toContainText('Unrecognized key');

  write(app, { tray: false });
  if (process.platform === 'win32') return;
  chmodSync(fileOf(app), 0o666);
  page = await app.relaunch({ flags: flagsFor(app) });
  await expect(
    page.getByRole('region', { name: 'The policy of your organisation is not safe' }),
  ).toContainText(`${fileOf(app)} can be written by everybody`);
});

test('what is managed has room in every language and in a small window', async ({ app, device }) => {
  test.setTimeout(180_000);
  const policy = await manages(device);
  const { managerPinHash: _free, ...open } = policy;
  write(app, open);
  await app.launch({ flags: flagsFor(app) });
  await untilKept(app);
  // Wrong from now on, so that the notice is there too.
  write(app, { ...policy, posIdPattern: '{name of this computer}' });
  const page = await app.relaunch({ flags: flagsFor(app) });
  for (const language of LANGUAGES) {
    await setWindow(app, { width: 1180, height: 800 });
    await page.evaluate((chosen) => window.pos.call('updateSettings', { language: chosen }), language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    for (const size of [
      { width: 1024, height: 600 },
      { width: 1180, height: 800, zoom: 2 },
    ]) {
      await setWindow(app, size);
      await page.locator('a.nav-link, .nav-link').last().click();
      await expectFits(page, `Settings in ${language} at ${JSON.stringify(size)}`);
      await page.locator('.setting-root button').click();
      await expect(page.locator('.root-cas')).toBeVisible();
      await expectFits(page, `Root CA in ${language} at ${JSON.stringify(size)}`);
    }
  }
});
