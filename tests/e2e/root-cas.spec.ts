import type { Page } from '@playwright/test';
import { createVendorPki, type VendorPki } from '../simulator/device.ts';
import { createCa, DAY_MS } from '../simulator/pki.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, test } from './app.ts';
import {
  connection,
  errorPanel,
  openScreen,
  pair,
  pairFirst,
  pasteRootCa,
  picture,
  trustRootCa,
} from './steps.ts';

test.describe.configure({ timeout: 180_000 });

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });
const card = (page: Page, { root }: VendorPki) =>
  page.locator(`[data-fingerprint="${root.certificate.fingerprint256}"]`);

/** From the list of devices. */
async function openRootCas(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Root CA/ }).click();
  await expect(heading(page, 'Root CA')).toBeFocused();
}

test('a second Root CA is trusted beside the first, and each has its pairings', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, 'Till 1');
  const other = await createVendorPki('test');
  await openRootCas(page);
  await pasteRootCa(page, other.root.certificatePem);
  await expect(heading(page, 'Trust another Root CA?')).toBeFocused();
  await expectAccessible(page, 'Another Root CA, preview');
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await expect(page.getByText('2 Root CAs are trusted, the first valid until')).toBeVisible();
  await expect(connection(page, 'connected')).toBeVisible();

  const test = await startSteadyDevice({ pki: other, serial: '1850077777' });
  await page.getByRole('button', { name: 'Pair a register' }).click();
  await pair(page, test, 'wss', 'Till 2');
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(connection(page, 'connected')).toHaveCount(2);

  await openRootCas(page);
  for (const pki of [device.pki, other])
    await expect(card(page, pki)).toContainText('1 pairing belongs to it');
  await expectAccessible(page, 'Two Root CAs');
  for (const size of [
    { width: 1024, height: 600 },
    { width: 800, height: 600 },
  ]) {
    await setWindow(app, size);
    await expectFits(page, `Two Root CAs at ${size.width}`);
  }
  await setWindow(app, { width: 1180, height: 800 });
  await picture(page, 'root-cas-two');

  // Below the cards, the way to one more is a press away.
  await page.getByRole('button', { name: 'Add another Root CA' }).click();
  const add = page.getByRole('heading', { level: 2, name: 'Add another Root CA' });
  await expect(add).toBeFocused();
  await expect(add).toBeInViewport();
  // The one that is trusted already is not offered again.
  await pasteRootCa(page, other.root.certificatePem);
  await page.getByRole('button', { name: 'Keep it' }).click();

  await openRootCas(page);
  await page.getByRole('button', { name: /^Remove .*\(Test\)$/ }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('1 pairing belongs to it and will say “The Root CA was removed”');
  await expectAccessible(page, 'Removing a Root CA');
  await picture(page, 'root-cas-remove');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(card(page, other)).toBeVisible();
  await page.getByRole('button', { name: /^Remove .*\(Test\)$/ }).click();
  await dialog.getByRole('button', { name: 'Remove Root CA' }).click();
  await expect(page.getByRole('heading', { name: 'Trusted now' })).toBeFocused();
  await expect(card(page, other)).toHaveCount(0);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(connection(page, 'failed')).toHaveCount(1);
  await expect(connection(page, 'connected')).toHaveCount(1);
  await page.getByRole('link', { name: 'Till 2' }).click();
  await expect(errorPanel(page, 'root-ca-replaced')).toContainText('The Root CA was removed');
  await picture(page, 'root-cas-removed');
  await test.stop();
});

test('a file with several Root CAs offers a choice, and says what it left out', async ({ app, device }) => {
  const page = await app.launch();
  const other = await createVendorPki('test');
  const old = await createCa({
    commonName: 'Old Issuing CA',
    issuer: device.pki.root,
    notBefore: new Date(Date.now() - 20 * DAY_MS),
    notAfter: new Date(Date.now() - 10 * DAY_MS),
  });
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
  await pasteRootCa(page, device.rootCaPem + old.certificatePem);
  await expect(heading(page, 'Check this certificate')).toBeFocused();
  await expect(page.getByText('1 certificate in the file is of no use and was left out:')).toBeVisible();
  await expect(page.getByText('Old Issuing CA (expired)')).toBeVisible();
  await picture(page, 'root-cas-left-out');
  await page.getByRole('button', { name: 'Choose another' }).click();

  await pasteRootCa(page, device.rootCaPem + old.certificatePem + other.root.certificatePem + broken);
  await expect(heading(page, 'Which Root CAs do you want to trust?')).toBeFocused();
  await expect(page.getByText('A certificate that cannot be read')).toBeVisible();
  const trust = page.getByRole('button', { name: 'Trust the chosen certificates' });
  await expect(trust).toBeDisabled();
  await expect(page.getByText('Choose at least one Root CA.')).toBeVisible();
  await expectAccessible(page, 'Several Root CAs in a file');
  await setWindow(app, { width: 1024, height: 600 });
  await expectFits(page, 'Several Root CAs in a file');
  await setWindow(app, { width: 1180, height: 800 });
  await page.getByRole('checkbox', { name: /\(Test\)$/ }).check({ force: true });
  await expect(trust).toBeEnabled();
  await picture(page, 'root-cas-choose');
  await trust.click();
  await expect(heading(page, 'Pair a register')).toBeFocused();
  await openScreen(page, 'Devices', 'Paired devices');
  await openRootCas(page);
  await expect(card(page, other)).toBeVisible();
  await expect(card(page, device.pki)).toHaveCount(0);
});

test('a device that belongs to another trusted Root CA now is kept after one confirmation', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  const other = await createVendorPki('test');
  await trustRootCa(page, device);
  await openScreen(page, 'Devices', 'Paired devices');
  await openRootCas(page);
  await pasteRootCa(page, other.root.certificatePem);
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await page.getByRole('button', { name: 'Pair a register' }).click();
  await pair(page, device, 'wss', 'Till 1');
  await page.getByRole('button', { name: 'Done' }).click();

  await device.restart({ pki: other });
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect(connection(page, 'other-root-ca')).toBeVisible();
  await expect(page.getByRole('article')).toHaveAttribute('data-tone', 'warn');
  await expectAccessible(page, 'Home, another Root CA');
  await page.getByRole('link', { name: 'Till 1' }).click();
  await expect(errorPanel(page, 'device-other-root-ca')).toContainText('(Test)');
  await expectAccessible(page, 'Device, another Root CA');
  await picture(page, 'root-cas-other');
  await setWindow(app, { width: 1024, height: 600 });
  await expectFits(page, 'Device, another Root CA');

  const keep = page.getByRole('main').getByRole('button', { name: 'Keep this pairing' });
  await keep.click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText(device.serial);
  await expectAccessible(page, 'Keeping a pairing');
  await expectFits(page, 'Keeping a pairing');
  await setWindow(app, { width: 1180, height: 800 });
  await picture(page, 'root-cas-keep');
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await expect(connection(page, 'other-root-ca')).toBeVisible();
  await keep.click();
  await dialog.getByRole('button', { name: 'Keep this pairing' }).click();
  await expect(connection(page, 'connected')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Check connection' })).toBeFocused();
  await expect(page.getByText('“Till 1” was kept: its device belongs to the Root CA')).toBeVisible();
});
