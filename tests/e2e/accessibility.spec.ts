import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Locator, Page } from '@playwright/test';
import i18next from 'i18next';
import { appError } from '../../shared/errors.ts';
import { showLanguage } from '../../shared/languages.ts';
import { LANGUAGES, PSEUDO_LANGUAGE, type ShownLanguage } from '../../shared/settings.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { IN_MEMORY } from '../support/account.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing } from './state.ts';
import {
  chooseFolder,
  clickMenu,
  connection,
  enter,
  errorPanel,
  expectAllWell,
  openScreen,
  pair,
  pairFirst,
  pasteRootCa,
  trustRootCa,
} from './steps.ts';
import { tellStatus } from './told.ts';

// Looking at every screen twice takes a while: no worker has to do all of it.
test.describe.configure({ timeout: 240_000, mode: 'parallel' });

/** Nothing but this computer is looked at. */
const NARROW_SEARCH = '--search-range=127.0.0.0/28';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name });

test('trusting a Root CA is accessible', async ({ app, device }) => {
  const page = await app.launch();
  await expect(heading(page, 'Trust your Root CA')).toBeFocused();
  await expectAccessible(page, 'Root CA, first run');
  const language = page.getByRole('button', { name: 'Language: English' });
  await language.click();
  await expect(page.getByRole('menuitemradio', { name: 'Deutsch' })).toBeVisible();
  await expectAccessible(page, 'Choosing a language on the first screen');
  await page.getByRole('menuitemradio', { name: 'Deutsch' }).click();
  await expect(heading(page, 'Ihrer Root CA vertrauen')).toBeVisible();
  await page.getByRole('button', { name: 'Sprache: Deutsch' }).click();
  await page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect(language).toBeFocused();
  await pasteRootCa(page, 'nothing to read');
  await expect(errorPanel(page, 'root-ca-unreadable')).toBeVisible();
  await expectAccessible(page, 'Root CA, unreadable');
  await page.getByRole('textbox', { name: 'Certificate text' }).fill(device.rootCaPem);
  await page.getByRole('button', { name: 'Read certificate' }).click();
  await expect(heading(page, 'Check this certificate')).toBeFocused();
  await expectAccessible(page, 'Root CA, preview');
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await expect(heading(page, 'Pair a register')).toBeFocused();

  await openScreen(page, 'Devices', 'Paired devices');
  await expectAccessible(page, 'Home, nothing paired');

  const other = await startSimulatedDevice();
  await openScreen(page, 'Settings');
  await page.getByRole('button', { name: 'Show or add' }).click();
  await expect(heading(page, 'Root CA')).toBeFocused();
  await expectAccessible(page, 'Root CA, trusted');
  await pasteRootCa(page, other.rootCaPem);
  await expect(heading(page, 'Trust another Root CA?')).toBeFocused();
  await expectAccessible(page, 'Root CA, another one');
  await other.stop();
});

test('pairing is accessible, and the focus goes along', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await expectAccessible(page, 'Pairing form, empty');
  await enter(page, { address: 'http://192.168.178.67', code: '8QW1', posId: ' ' });
  await expect(page.getByLabel('Device address')).toBeFocused();
  await expectAccessible(page, 'Pairing form, with errors');

  device.setFault('silence');
  await enter(page, { address: device.addresses.wss, code: 'AAAA1111', posId: '7' });
  await expect(heading(page, 'Pairing in progress')).toBeFocused();
  await expectAccessible(page, 'Progress');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(heading(page, 'Pairing cancelled')).toBeFocused();
  await expectAccessible(page, 'Pairing cancelled');

  device.setFault('none');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('heading', { name: 'Is this the device in front of you?' })).toBeFocused();
  await expectAccessible(page, 'Identity question');
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(heading(page, 'Pairing did not finish')).toBeFocused();
  await page.getByRole('button', { name: 'Details for support' }).click();
  await expectAccessible(page, 'Pairing failed');
  await page.getByRole('button', { name: 'Enter a new code' }).click();
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByLabel('Connection code').fill(device.code);
  await expectAccessible(page, 'Pairing form, refilled');

  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(heading(page, 'Register paired')).toBeFocused();
  await expectAccessible(page, 'Success');
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(heading(page, 'Paired devices')).toBeFocused();
  await expectAccessible(page, 'Home, with a device');
});

test('the result “TLS only” is accessible', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('tls-only');
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(heading(page, 'Paired, but not fully protected')).toBeVisible();
  await expectAccessible(page, 'Success, TLS only');
});

test('a computer that cannot store secrets is told so accessibly', async ({ app, device }) => {
  const page = await app.launch({ keyring: 'none' });
  await expect(errorPanel(page, 'storage-unavailable')).toBeVisible();
  await expectAccessible(page, 'Root CA, no key store');
  await trustRootCa(page, device);
  await expect(errorPanel(page, 'storage-unavailable')).toBeVisible();
  await expectAccessible(page, 'Pairing form, no key store');
});

test('an account that keeps nothing is warned of accessibly', async ({ app, device }) => {
  const page = await app.launch({ account: { fileSystem: IN_MEMORY } });
  await trustRootCa(page, device);
  await expect(page.getByRole('status').filter({ hasText: 'kept in memory' })).toBeVisible();
  await expectAccessible(page, 'Pairing form, short-lived account');
  await pair(page, device, 'wss', '7');
  await expectAccessible(page, 'Success, short-lived account');
});

test('settings and dialogs are accessible, and give the focus back', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await expectAccessible(page, 'Settings');
  const language = page.getByRole('main').getByRole('button', { name: 'Language' });
  await language.click();
  await expect(page.getByRole('option', { name: 'System' })).toBeFocused();
  await expectAccessible(page, 'Settings, choosing a language');
  await page.keyboard.press('Escape');
  await expect(language).toBeFocused();

  const about = page.getByRole('button', { name: 'About POS Pairing' });
  await about.click();
  await expect(page.getByText('components of others ship with this app')).toBeVisible();
  await page.getByRole('button', { name: /^react \d/ }).click();
  await expect(page.getByText('Permission is hereby granted').first()).toBeVisible();
  await expectAccessible(page, 'About');
  await page.keyboard.press('Escape');
  await expect(about).toBeFocused();

  // In a low window its list has to be scrolled, with the keyboard as well.
  await setWindow(app, { width: 800, height: 480 });
  const shortcuts = page.getByRole('button', { name: 'Keyboard shortcuts' });
  await shortcuts.click();
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectAccessible(page, 'Keyboard shortcuts');
  await page.getByRole('button', { name: 'Close' }).click();
  await expect(shortcuts).toBeFocused();

  await clickMenu(app, 'supportReport');
  await expect(page.getByRole('dialog', { name: 'Support report' })).toBeVisible();
  await expectAccessible(page, 'Support report');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
});

test('paired devices, their dialogs, search and history are accessible', async ({ app, device }) => {
  const page = await app.launch({ flags: [NARROW_SEARCH] });
  await pairFirst(page, device, '7');
  await page.getByRole('link', { name: '7' }).click();
  await expect(heading(page, '7')).toBeFocused();
  await expectAccessible(page, 'Device, connected');
  for (const name of ['Rename', 'Remove']) {
    const opener = page.getByRole('button', { name, exact: true });
    await opener.click();
    await expect(page.locator('[role="dialog"], [role="alertdialog"]')).toBeVisible();
    await expectAccessible(page, `Device, ${name}`);
    await page.keyboard.press('Escape');
    await expect(opener).toBeFocused();
  }
  await page.getByRole('button', { name: 'Use in POS software' }).click();
  await expect(heading(page, 'Use in POS software')).toBeFocused();
  await expect(page.getByText('pos.p12')).toBeVisible();
  await expectAccessible(page, 'Use in POS software');
  await page.getByRole('radio', { name: 'Type my own' }).click();
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(page.getByLabel('Password', { exact: true })).toBeFocused();
  await expectAccessible(page, 'Use in POS software, password too short');
  await page.getByRole('radio', { name: 'PEM' }).check({ force: true });
  await page.getByRole('radio', { name: 'No password' }).click();
  await expectAccessible(page, 'Use in POS software, without a password');
  await page.getByRole('radio', { name: 'Make one for me' }).click();
  await chooseFolder(app, join(app.dataFolder, 'kit'));
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(heading(page, 'The files are ready')).toBeFocused();
  await expectAccessible(page, 'Use in POS software, written');
  await page.getByRole('button', { name: 'I have written it down' }).click();
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: 'Set up the bridge' }).click();
  await expect(heading(page, 'Bridge – 7')).toBeFocused();
  await expectAccessible(page, 'Bridge, off');
  await page.getByRole('switch', { name: 'Bridge on' }).check({ force: true });
  await expect(page.getByRole('heading', { name: 'Ready' })).toBeVisible();
  await page.getByLabel('Port').fill('80');
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.getByLabel('Port')).toBeFocused();
  await expectAccessible(page, 'Bridge, on, with an error');
  await page.getByRole('button', { name: 'New token' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectAccessible(page, 'Bridge, new token');
  await page.keyboard.press('Escape');
  await page.getByLabel('Port').fill('');
  await page.getByRole('switch', { name: 'Bridge on' }).uncheck({ force: true });
  await expect(page.getByRole('heading', { name: 'Off' })).toBeVisible();
  await page.getByRole('button', { name: 'Back to the device' }).click();
  await page.getByRole('button', { name: 'Pair again' }).click();
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await expectAccessible(page, 'Pair again');

  await openScreen(page, 'Find devices');
  await expectAccessible(page, 'Find devices, before');
  await page.getByLabel('Port').fill(String(device.port));
  await page.getByRole('button', { name: 'Start the search' }).click();
  await expect(page.getByRole('heading', { name: '1 device found' })).toBeVisible();
  await expectAccessible(page, 'Find devices, found');
  await device.stop();
  await page.getByRole('button', { name: 'Start the search' }).click();
  await expect(page.getByRole('heading', { name: 'No devices found' })).toBeVisible();
  await expectAccessible(page, 'Find devices, nothing found');

  await openScreen(page, 'Devices', 'Paired devices');
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect(connection(page, 'unreachable')).toBeVisible();
  await expectAccessible(page, 'Home, with an unreachable device');
  await page.getByRole('link', { name: '7' }).click();
  await expectAccessible(page, 'Device, unreachable');

  await openScreen(page, 'History');
  await expect(page.getByText('“7” was paired.')).toBeVisible();
  await expectAccessible(page, 'History');
  await page.getByRole('searchbox').fill('nowhere');
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await expectAccessible(page, 'History, nothing matches');
});

/** Presses Tab until `wanted` has the focus; on the way, whatever has it must show it. */
async function tabTo(page: Page, wanted: Locator): Promise<void> {
  for (let presses = 0; presses < 40; presses += 1) {
    await page.keyboard.press('Tab');
    const shown = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return 'nothing';
      // Some controls are drawn by their label, and the code by the box around it.
      const drawn = focused.closest('label, .code-box') ?? focused;
      const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
      const visible =
        focused.matches(':focus-visible') && outlineStyle !== 'none' && Number.parseFloat(outlineWidth) >= 2;
      return visible ? 'visible' : `invisible on ${focused.outerHTML}`;
    });
    expect(['visible', 'nothing']).toContain(shown);
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`The focus never came to ${wanted}`);
}

test('a register is paired with the keyboard alone', async ({ app, device }) => {
  const page = await app.launch();
  const button = (name: string) => page.getByRole('button', { name, exact: true });
  await expect(heading(page, 'Trust your Root CA')).toBeFocused();
  await tabTo(page, button('Paste certificate'));
  await page.keyboard.press('Space');
  await expect(page.getByLabel('Certificate text')).toBeFocused();
  await page.keyboard.insertText(device.rootCaPem);
  await tabTo(page, button('Read certificate'));
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Check this certificate')).toBeFocused();
  await tabTo(page, button('Trust this certificate'));
  await page.keyboard.press('Enter');

  await expect(heading(page, 'Pair a register')).toBeFocused();
  await tabTo(page, page.getByLabel('Device address'));
  await page.keyboard.type(device.addresses.wss);
  await tabTo(page, page.getByLabel('Connection code'));
  await page.keyboard.type(device.code);
  await tabTo(page, page.getByLabel('POS ID'));
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type('Bar 2');
  await page.keyboard.press('Enter');

  await expect(page.getByRole('heading', { name: 'Is this the device in front of you?' })).toBeFocused();
  await tabTo(page, button('Yes, this is the device'));
  await page.keyboard.press('Space');
  await expect(heading(page, 'Register paired')).toBeFocused();
  await tabTo(page, button('Done'));
  await page.keyboard.press('Enter');
  await expect(heading(page, 'Paired devices')).toBeFocused();
  await expect(page.getByRole('heading', { name: 'Bar 2' })).toBeVisible();
});

const OTHER_ROOT_CA = appError('device-other-root-ca', '', {
  params: { name: 'Company Root CA 2', fingerprint: 'AA:BB' },
});

/** Walks through the main screens in the app's current language; `visit` looks at each of them. */
async function tour(
  app: RunningApp,
  device: SimulatedDevice,
  t: (key: string) => string,
  visit: (name: string) => Promise<void>,
): Promise<void> {
  // Of all screens: most of a minute where two processors do all.
  test.slow();
  const { page } = app;
  const press = (key: string) =>
    page
      .getByRole('button', { name: t(key), exact: true })
      .first()
      .click();
  /** Not the unseen button that ends each dialog for screen readers, which has the same name in some languages. */
  const closeDialog = () => page.locator('.dialog-actions').getByRole('button').first().click();
  /** For a dialog whose button may have been scrolled to: a page that changes its zoom then is hit beside its dialog. */
  const pressAndScrollUp = async (key: string) => {
    await press(key);
    await page.evaluate(() => window.scrollTo(0, 0));
  };
  const arrived = (key: string) =>
    expect(page.getByRole('heading', { name: t(key), exact: true })).toBeVisible();
  await arrived('rootCa.firstTitle');
  await visit('Root CA');
  await press('rootCa.paste');
  await page.getByLabel(t('rootCa.pasteLabel')).fill(device.rootCaPem);
  await visit('Root CA, pasting');
  await press('rootCa.read');
  await arrived('rootCa.previewTitle');
  await visit('Root CA, preview');
  await press('rootCa.trust');
  await arrived('pair.title');
  await visit('Pairing form');
  await page.getByLabel(t('pair.address')).fill('http://1');
  await page.getByLabel(t('pair.code')).fill('AAAA1111');
  await page.getByLabel(t('pair.posId')).fill('Main till');
  await press('pair.submit');
  await visit('Pairing form, with an error');
  await page.getByLabel(t('pair.address')).fill(device.addresses.wss);
  await press('pair.submit');
  await arrived('identity.question');
  await visit('Identity question');
  await press('identity.yes');
  await arrived('failure.title');
  await visit('Failure');
  await press('actions.edit-code');
  await page.getByLabel(t('pair.code')).fill(device.code);
  await press('pair.submit');
  await press('identity.yes');
  await arrived('success.title');
  await visit('Success');
  await press('success.done');
  await arrived('home.title');
  await visit('Home');
  await page.getByRole('link', { name: 'Main till' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Main till' })).toBeFocused();
  await visit('Device');
  const { id } = await firstPairing(page);
  for (const shown of ['waiting', 'in-use', 'unclear', 'other-root-ca'] as const) {
    await tellStatus(app, id, shown, shown === 'other-root-ca' ? { error: OTHER_ROOT_CA } : {});
    await expect(connection(page, shown)).toBeVisible();
    await visit(`Device, ${shown}`);
  }
  await tellStatus(app, id, 'connected');
  // What is pressed moves with what the screen says.
  await expect(connection(page, 'connected')).toBeVisible();
  await press('actions.full-test');
  await expectAllWell(page, t('doctor.again'));
  await visit('Full test');
  await press('common.back');
  await press('bridge.open');
  await arrived('bridge.states.off.label');
  await visit('Bridge, off');
  await page.getByRole('switch', { name: t('bridge.on') }).check({ force: true });
  await arrived('bridge.states.ready.label');
  await expect(page.locator('[data-bridge-token]')).toBeVisible();
  await visit('Bridge, with a new token');
  await page.getByRole('switch', { name: t('bridge.on') }).uncheck({ force: true });
  await arrived('bridge.states.off.label');
  await press('bridge.back');
  await press('device.rename');
  await visit('Rename');
  await closeDialog();
  await press('device.remove');
  await visit('Remove');
  await closeDialog();
  await press('kit.title');
  await arrived('kit.title');
  await page.getByRole('radio', { name: t('kit.format.pem.name') }).check({ force: true });
  await page.getByRole('radio', { name: t('kit.password.typed') }).click();
  await press('kit.submit');
  await visit('Use in POS software, with an error');
  await page.getByRole('radio', { name: t('kit.password.none') }).click();
  await visit('Use in POS software, without a password');
  await page.getByRole('radio', { name: t('kit.password.generated') }).click();
  await chooseFolder(app, join(app.dataFolder, 'kit'));
  await press('kit.submit');
  await arrived('kit.doneTitle');
  await visit('Use in POS software, written');
  await press('kit.noted');
  await press('kit.done');
  await press('actions.pair-again');
  await visit('Pair again');
  await page.getByRole('link', { name: t('nav.search'), exact: true }).click();
  await arrived('search.title');
  await visit('Find devices');
  await press('search.start');
  await expect(page.getByText(t('search.nothingTitle'))).toBeVisible();
  await visit('Find devices, nothing found');
  await page.getByRole('link', { name: t('nav.history'), exact: true }).click();
  await arrived('history.title');
  await visit('History');
  await device.stop();
  await page.getByRole('link', { name: t('nav.devices'), exact: true }).click();
  await press('actions.check-connection');
  await expect(connection(page, 'unreachable')).toBeVisible();
  await visit('Home, with an unreachable device');
  await page.getByRole('link', { name: 'Main till' }).click();
  await arrived('device.causesTitle');
  await visit('Device, unreachable');
  await press('actions.full-test');
  await expect(page.locator('[data-result="failed"]')).toBeVisible();
  await visit('Full test, failed');
  await device.restart();
  await page.getByRole('link', { name: t('nav.settings') }).click();
  await arrived('settings.title');
  await visit('Settings');
  await pressAndScrollUp('manager.set');
  await visit('Manager PIN, new');
  await closeDialog();
  await page.evaluate(() => window.pos.call('setManagerPin', { pin: '295713' }));
  await pressAndScrollUp('manager.forgot');
  await visit('Manager PIN, reset');
  await closeDialog();
  await pressAndScrollUp('manager.unlock');
  await visit('Manager PIN needed');
  await page.keyboard.type('295713');
  await page.keyboard.press('Enter');
  await expect(page.locator('.lock-now')).toBeVisible();
  await visit('Settings, unlocked');
  await page.evaluate(() => window.pos.call('clearManagerPin', { pin: '295713' }));
  await expect(page.locator('.lock-now')).toHaveCount(0);
  await press('shortcuts.title');
  await visit('Keyboard shortcuts');
  await closeDialog();
  await press('about.title');
  await expect(page.getByRole('heading', { name: t('about.licences') })).toBeVisible();
  await visit('About');
  await closeDialog();
}

const SIZES = [
  { width: 1180, height: 800, zoom: 2 },
  { width: 800, height: 600 },
  { width: 1024, height: 600 },
] as const;

function textsIn(language: ShownLanguage): (key: string) => string {
  const texts = i18next.createInstance();
  showLanguage(texts, language);
  return (key) => texts.t(key as 'app.name');
}

test('everything can be seen and reached at 200 % zoom and in small windows', async ({ app, device }) => {
  await app.launch({ flags: [NARROW_SEARCH] });
  await tour(app, device, textsIn('en'), async (name) => {
    for (const size of SIZES) {
      await setWindow(app, size);
      await expectFits(app.page, `${name} at ${JSON.stringify(size)}`);
    }
    await setWindow(app, { width: 1180, height: 800 });
  });
});

test('longer texts of other languages have room', async ({ app, device }) => {
  await app.launch({ flags: ['--pseudo-locale', NARROW_SEARCH] });
  await tour(app, device, textsIn(PSEUDO_LANGUAGE), async (name) => {
    for (const size of [...SIZES, { width: 1180, height: 800 }]) {
      await setWindow(app, size);
      await expectFits(app.page, `${name} at ${JSON.stringify(size)}`);
    }
  });
});

for (const [index, language] of LANGUAGES.filter((other) => other !== 'en').entries()) {
  // Words do not change colours: each screen is seen in both themes, and in each language in one.
  const theme = index % 2 === 0 ? 'light' : 'dark';
  test(`the texts in ${language} are accessible and have room on a register's screen`, async ({
    app,
    device,
  }) => {
    const page = await app.launch({ flags: [NARROW_SEARCH] });
    await page.evaluate((chosen) => window.pos.call('updateSettings', { language: chosen }), language);
    await setWindow(app, { width: 1024, height: 600 });
    await tour(app, device, textsIn(language), async (name) => {
      await expectFits(page, `${name} in ${language}`);
      await expectAccessible(page, `${name} in ${language}`, [theme]);
    });
  });
}

test('more contrast, and the system’s own colours, are accessible too', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  for (const wish of [{ contrast: 'more' }, { forcedColors: 'active' }] as const) {
    await page.emulateMedia(wish);
    await openScreen(page, 'Devices', 'Paired devices');
    await page.getByRole('button', { name: 'Pair a register' }).click();
    await enter(page, { address: 'http://192.168.178.67', code: '8QW1', posId: ' ' });
    await expectAccessible(page, `Pairing form with errors, ${JSON.stringify(wish)}`);
    await page.emulateMedia({ contrast: null, forcedColors: null });
  }
  await page.emulateMedia({ contrast: 'more' });
  const ink = () => page.evaluate(() => getComputedStyle(document.documentElement).color);
  await page.emulateMedia({ colorScheme: 'light' });
  expect(await ink()).toBe('rgb(0, 0, 0)');
  await page.emulateMedia({ colorScheme: 'dark' });
  expect(await ink()).toBe('rgb(255, 255, 255)');
});

test('nothing moves for those who asked for less motion', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('silence');
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await expect(heading(page, 'Pairing in progress')).toBeVisible();
  const moving = () =>
    page.evaluate(
      () =>
        document
          .getAnimations()
          .filter(
            ({ effect, playState }) => playState === 'running' && effect?.getComputedTiming().duration !== 0,
          ).length,
    );
  await expect.poll(moving).toBeGreaterThan(0);
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await expect.poll(moving).toBe(0);
});

test('screens come in with a movement, except the one that the app opens with', async ({ app, device }) => {
  const page = await app.launch();
  const screen = page.locator('.screen');
  await expect(screen).toHaveCSS('animation-name', 'none');
  await trustRootCa(page, device);
  await expect(screen).toHaveCSS('animation-name', 'appear');
});

test('what an organisation manages is accessible', async ({ app, device }) => {
  const policyFile = join(app.dataFolder, 'policy.json');
  const flags = [`--policy-file=${policyFile}`, NARROW_SEARCH];
  const policy = { rootCas: [device.rootCaPem], allowExport: false, locked: ['tray', 'rootCas'] };
  writeFileSync(policyFile, JSON.stringify(policy), { mode: 0o644 });
  let page = await app.launch({ flags });
  await expect(heading(page, 'Paired devices')).toBeVisible();
  await openScreen(page, 'Settings');
  await expectAccessible(page, 'Settings, managed');
  await page.getByRole('button', { name: 'Show', exact: true }).click();
  await expectAccessible(page, 'Root CA, managed');
  writeFileSync(policyFile, '{');
  page = await app.relaunch({ flags });
  await expect(page.locator('[data-error-code="policy-invalid"]')).toBeVisible();
  await expectAccessible(page, 'Home, with a wrong policy');
});
