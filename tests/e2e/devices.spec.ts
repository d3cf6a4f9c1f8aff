import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { formatAuthority } from '../../shared/inputs.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing } from './state.ts';
import { connection, errorPanel, expectAllWell, pairFirst, picture } from './steps.ts';
import { tellStatus, writeWeek } from './told.ts';

const SEARCH_LOOPBACK = { flags: ['--search-range=127.0.0.0/28'] };

const check = (page: Page) => page.getByRole('button', { name: 'Check connection' }).click();
const open = (page: Page, name: string) => page.getByRole('link', { name, exact: true }).click();

const pairingFiles = (app: RunningApp): string[] =>
  readdirSync(app.dataFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /pairings[\\/][^\\/]+\.json$/.test(file))
    .map((file) => join(app.dataFolder, file));

/** More pairings like the first one, at an address where nothing answers; their ids. The app must not run. */
function addCopies(app: RunningApp, count: number): string[] {
  const [file = ''] = pairingFiles(app);
  const text = readFileSync(file, 'utf8');
  const { id, pairedAt } = JSON.parse(text).active.record;
  return Array.from({ length: count }, (_, index) => {
    const number = index + 1;
    const copyId = randomUUID();
    const copy = JSON.parse(text.replaceAll(id, copyId));
    Object.assign(copy.active.record, {
      posId: `POS ${number}`,
      name: `Register ${number}`,
      // Nothing answers there, and it is checked after the real one.
      address: { host: `127.0.0.${14 + (index % 200)}`, port: 9 },
      identity: { kind: 'serial', serial: String(1_850_000_000 + number) },
      pairedAt: new Date(Date.parse(pairedAt) + number * 1000).toISOString(),
    });
    writeFileSync(file.replace(id, copyId), JSON.stringify({ ...copy, checksum: undefined }));
    return copyId;
  });
}

/** The same device, with its certificate and what it has issued, at another address. */
async function moveTo(host: string, device: SimulatedDevice): Promise<SimulatedDevice> {
  const state = await device.exportState();
  await device.stop();
  return startSimulatedDevice({ state, host, port: device.port });
}

test('pairing again asks for the code only, and the old credentials stay until the new are proved', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const before = await firstPairing(page);

  await open(page, '7');
  device.rotateCode();
  device.setFault('mtls-refused-alert');
  await page.getByRole('button', { name: 'Pair again' }).click();
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await expect(page.getByRole('textbox')).toHaveCount(1);
  await expect(page.getByText(device.serial)).toBeVisible();
  await expect(page.getByText(formatAuthority(before.address))).toBeVisible();
  await picture(page, 'devices-pair-again');
  await page.keyboard.type(device.code);
  await page.keyboard.press('Enter');
  await expect(errorPanel(page, 'mtls-refused')).toBeVisible();
  expect(device.received.at(-1)).toMatchObject({ json: { posId: '7' } });

  device.setFault('none');
  await page.getByRole('button', { name: 'Close' }).click();
  await check(page);
  await expect(connection(page, 'connected')).toBeVisible();
  expect((await firstPairing(page)).clientCertificate).toEqual(before.clientCertificate);

  await open(page, '7');
  device.rotateCode();
  await page.getByRole('button', { name: 'Pair again' }).click();
  await page.getByRole('button', { name: 'Edit the address' }).click();
  await expect(page.getByLabel('Device address')).toBeFocused();
  await page.getByLabel('Connection code').fill(device.code);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  const after = await firstPairing(page);
  expect(after.id).toBe(before.id);
  expect(after.clientCertificate.fingerprint256).not.toBe(before.clientCertificate.fingerprint256);
  await page.getByRole('button', { name: 'Done' }).click();
  await open(page, '7');
  await expect(page.getByText('“7” was paired again.')).toBeVisible();
});

test('another device at the address is named and not followed; swapping it must be confirmed', async ({
  app,
  device,
}) => {
  const page = await app.launch(SEARCH_LOOPBACK);
  await pairFirst(page, device, '7');
  const before = await firstPairing(page);
  await device.stop();
  const other = await startSimulatedDevice({ pki: device.pki, serial: '1850099999', port: device.port });
  try {
    await check(page);
    await expect(connection(page, 'wrong-device')).toBeVisible();
    await open(page, '7');
    await expect(page.getByText('Another device answers at this address.')).toBeVisible();
    await expect(errorPanel(page, 'serial-mismatch')).toContainText(
      `This register is paired with serial number ${device.serial}, but the device at this address has ${other.serial}.`,
    );
    await picture(page, 'devices-wrong-device');
    await expectAccessible(page, 'devices-wrong-device');
    expect(other.received).toEqual([]);
    expect((await firstPairing(page)).identity).toEqual(before.identity);

    await page.getByRole('button', { name: 'Pair again' }).click();
    await page.getByLabel('Connection code').fill(other.code);
    await page.keyboard.press('Enter');
    await expect(errorPanel(page, 'serial-mismatch')).toBeVisible();
    const offer = page.getByRole('button', { name: 'Use the new device' });
    await offer.click();
    const dialog = page.getByRole('alertdialog', { name: 'Pair with another device?' });
    await expect(dialog.getByText(device.serial)).toBeVisible();
    await expect(dialog.getByText(other.serial).first()).toBeVisible();
    await picture(page, 'devices-swap');
    await expectAccessible(page, 'devices-swap');
    await page.keyboard.press('Escape');
    await expect(offer).toBeFocused();
    expect(other.received).toEqual([]);

    await offer.click();
    await dialog.getByRole('button', { name: 'Swap the device' }).click();
    await page.getByRole('button', { name: 'Yes, this is the device' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
    expect(await firstPairing(page)).toMatchObject({
      id: before.id,
      identity: { kind: 'serial', serial: other.serial },
    });
  } finally {
    await other.stop();
  }
});

test('a name survives a restart; removing erases the pairing', async ({ app, device }) => {
  let page = await app.launch();
  await pairFirst(page, device, '7');
  await open(page, '7');
  await page.getByRole('button', { name: 'Rename' }).click();
  const name = page.getByRole('textbox', { name: 'Name' });
  await expect(name).toBeFocused();
  await page.keyboard.type('Bar\u0007');
  await page.keyboard.press('Enter');
  await expect(name).toHaveAttribute('aria-invalid', 'true');
  await name.fill('Register 2 – bar');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Register 2 – bar' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Rename' })).toBeFocused();

  const { id } = await firstPairing(page);
  await app.close();
  writeWeek(app, id);
  page = await app.launch();
  await open(page, 'Register 2 – bar');
  await expect(connection(page, 'connected')).toBeVisible();
  await picture(page, 'devices-details');
  const remove = page.getByRole('button', { name: 'Remove' });
  await remove.click();
  const dialog = page.getByRole('alertdialog', { name: 'Remove “Register 2 – bar”?' });
  await expect(dialog.getByText('erased from this computer')).toBeVisible();
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await picture(page, 'devices-remove');
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();
  await expect(remove).toBeFocused();
  expect(pairingFiles(app)).toHaveLength(1);

  await remove.click();
  await dialog.getByRole('button', { name: 'Remove pairing' }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'No device is paired yet' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 1, name: 'Paired devices' })).toBeFocused();
  expect(pairingFiles(app)).toEqual([]);
  page = await app.relaunch();
  await expect(page.getByRole('heading', { level: 2, name: 'No device is paired yet' })).toBeVisible();
});

test('a device that moved is followed by itself', async ({ app, device }) => {
  const page = await app.launch(SEARCH_LOOPBACK);
  await pairFirst(page, device, '7');
  const moved = await moveTo('127.0.0.5', device);
  try {
    await check(page);
    await expect(page.getByText(`127.0.0.5:${moved.port}`)).toBeVisible();
    await expect(connection(page, 'connected')).toBeVisible();
    await open(page, '7');
    await expect(
      page.getByText(`moved from 127.0.0.1:${moved.port} to 127.0.0.5:${moved.port}`),
    ).toBeVisible();
  } finally {
    await moved.stop();
  }
});

test('with following switched off, a moved device is looked for and offered', async ({ app, device }) => {
  const page = await app.launch(SEARCH_LOOPBACK);
  await page.evaluate(() => window.pos.call('updateSettings', { followAddressChanges: false }));
  await pairFirst(page, device, '7');
  const state = await device.exportState();
  await device.stop();
  await check(page);
  await expect(connection(page, 'unreachable')).toBeVisible();
  await open(page, '7');
  await expect(
    page.getByRole('region', { name: 'What to look at' }).getByRole('heading', { level: 3 }),
  ).toHaveText([
    'The device is asleep or on another Wi-Fi',
    'Its server has not been started',
    'Its address has changed',
    'A firewall is in the way',
  ]);
  await picture(page, 'devices-unreachable');
  const look = page.getByRole('button', { name: 'Look for the device' });
  await look.click();
  await expect(page.getByText(`No device with serial number ${device.serial} was found`)).toBeVisible();

  const moved = await startSimulatedDevice({ state, host: '127.0.0.5', port: device.port });
  try {
    await look.click();
    await expect(page.getByText(`found at another address: 127.0.0.5:${moved.port}`)).toBeVisible();
    expect((await firstPairing(page)).address.host).toBe('127.0.0.1');
    await picture(page, 'devices-moved');
    await expectAccessible(page, 'devices-moved');

    // A folder in the place of its file: the move cannot be saved, and the screen says so.
    const [file = ''] = pairingFiles(app);
    renameSync(file, `${file}.away`);
    mkdirSync(file);
    await page.getByRole('button', { name: 'Use new address' }).click();
    await expect(errorPanel(page, 'storage-failed')).toBeVisible();
    expect((await firstPairing(page)).address.host).toBe('127.0.0.1');
    rmdirSync(file);
    renameSync(`${file}.away`, file);
    await page.getByRole('button', { name: 'Use new address' }).click();
    await expect(errorPanel(page, 'storage-failed')).toBeHidden();
    await expect(connection(page, 'connected')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Check connection' })).toBeFocused();
    expect((await firstPairing(page)).address.host).toBe('127.0.0.5');
  } finally {
    await moved.stop();
  }
});

test('watching live leaves the channel to who takes it, and has it back when asked', async ({
  app,
  device,
}) => {
  test.setTimeout(120_000);
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await open(page, '7');
  expect(device.channelOpen).toBe(false);
  const watch = page.getByRole('switch', { name: 'Watch live' });
  const live = page.locator('[data-live]');
  await watch.check({ force: true });
  await expect(live).toBeVisible();
  expect(device.channelOpen).toBe(true);
  await picture(page, 'devices-live');
  await expectAccessible(page, 'devices-live');

  // A channel that ends this soon was taken over: whoever has it keeps it.
  await device.stop();
  await expect(connection(page, 'in-use')).toBeVisible();
  await expect(live).toBeHidden();
  await device.restart();
  await watch.uncheck({ force: true });
  await watch.check({ force: true });
  await expect(live).toBeVisible();
  await expect(connection(page, 'connected')).toBeVisible();

  await watch.uncheck({ force: true });
  await expect(live).toBeHidden();
  await expect.poll(() => device.channelOpen).toBe(false);
});

test('hundreds of pairings: paged, searched, and those that need attention by themselves', async ({
  app,
  device,
}) => {
  let page = await app.launch();
  await pairFirst(page, device, 'Main till');
  await app.close();
  addCopies(app, 300);

  page = await app.launch();
  const cards = page.getByRole('article');
  await expect(cards).toHaveCount(20);
  await expect(cards.first()).toHaveAccessibleName('Main till');
  await expect(cards.nth(2)).toHaveAccessibleName('Register 2');
  await expect(connection(page, 'connected')).toBeVisible();
  await expect(page.getByText(/devices need attention$/)).toBeVisible();
  await expect(cards.nth(2).locator('[data-connection-state="unreachable"]')).toBeVisible();
  await picture(page, 'devices-many');
  await expectAccessible(page, 'devices-many');

  await page.getByRole('button', { name: 'Next' }).click();
  await expect(page.getByRole('list', { name: 'Devices 21 to 40 of 301' })).toBeFocused();
  await expect(cards.first()).toHaveAccessibleName('Register 20');
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('register 217');
  await expect(cards).toHaveCount(1);
  await expect(cards).toHaveAccessibleName('Register 217');
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(cards).toHaveCount(20);

  await page.getByRole('button', { name: 'Show only these' }).click();
  await expect(cards.first()).toHaveAccessibleName('Register 1');
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('main till');
  await expect(page.getByText('No device matches “main till”.')).toBeVisible();
  await page.getByRole('button', { name: 'Show all devices' }).click();
  await expect(cards).toHaveAccessibleName('Main till');
});

test('a device that waits, is in use or is unclear is shown calmly, each with what helps', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const { id } = await firstPairing(page);
  await tellStatus(app, id, 'waiting');
  const card = page.getByRole('article', { name: '7' });
  await expect(card).toContainText('tap Close, then Device Status, then Connect Device');
  await expect(card).toHaveAttribute('data-tone', 'warn');
  await open(page, '7');
  await expect(
    page.getByRole('list', { name: 'Three taps on the device' }).getByRole('listitem'),
  ).toHaveCount(3);
  await picture(page, 'devices-waiting');
  await expectAccessible(page, 'devices-waiting');

  await tellStatus(app, id, 'unclear');
  await expect(page.getByText('expects the certificate of another pairing')).toBeVisible();
  await expect(page.getByText('takes the device’s channel for about a second')).toBeVisible();
  await picture(page, 'devices-unclear');
  await expectAccessible(page, 'devices-unclear');
  const fullTest = page.getByRole('button', { name: 'Full test' });
  await fullTest.click();
  await expectAllWell(page);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(connection(page, 'connected')).toBeVisible();

  await tellStatus(app, id, 'in-use');
  await expect(page.getByText('The POS software is using this device.')).toBeVisible();
  await picture(page, 'devices-in-use');
  const upgrades = device.received.length;
  await fullTest.click();
  const dialog = page.getByRole('alertdialog', { name: 'Interrupt the POS software?' });
  await expect(dialog.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await picture(page, 'devices-interrupt');
  await expectAccessible(page, 'devices-interrupt');
  await page.keyboard.press('Enter');
  await expect(fullTest).toBeFocused();
  await expect(connection(page, 'in-use')).toBeVisible();
  expect(device.received.length).toBe(upgrades);
  await fullTest.click();
  await dialog.getByRole('button', { name: 'Test anyway' }).click();
  await expectAllWell(page);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(connection(page, 'connected')).toBeVisible();
});

test('those that need attention are gone through one after the other; all can be checked', async ({
  app,
  device,
}) => {
  let page = await app.launch();
  await pairFirst(page, device, 'Main till');
  await app.close();
  addCopies(app, 9);
  page = await app.launch();
  await expect(page.getByText('9 devices need attention')).toBeVisible();
  await page.getByRole('button', { name: 'Show only these' }).click();
  await expect(page.getByRole('article')).toHaveCount(9);
  await page.getByRole('searchbox', { name: 'Search devices' }).fill('register');

  await page.getByRole('button', { name: 'Open one after the other' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register 1' })).toBeFocused();
  await expect(page.getByText('Device 1 of 9 that needed attention')).toBeVisible();
  await picture(page, 'devices-queue');
  await expectAccessible(page, 'devices-queue');
  await page.getByRole('button', { name: 'Next device (2 of 9)' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register 2' })).toBeFocused();

  await page.getByRole('button', { name: 'All devices' }).click();
  await expect(page.getByRole('article')).toHaveCount(9);
  await expect(page.getByRole('searchbox')).toHaveValue('register');
  await page.getByRole('button', { name: 'Next device (3 of 9)' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register 3' })).toBeFocused();
  for (let number = 4; number <= 9; number += 1)
    await page.getByRole('button', { name: `Next device (${number} of 9)` }).click();
  await page.getByRole('button', { name: 'That was the last one' }).click();
  await expect(page.getByRole('button', { name: 'Open one after the other' })).toBeVisible();

  await page.getByRole('button', { name: 'Show all devices' }).click();
  await page.getByRole('button', { name: 'Clear search' }).click();
  await page.getByRole('radio', { name: 'Certificate expiry' }).click();
  await expect(page.getByRole('article')).toHaveCount(10);
  await page.getByRole('button', { name: 'Check all' }).click();
  await expect(page.getByText('All devices were checked. 9 need attention.')).toBeAttached();
  // Not with half a button under the header.
  await page.evaluate(() => window.scrollTo(0, 0));
  await expectAccessible(page, 'devices-checked-all');
});

test('a week shows when the device was away, as a drawing and as a table', async ({ app, device }) => {
  let page = await app.launch();
  await pairFirst(page, device, '7');
  const { id } = await firstPairing(page);
  await app.close();
  writeWeek(app, id);
  page = await app.launch();
  await open(page, '7');
  await expect(
    page.getByRole('img', { name: /^Away 12 times, 36 min in all\. Longest: 3 min, from / }),
  ).toBeVisible();
  await expect(page.getByRole('img', { name: /The slowest answer took 260 ms/ })).toBeVisible();
  await page.getByRole('button', { name: 'Day by day' }).click();
  const rows = page.getByRole('table').getByRole('row');
  await expect(rows).toHaveCount(8);
  await expect(rows.nth(4)).toContainText('36 min');
  await rows.nth(4).scrollIntoViewIfNeeded();
  await expectAccessible(page, 'devices-week');
});

test('support gets everything with one button, and the number of the error on the phone', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  await device.stop();
  await check(page);
  await expect(connection(page, 'unreachable')).toBeVisible();
  await open(page, '7');
  const details = page.getByRole('button', { name: /^Details for support \(error 30\d\)$/ });
  await details.click();
  await page.getByRole('button', { name: 'Copy everything' }).first().click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  const copied = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  for (const part of [/Error number: 30\d/, 'POS ID: 7', `Serial number: ${device.serial}`, /Address: 127/])
    expect(copied).toMatch(part);
  expect(copied).toMatch(/App version: .+\nSystem: .+Electron \d+.+\nTime: \d{4}-/);
});
