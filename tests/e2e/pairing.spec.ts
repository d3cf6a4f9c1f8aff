import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { SimulatedDevice } from '../simulator/device.ts';
import { expect, type RunningApp, test } from './app.ts';

export const SCREENSHOTS = 'docs/screenshots';

async function trustRootCa(page: Page, device: SimulatedDevice): Promise<void> {
  await page.getByRole('button', { name: 'Paste certificate' }).click();
  await page.getByRole('textbox', { name: 'Certificate text' }).fill(device.rootCaPem);
  await page.getByRole('button', { name: 'Read certificate' }).click();
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
}

async function enter(page: Page, values: { address: string; code: string; posId: string }): Promise<void> {
  await page.getByLabel('Device address').fill(values.address);
  await page.getByLabel('Connection code').fill(values.code);
  await page.getByLabel('POS ID').fill(values.posId);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
}

test('first run', async ({ app, device }) => {
  const page = await app.launch();
  await page.screenshot({ path: '/tmp/s1.png' });
  await trustRootCa(page, device);
  console.log(
    await app.electron.evaluate(({ safeStorage }) => [
      safeStorage.isEncryptionAvailable(),
      safeStorage.getSelectedStorageBackend(),
      process.argv.join(' '),
      process.env.DBUS_SESSION_BUS_ADDRESS ?? '',
      process.env.XDG_DATA_HOME ?? '',
    ]),
  );
  await page.screenshot({ path: '/tmp/s2.png' });
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '123' });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  await page.screenshot({ path: '/tmp/s3.png' });
});
