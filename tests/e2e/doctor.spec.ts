import type { Page } from '@playwright/test';
import type { CheckState, DoctorCheck, DoctorResult } from '../../shared/doctor.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing } from './state.ts';
import {
  connection,
  enter,
  errorPanel,
  expectAllWell,
  pair,
  pairFirst,
  picture,
  trustRootCa,
} from './steps.ts';
import { tellStatus } from './told.ts';

const check = (page: Page, name: DoctorCheck, state: CheckState) =>
  page.locator(`[data-check="${name}"][data-state="${state}"]`);
const outcome = (page: Page, result: DoctorResult) => page.locator(`[data-result="${result}"]`);

async function openDevice(page: Page, name: string): Promise<string> {
  await page.getByRole('link', { name, exact: true }).click();
  return (await firstPairing(page)).id;
}

const fullTest = (page: Page) => page.getByRole('button', { name: 'Full test' }).click();
const copied = (app: RunningApp) => app.electron.evaluate(({ clipboard }) => clipboard.readText());

test('the full test names each check, says that all is well, and copies it', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await openDevice(page, '7');
  await fullTest(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Full test of 7' })).toBeFocused();
  await expectAllWell(page);
  await expect(outcome(page, 'ok')).toContainText('This register can take payments now.');
  const items = page.getByRole('list', { name: 'Checks' }).getByRole('listitem');
  await expect(items).toHaveCount(15);
  await expect(page.locator('[data-check][data-state="ok"]')).toHaveCount(14);
  await expect(check(page, 'name', 'not-run')).toContainText('the address is in numbers');
  await expect(check(page, 'account', 'ok')).toContainText('stored for the account “kasse1”');
  await expect(check(page, 'application', 'ok')).toContainText('The payment app answered: Ready');
  await expect(page.getByText('Nothing that the app knows of.')).toBeVisible();
  await picture(page, 'doctor-well');
  await expectAccessible(page, 'Doctor, all well');
  await page.getByRole('button', { name: 'Copy everything' }).click();
  await expect.poll(() => copied(app)).toContain('Payment app on the device: OK');
  expect(await copied(app)).toContain(device.serial);

  // The device's page knows it as well.
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(connection(page, 'connected')).toBeVisible();
  await expect(page.getByText('Payment app', { exact: true })).toBeVisible();
});

test('the first check that failed gives its advice; the rest says what it waits for', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await openDevice(page, '7');
  device.setFault('silence-after-request');
  await fullTest(page);
  await expect(outcome(page, 'failed')).toContainText('tap Connect Device');
  await expect(check(page, 'application', 'failed')).toBeVisible();
  await picture(page, 'doctor-silent');
  await expectAccessible(page, 'Doctor, payment app silent');

  await device.stop();
  await page.getByRole('button', { name: 'Test again' }).click();
  await expect(outcome(page, 'failed')).toContainText('accepts no connections');
  await expect(check(page, 'speaks', 'not-run')).toContainText('“Port of the device” did not succeed');
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(connection(page, 'unreachable')).toBeVisible();
});

test('the copy is in the chosen language and in English', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await page.evaluate(() => window.pos.call('updateSettings', { language: 'de' }));
  await page.getByRole('link', { name: '7', exact: true }).click();
  await page.getByRole('button', { name: 'Vollständiger Test' }).click();
  await expect(outcome(page, 'ok')).toBeVisible();
  await page.getByRole('button', { name: 'Alles kopieren' }).click();
  await expect.poll(() => copied(app)).toContain('Zahlungs-App auf dem Gerät: In Ordnung');
  expect(await copied(app)).toContain('Payment app on the device: OK');
});

test('while the POS software uses the device, its channel is taken only on request', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const id = await openDevice(page, '7');
  await tellStatus(app, id, 'in-use');
  device.clearJournal();
  await fullTest(page);
  const dialog = page.getByRole('alertdialog', { name: 'Interrupt the POS software?' });
  await expect(dialog.getByRole('button', { name: 'Test without interrupting' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Full test' })).toBeFocused();
  expect(device.counts.upgrades).toBe(0);
  await fullTest(page);
  await dialog.getByRole('button', { name: 'Test anyway' }).click();
  await expect(outcome(page, 'ok')).toBeVisible();
});

test('a pairing that does not reach its device leads to the test, and back to the form with the code', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('plain-http');
  const { code } = device;
  await enter(page, { address: device.addresses.wss, code, posId: '7' });
  await expect(errorPanel(page, 'plain-http')).toBeVisible();
  await page.getByRole('button', { name: 'Test the connection' }).click();
  await expect(page.getByRole('heading', { level: 1, name: /^Test of the connection to/ })).toBeFocused();
  await expect(outcome(page, 'failed')).toContainText('an unprotected web page');
  await expect(check(page, 'speaks', 'failed')).toBeVisible();
  await expectAccessible(page, 'Doctor, not paired');

  device.setFault('none');
  await page.getByRole('button', { name: 'Test again' }).click();
  await expect(check(page, 'identity', 'ok')).toContainText(device.serial);
  await expect(check(page, 'websocket', 'not-run')).toContainText('not paired yet');
  await expect(outcome(page, 'partly')).toBeVisible();
  expect(device.hasReceived(code)).toBe(false);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(page.getByLabel('Connection code')).toHaveValue(code);
});

test('the test can be cancelled, and ends when its screen is left', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await openDevice(page, '7');
  device.setFault('silence');
  await fullTest(page);
  await expect(check(page, 'speaks', 'running')).toBeVisible();
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(check(page, 'speaks', 'not-run')).toContainText('the test was ended');
  await page.getByRole('button', { name: 'Test again' }).click();
  await expect(check(page, 'speaks', 'running')).toBeVisible();
  const ended = page.evaluate(
    () =>
      new Promise<void>((resolve) =>
        window.pos.onPush((push) => {
          if (push.type === 'doctor-progress' && push.progress.endedAt) resolve();
        }),
      ),
  );
  await page.getByRole('button', { name: 'Back' }).click();
  await ended;
});

test('the end of a pairing says whether the register can take payments, and asks again', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.configure({ statusRequest: 'error-response' });
  await pair(page, device, 'wss', '7');
  const readiness = (result: string) => page.locator(`[data-readiness="${result}"]`);
  await expect(readiness('error-response')).toContainText('The request is not supported.');
  await expectAccessible(page, 'Success, payment app objects');
  device.setFault('silence-after-request');
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(readiness('silent')).toContainText('has not answered yet');
  await expectAccessible(page, 'Success, payment app silent');
  device.setFault('none');
  device.configure({ statusRequest: 'status' });
  await page.getByRole('button', { name: 'Ask again' }).click();
  await expect(page.getByText('This register can take payments now')).toBeVisible();
  await expectAccessible(page, 'Success, payment app answered');
});
