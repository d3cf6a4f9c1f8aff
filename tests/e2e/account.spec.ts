import type { Page } from '@playwright/test';
import { DOCUMENTS } from '../../electron/cli/documents.ts';
import { IN_MEMORY } from '../support/account.ts';
import { expect, test } from './app.ts';
import { cli } from './command-line.ts';
import { newKeyring } from './new-keyring.ts';
import { connection, errorPanel, pair, pairFirst, picture, trustRootCa } from './steps.ts';

const STORED = 'The keys are stored for this account on this computer. The POS software must run under it.';

/** Where a page says whose keys they are. */
const accountOn = (page: Page) => page.locator('.facts-wide').filter({ hasText: STORED });

test('the account that has the keys is named after pairing, on the device’s page and by the command line', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await pair(page, device, 'wss', 'Bar 2');
  await expect(accountOn(page)).toContainText('kasse1');
  await page.getByRole('button', { name: 'Done' }).click();
  await page.getByRole('link', { name: 'Bar 2' }).click();
  await expect(accountOn(page)).toContainText('kasse1');

  const { exit, out } = await cli([`--user-data-dir=${app.dataFolder}`, 'status', '--json']);
  expect(exit).toBe(0);
  expect(DOCUMENTS.status.parse(JSON.parse(out))).toMatchObject([{ posId: 'Bar 2', account: 'kasse1' }]);
});

test('an account that keeps nothing is warned of before and after pairing, and may pair all the same', async ({
  app,
  device,
}) => {
  const page = await app.launch({ account: { fileSystem: IN_MEMORY } });
  await trustRootCa(page, device);
  const warning = page.getByRole('status').filter({ hasText: 'is only kept in memory' });
  await expect(warning).toContainText('Ask your IT');
  await page.getByLabel('POS ID').fill('Bar 2');
  await picture(page, 'pair-account-short-lived');
  await pair(page, device, 'wss', 'Bar 2');
  await expect(warning).toBeVisible();
});

test('a register whose keys another account has says which one', async ({ app, device }) => {
  test.skip(!process.env['POS_PAIRING_DESKTOP_SESSION'], 'needs a keyring of its own');
  let page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  const keyring = await newKeyring();
  try {
    page = await app.relaunch({ account: { user: 'manager' }, env: keyring.env });
    await page.getByRole('link', { name: 'Bar 2' }).click();
    await expect(errorPanel(page, 'keys-of-other-account')).toContainText(
      'stored under the account “kasse1” on the computer “REGISTER-1”',
    );
    await expect(errorPanel(page, 'keys-of-other-account')).toContainText('This is the account “manager”');
    await app.close();
  } finally {
    await keyring.close();
  }
});

test('keys that went with the account’s key store are said to be lost, and a new code brings new ones', async ({
  app,
  device,
}) => {
  test.skip(!process.env['POS_PAIRING_DESKTOP_SESSION'], 'needs a keyring of its own');
  let page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  const keyring = await newKeyring();
  try {
    page = await app.relaunch({ env: keyring.env });
    await expect(connection(page, 'failed')).toBeVisible();
    await page.getByRole('link', { name: 'Bar 2' }).click();
    const panel = errorPanel(page, 'keys-lost');
    await expect(panel).toContainText('The keys were lost when the account was signed out');
    await expect(panel).toContainText('stored for the account “kasse1” on this computer');
    await picture(page, 'device-keys-lost');

    await page.getByRole('button', { name: 'Pair again' }).first().click();
    await page.getByLabel('Connection code').fill(device.rotateCode());
    await page.keyboard.press('Enter');
    await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
    await expect(accountOn(page)).toContainText('kasse1');
    await app.close();
  } finally {
    await keyring.close();
  }
});
