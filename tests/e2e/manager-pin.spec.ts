import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { z } from 'zod';
import { createVendorPki } from '../simulator/device.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing, stateOf } from './state.ts';
import { errorPanel, openScreen, pairFirst, pasteRootCa, picture, trustRootCa } from './steps.ts';

const PIN = '295713';
const WRONG = '804621';
const FLAGS = ['--search-range=127.0.0.0/28'];

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });
const dialog = (page: Page, name: string) => page.getByRole('dialog', { name });
const pinField = (page: Page, label = 'Manager PIN') =>
  page.getByRole('textbox', { name: label, exact: true });
const removing = (page: Page) => page.getByRole('alertdialog');
const lockNow = (page: Page) => button(page, 'Unlocked · Lock now');

const triesSchema = z.object({ failures: z.number(), waitMs: z.number() });

/** On the settings screen. */
async function setPin(page: Page): Promise<void> {
  await button(page, 'Set a PIN').click();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(pinField(page, 'New PIN again')).toBeFocused();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Set, and locked.')).toBeVisible();
}

async function openRemoval(page: Page, name: string): Promise<void> {
  await openScreen(page, 'Devices', 'Paired devices');
  await page.getByRole('link', { name, exact: true }).click();
  await button(page, 'Remove').click();
  await expect(removing(page)).toBeVisible();
}

const pairingId = async (page: Page): Promise<string> => (await firstPairing(page)).id;
const managerState = async (page: Page): Promise<string> => (await stateOf(page)).manager.state;

/** The system's own dialog cannot be driven: it answers as if this file had been chosen. */
const chooseFile = (app: RunningApp, file: string) =>
  app.electron.evaluate(({ dialog: system }, filePath) => {
    system.showSaveDialog = async () => ({ canceled: false, filePath });
  }, file);

test('a removal asks for the manager, waits, and is done once the PIN is right', async ({ app, device }) => {
  test.setTimeout(90_000);
  const page = await app.launch({ flags: FLAGS });
  await pairFirst(page, device, '7');
  await openScreen(page, 'Settings');
  await button(page, 'Set a PIN').click();
  await expect(pinField(page, 'New PIN')).toBeFocused();
  await expectAccessible(page, 'Manager PIN, new');
  await page.keyboard.type('123456');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-field-error="pin-invalid"]')).toBeVisible();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await page.keyboard.type(WRONG);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The two PINs differ.')).toBeVisible();
  await picture(page, 'manager-pin-set');
  await page.keyboard.press('Escape');
  await expect(button(page, 'Set a PIN')).toBeFocused();
  expect(await managerState(page)).toBe('off');
  await setPin(page);

  // Cancelled: everything is as it was, without a word of failure.
  await openRemoval(page, '7');
  await button(page, 'Remove pairing').click();
  await expect(dialog(page, 'Manager PIN needed')).toBeVisible();
  await expect(pinField(page)).toBeFocused();
  await expectAccessible(page, 'Manager PIN needed');
  await page.keyboard.press('Escape');
  await expect(dialog(page, 'Manager PIN needed')).toHaveCount(0);
  await expect(removing(page)).toBeVisible();
  await expect(removing(page).getByRole('alert')).toHaveCount(0);
  await expect(button(page, 'Remove pairing')).toBeFocused();

  await page.keyboard.press('Enter');
  // Asked for once the main process wants it.
  await expect(pinField(page)).toBeFocused();
  await page.keyboard.type(WRONG);
  await page.keyboard.press('Enter');
  await expect(page.getByText('Wrong PIN. 4 tries left')).toBeVisible();
  await expect(pinField(page)).toHaveValue('');
  await expectAccessible(page, 'Manager PIN, wrong');
  await picture(page, 'manager-pin-needed');
  await setWindow(app, { width: 1024, height: 600 });
  await expectFits(page, 'Manager PIN at 1024 × 600');

  // By the pad, as on a touch screen; the focus stays in the field.
  for (const digit of [...PIN, '1']) await button(page, digit).click();
  await expect(pinField(page)).toBeFocused();
  await button(page, 'Erase the last digit').click();
  await expect(pinField(page)).toHaveValue(PIN);
  await button(page, 'Unlock').click();
  await expect(page.getByText('No device is paired yet')).toBeVisible();
  await expect(lockNow(page)).toBeVisible();
  await expectFits(page, 'Unlocked at 1024 × 600');
  await expectAccessible(page, 'Unlocked');

  // The digits are nowhere: not in the page, not in what it keeps, not on the disk.
  expect(await page.content()).not.toContain(PIN);
  const stored = readFileSync(join(app.dataFolder, 'vault', 'manager-pin.json'), 'utf8');
  expect(stored).toContain('$scrypt$ln=17,r=8,p=1$');
  expect(stored).not.toContain(PIN);

  await lockNow(page).click();
  await expect(lockNow(page)).toHaveCount(0);
  expect(await managerState(page)).toBe('locked');
  await openScreen(page, 'History');
  await page.getByRole('radio', { name: 'Manager PIN' }).click();
  await expect(page.locator('.history-sentence')).toHaveText(['A manager PIN was set.']);
});

test('settings, Root CA and export ask for the manager too; the language does not', async ({
  app,
  device,
}) => {
  test.setTimeout(90_000);
  const page = await app.launch({ flags: FLAGS });
  await pairFirst(page, device, '7');
  await openScreen(page, 'Settings');
  await setPin(page);

  const notifications = page.getByRole('switch', { name: 'Notifications' });
  await expect(notifications).toBeChecked();
  await notifications.press('Space');
  await expect(dialog(page, 'Manager PIN needed')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(notifications).toBeChecked();
  await page.getByRole('button', { name: 'Language: English' }).click();
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Einstellungen' })).toBeVisible();
  await page.getByRole('button', { name: 'Sprache: Deutsch' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();

  // The preview stays while the PIN is asked for, and when nobody knows it.
  await button(page, 'Show or add').click();
  await pasteRootCa(page, (await createVendorPki()).root.certificatePem);
  await button(page, 'Trust this certificate').click();
  await expect(dialog(page, 'Manager PIN needed')).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('heading', { level: 1, name: 'Trust another Root CA?' })).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await button(page, 'Trust this certificate').click();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();

  const file = join(app.dataFolder, 'history.csv');
  await chooseFile(app, file);
  await lockNow(page).click();
  await openScreen(page, 'History');
  await button(page, 'Export CSV').click();
  await page.keyboard.type(PIN);
  await page.keyboard.press('Enter');
  await expect(page.getByText('The history was saved.')).toBeVisible();
  expect(readFileSync(file, 'utf8')).toContain('manager-pin-set');
});

test('a swap asks before anything changes, and goes on with the same code', async ({ app, device }) => {
  const page = await app.launch({ flags: FLAGS });
  await pairFirst(page, device, '7');
  await openScreen(page, 'Settings');
  await setPin(page);
  const { port } = device;
  await device.stop();
  const other = await startSteadyDevice({ pki: device.pki, serial: '1850099999', port });
  try {
    await openScreen(page, 'Devices', 'Paired devices');
    await page.getByRole('link', { name: '7', exact: true }).click();
    await button(page, 'Pair again').first().click();
    await page.getByLabel('Connection code').fill(other.code);
    await button(page, 'Pair').click();
    await expect(errorPanel(page, 'serial-mismatch')).toBeVisible();
    await button(page, 'Use the new device').click();
    await button(page, 'Swap the device').click();
    await page.keyboard.press('Escape');
    await expect(button(page, 'Swap the device')).toBeFocused();
    await page.keyboard.press('Enter');
    await page.keyboard.type(PIN);
    await page.keyboard.press('Enter');
    await button(page, 'Yes, this is the device').click();
    await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  } finally {
    await other.stop();
  }
});

test('the main process lets nobody past the PIN, whatever the page calls', async ({ app, device }) => {
  const page = await app.launch({ flags: FLAGS });
  await pairFirst(page, device, '7');
  const id = await pairingId(page);
  const answers = (mayUnlock: boolean) =>
    page.evaluate(
      async ({ pairing, pem, address, pin }) => {
        const call = window.pos.call as (method: string, request: unknown) => Promise<{ ok: boolean }>;
        if (pin) await call('unlockManager', { pin });
        await call('previewRootCa', { bytes: new TextEncoder().encode(pem) });
        const preview = await window.pos.call('previewRootCa', { bytes: new TextEncoder().encode(pem) });
        const fingerprint256 = preview.ok ? (preview.value.candidates[0]?.root.fingerprint256 ?? '') : '';
        const swap = {
          address,
          transport: 'wss',
          code: 'AAAA1111',
          posId: '7',
          serial: '',
          serialSource: 'typed',
          replaces: pairing,
          allowSwap: true,
        };
        return {
          swap: await call('startPairing', swap),
          trustRootCas: await call('trustRootCas', { fingerprints: [fingerprint256] }),
          tray: await call('updateSettings', { notifications: false }),
          interval: await call('updateSettings', { language: 'en', checkIntervalMinutes: 240 }),
          csv: await call('exportHistory', { format: 'csv' }),
          json: await call('exportHistory', { format: 'json' }),
          kit: await call('exportKit', {
            pairingId: pairing,
            format: 'pem-plain',
            password: { kind: 'none' },
          }),
          removeRootCa: await call('removeRootCa', { fingerprint256 }),
          remove: await call('removePairing', { pairingId: pairing }),
        };
      },
      { pairing: id, pem: device.rootCaPem, address: device.addresses.wss, pin: mayUnlock ? PIN : null },
    );
  await page.evaluate((pin) => window.pos.call('setManagerPin', { pin }), PIN);
  await chooseFile(app, join(app.dataFolder, 'history.csv'));
  const needed = { ok: false, error: { code: 'manager-needed' } };
  const all = {
    swap: needed,
    trustRootCas: needed,
    removeRootCa: needed,
    kit: needed,
    tray: needed,
    interval: needed,
    csv: needed,
    json: needed,
    remove: needed,
  };
  expect(await answers(false)).toMatchObject(all);
  // What was unlocked and locked again is as good as never unlocked.
  await page.evaluate((pin) => window.pos.call('unlockManager', { pin }), PIN);
  await page.evaluate(() => window.pos.call('lockManager', null));
  expect(await answers(false)).toMatchObject(all);

  // What needs no manager goes on.
  const free = await page.evaluate(
    async (pairing) => [
      await window.pos.call('checkConnection', { pairingId: pairing }),
      await window.pos.call('fullTest', { pairingId: pairing }),
      await window.pos.call('renamePairing', { pairingId: pairing, name: 'Bar' }),
      await window.pos.call('updateSettings', { language: 'en' }),
    ],
    id,
  );
  expect(free.map(({ ok }) => ok)).toEqual([true, true, true, true]);

  const refused = await page.evaluate(async (pin) => {
    const call = window.pos.call as (method: string, request: unknown) => Promise<unknown>;
    return [
      await call('setManagerPin', { pin: '804621' }),
      await call('changeManagerPin', { oldPin: '804621', newPin: '999000' }),
      await call('clearManagerPin', { pin: '804621' }),
      await call('changeManagerPin', { oldPin: pin, newPin: '111111' }),
      await call('resetManagerPin', { confirmed: false }),
      await call('resetManagerPin', null),
      await call('unlockManager', { pin: 295713 }),
    ];
  }, PIN);
  const codes = ['pin-already-set', 'pin-wrong', 'pin-wrong', 'pin-invalid'];
  expect(refused).toMatchObject(
    [...codes, ...Array.from({ length: 3 }, () => 'invalid-request')].map((code) => ({
      ok: false,
      error: { code },
    })),
  );
  expect(JSON.stringify(refused)).not.toContain(PIN);

  expect(await answers(true)).toMatchObject({
    swap: { ok: true },
    trustRootCas: { ok: true },
    removeRootCa: { ok: true },
    tray: { ok: true },
    interval: { ok: true },
    csv: { ok: true },
    json: { ok: true },
    remove: { ok: true },
  });
});

test('five wrong PINs block, over a restart too; a forgotten one is reset with all pairings', async ({
  app,
  device,
}) => {
  test.setTimeout(150_000);
  let page = await app.launch({ flags: FLAGS });
  await pairFirst(page, device, '7');
  await openScreen(page, 'Settings');
  await setPin(page);
  await button(page, 'Unlock').click();
  for (let tries = 0; tries < 5; tries += 1) {
    await expect(pinField(page)).toHaveValue('');
    await expect(pinField(page)).toBeEditable();
    await page.keyboard.type(WRONG);
    await page.keyboard.press('Enter');
    await expect(
      tries < 4
        ? page.getByText(`${4 - tries} ${tries < 3 ? 'tries' : 'try'} left`)
        : page.getByRole('timer').last(),
    ).toBeVisible();
  }
  await app.close();
  const file = join(app.dataFolder, 'vault', 'manager-pin.json');
  const stored = z.looseObject({ tries: z.unknown() }).parse(JSON.parse(readFileSync(file, 'utf8')));
  const { failures, waitMs } = triesSchema.parse(stored.tries);
  expect(failures).toBe(5);
  expect(waitMs).toBeGreaterThan(0);
  expect(waitMs).toBeLessThanOrEqual(30_000);

  // As after the ninth wrong one: long enough to be looked at.
  writeFileSync(
    file,
    JSON.stringify({ ...stored, tries: { failures: 9, waitMs: 480_000 }, checksum: undefined }),
  );
  page = await app.launch({ flags: FLAGS });
  expect(await managerState(page)).toBe('blocked');
  expect(await page.evaluate((pin) => window.pos.call('unlockManager', { pin }), PIN)).toMatchObject({
    ok: false,
    error: { code: 'pin-locked' },
  });
  await openScreen(page, 'Settings');
  await expect(page.getByRole('timer')).toHaveText(/can be entered in [5-8]:\d\d\.$/);
  await expectAccessible(page, 'Settings, blocked');
  await page.getByRole('switch', { name: 'Notifications' }).press('Space');
  await expect(dialog(page, 'Manager PIN needed').getByRole('timer')).toBeVisible();
  await expect(button(page, '1')).toBeDisabled();
  await expect(pinField(page)).not.toBeEditable();
  await expectAccessible(page, 'Manager PIN, blocked');
  await page.keyboard.press('Escape');
  await button(page, 'PIN forgotten').click();
  const reset = page.getByRole('alertdialog', { name: 'Remove all pairings and reset the PIN?' });
  await expect(reset).toContainText('The pairing and its keys are erased');
  await expect(button(page, 'Remove all and reset')).toBeDisabled();
  await expectAccessible(page, 'Manager PIN, reset');
  await picture(page, 'manager-pin-reset');
  await setWindow(app, { width: 1024, height: 600 });
  await expectFits(page, 'Reset at 1024 × 600');
  await page.getByText('I understand that all pairings will be removed').click();
  await button(page, 'Remove all and reset').click();
  await expect(page.getByText('No PIN is set: everybody at this register')).toBeVisible();
  expect(await stateOf(page)).toMatchObject({ pairings: [], manager: { state: 'off' } });
  await openScreen(page, 'History');
  await page.getByRole('radio', { name: 'Manager PIN' }).click();
  await expect(page.locator('.history-sentence')).toHaveText([
    'The manager PIN was reset; all pairings were removed.',
    'Too many wrong manager PINs were entered.',
    'A manager PIN was set.',
  ]);
});

test('a page that crashes takes along what was unlocked', async ({ app }) => {
  const page = await app.launch({ flags: FLAGS });
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await page.evaluate(async (pin) => {
    await window.pos.call('setManagerPin', { pin });
    await window.pos.call('unlockManager', { pin });
  }, PIN);
  expect(await managerState(page)).toBe('unlocked');
  const after = await app.electron.evaluate(async ({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    if (!window) throw new Error('no window');
    const { webContents } = window;
    const loaded = new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
    webContents.forcefullyCrashRenderer();
    await loaded;
    return webContents.executeJavaScript(
      "window.pos.call('getState', null).then(({ value }) => JSON.parse(value).manager)",
    );
  });
  expect(after).toMatchObject({ state: 'locked' });
});

test('a damaged PIN is told, stays locked, and can be reset', async ({ app, device }) => {
  let page = await app.launch({ flags: FLAGS });
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await setPin(page);
  await app.close();
  writeFileSync(join(app.dataFolder, 'vault', 'manager-pin.json'), '{"version":1,');
  page = await app.launch({ flags: FLAGS });
  await expect(page.getByText('The saved manager PIN is damaged')).toBeVisible();
  await openScreen(page, 'Settings');
  await expect(page.getByText('The saved PIN cannot be read.')).toBeVisible();
  await expect(button(page, 'Unlock')).toHaveCount(0);
  await expectAccessible(page, 'Settings, damaged PIN');
  await button(page, 'PIN forgotten').click();
  await page.getByText('I understand that all pairings will be removed').click();
  await button(page, 'Remove all and reset').click();
  await expect(button(page, 'Set a PIN')).toBeVisible();
});
