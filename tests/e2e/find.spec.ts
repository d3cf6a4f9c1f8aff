import type { Page } from '@playwright/test';
import type { SimulatedDevice } from '../simulator/device.ts';
import { impostorPki } from '../simulator/identity.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { errorPanel, pair, picture, trustRootCa } from './steps.ts';

const RANGE = '--search-range=127.0.0.0/28';

const openFind = (page: Page) => page.getByRole('link', { name: 'Find devices' }).click();
const startSearch = (page: Page) => page.getByRole('button', { name: 'Start the search' }).click();
const foundDevice = (page: Page, serial: string) => page.getByRole('article', { name: serial });

/** As if this computer had no network: what is asked of the main process then answers so. */
const withoutNetworks = (app: RunningApp) =>
  app.electron.evaluate(({ ipcMain }) => {
    ipcMain.removeHandler('pos:call');
    ipcMain.handle('pos:call', (_event, method: string) => ({
      ok: true,
      value: method === 'planSearch' ? { ranges: [] } : null,
    }));
  });

/** A device of the same merchant at another address and the same port. */
const neighbour = (device: SimulatedDevice, host: string, serial: string) =>
  startSimulatedDevice({ pki: device.pki, port: device.port, host, serial });

test('finds devices, tells which one is paired, and pairs the other one', async ({ app, device }) => {
  const other = await neighbour(device, '127.0.0.7', '1850067890');
  const strange = await startSimulatedDevice({
    pki: await impostorPki(),
    host: '127.0.0.9',
    port: device.port,
    serial: '1850000666',
  });
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  await pair(page, device, 'wss', 'Register 1');
  await page.getByRole('button', { name: 'Done' }).click();

  await openFind(page);
  await expect(page.getByRole('heading', { level: 1, name: 'Find devices' })).toBeFocused();
  // Before it starts: where, how many, which port.
  await expect(page.getByText('127.0.0.0/28')).toBeVisible();
  await expect(page.getByText('14 addresses will be tried.')).toBeVisible();
  await expect(page.getByLabel('Port', { exact: true })).toHaveValue('8443');
  await page.getByLabel('Port', { exact: true }).fill(String(device.port));
  await picture(page, 'find-1-before');
  const before = device.received.length;
  await startSearch(page);

  await expect(page.getByRole('heading', { level: 2, name: '2 devices found' })).toBeVisible();
  await expect(page.getByRole('article')).toHaveCount(2);
  const paired = foundDevice(page, device.serial);
  await expect(paired).toContainText('Paired as “Register 1”');
  await expect(paired).toContainText(`127.0.0.1:${device.port}`);
  await expect(paired).toContainText('Answered in');
  await expect(paired.getByRole('button', { name: 'Open' })).toBeVisible();
  await expect(foundDevice(page, other.serial)).not.toContainText('Paired as');
  await picture(page, 'find-2-found');
  expect(device.received).toHaveLength(before);
  expect(other.received).toEqual([]);
  expect(strange.received).toEqual([]);
  expect(other.connections).toHaveLength(1);
  expect(strange.connections).toHaveLength(1);

  await foundDevice(page, other.serial).getByRole('button', { name: 'Pair this device' }).click();
  await expect(page.getByLabel('Device address')).toHaveValue(`127.0.0.7:${device.port}`);
  await expect(page.getByRole('button', { name: `Serial number ${other.serial}` })).toBeVisible();
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await page.keyboard.type(other.code);
  await page.getByLabel('POS ID').fill('Register 2');
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  expect(other.paired.has('Register 2')).toBe(true);

  await page.getByRole('button', { name: 'Done' }).click();
  await openFind(page);
  // What was found is still there, and the new pairing is known at once.
  await expect(foundDevice(page, other.serial)).toContainText('Paired as “Register 2”');
  await other.stop();
  await strange.stop();
});

test('starts at once in the form, fills it in, and keeps what was typed', async ({ app, device }) => {
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  const { code } = device;
  await page.getByLabel('Device address').fill(`192.168.1.2:${device.port}`);
  await page.getByLabel('Connection code').fill(code);
  await page.getByLabel('POS ID').fill('Bar');
  await page.getByRole('button', { name: 'Search for it' }).click();
  // In place: the form stays, and the port that was typed is where devices are looked for.
  await expect(page.getByRole('heading', { level: 2, name: '1 device found' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Pair a register' })).toBeVisible();
  await expect(page.getByText('The search finds devices, not codes')).toBeVisible();
  await picture(page, 'pair-search');
  await expectAccessible(page, 'Pairing form, with a search');
  expect(device.hasReceived(code)).toBe(false);
  await page.getByRole('button', { name: 'Close the search' }).click();
  await expect(page.getByLabel('Device address')).toHaveValue(`192.168.1.2:${device.port}`);
  await expect(page.getByLabel('Connection code')).toHaveValue(code);

  await page.getByRole('button', { name: 'Search for it' }).click();
  await foundDevice(page, device.serial).getByRole('button', { name: 'Use this address' }).click();
  await expect(foundDevice(page, device.serial)).toHaveCount(0);
  await expect(page.getByLabel('Device address')).toHaveValue(`127.0.0.1:${device.port}`);
  await expect(page.getByLabel('Connection code')).toHaveValue(code);
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await expect(page.getByLabel('POS ID')).toHaveValue('Bar');
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
});

test('without a network says so, in the form and on its screen, and counts no addresses', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await withoutNetworks(app);
  await page.getByRole('button', { name: 'Search for it' }).click();
  await expect(page.getByText('There is no network to look in.')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Look for a network again' })).toBeVisible();
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  await openFind(page);
  await expect(page.getByText('There is no network to look in.')).toBeVisible();
  await expect(page.getByText('addresses will be tried')).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Start the search' })).toBeDisabled();
});

test('can be cancelled, and keeps what was found until then', async ({ app, device }) => {
  const silent = await startSimulatedDevice({
    pki: device.pki,
    host: '127.0.0.5',
    port: device.port,
    fault: 'silence',
  });
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  await openFind(page);
  await page.getByLabel('Port', { exact: true }).fill(String(device.port));
  await startSearch(page);
  await expect(page.getByRole('progressbar', { name: 'Looking for devices…' })).toHaveAttribute(
    'aria-valuetext',
    /^1[0-3] of 14 addresses tried$/,
  );
  await expect(foundDevice(page, device.serial)).toBeVisible();
  await picture(page, 'find-3-looking');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'Search cancelled' })).toBeFocused();
  await expect(page.getByText('13 of 14 addresses had been tried.')).toBeVisible();
  await expect(foundDevice(page, device.serial)).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel' })).toHaveCount(0);
  // And again from the start.
  silent.setFault('none');
  await startSearch(page);
  await expect(page.getByRole('heading', { level: 2, name: '2 devices found' })).toBeVisible();
  await silent.stop();
});

test('finds nothing: names the usual reasons in order; a wrong port never starts', async ({
  app,
  device,
}) => {
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  await openFind(page);
  const port = page.getByLabel('Port', { exact: true });
  await port.fill('84430');
  await startSearch(page);
  await expect(port).toBeFocused();
  await expect(port).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByRole('progressbar')).toHaveCount(0);
  expect(device.connections).toEqual([]);

  await device.stop();
  await port.fill(String(device.port));
  await startSearch(page);
  await expect(page.getByRole('heading', { level: 2, name: 'No devices found' })).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Wi-Fi' }).first()).toContainText(
    'Wake the device',
  );
  const reasons = await page.locator('ol.steps > li').allTextContents();
  expect(reasons.map((reason) => /Wake|Device Status|port|guest/.exec(reason)?.[0])).toEqual([
    'Wake',
    'Device Status',
    'port',
    'guest',
  ]);
  await picture(page, 'find-4-nothing');
});

test('without a Root CA there is nothing to look for', async ({ app, device }) => {
  const page = await app.launch({ flags: [RANGE] });
  await expect(page.getByRole('heading', { level: 1, name: 'Trust your Root CA' })).toBeVisible();
  // The menu leads there also without the main screens' links.
  await app.electron.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.send('pos:push', { type: 'show', what: 'find-devices' }),
  );
  await expect(errorPanel(page, 'root-ca-missing')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start the search' })).toBeDisabled();
  await page.getByRole('button', { name: 'Choose a Root CA' }).click();
  await trustRootCa(page, device);
  await expect(page.getByRole('heading', { level: 1, name: 'Find devices' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Start the search' })).toBeEnabled();
});
