import type { Page } from '@playwright/test';
import type { BrowserWindow } from 'electron';
import i18next from 'i18next';
import { showLanguage } from '../../shared/languages.ts';
import { LANGUAGES } from '../../shared/settings.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing, stateOf } from './state.ts';
import { clickMenu, enter, openScreen, pair, pairFirst, picture, trustRootCa } from './steps.ts';

const onMac = process.platform === 'darwin';

/** Of the menus that every system has: on macOS the app's own comes before them. */
const menuLabels = async (app: RunningApp): Promise<string[]> => {
  const labels = await app.electron.evaluate(
    ({ Menu }) => Menu.getApplicationMenu()?.items.map(({ label }) => label) ?? [],
  );
  return onMac ? labels.slice(1) : labels;
};

/** Calls a method of the app's window, which closing ends before it could answer. */
const closeWindow = (app: RunningApp): Promise<void> =>
  app.electron.evaluate(({ BrowserWindow }) => {
    setTimeout(() => BrowserWindow.getAllWindows()[0]?.close());
  });

/** What the main process has kept: a switch shows its new position before that. */
const savedSettings = async (page: Page) => (await stateOf(page)).settings;

test('settings are saved at once and kept', async ({ app, device }) => {
  let page = await app.launch();
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await picture(page, 'settings-overview');
  await page.getByRole('main').getByRole('button', { name: 'Language' }).click();
  await picture(page, 'settings-language');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Check every' }).click();
  await page.getByRole('option', { name: '1 hour' }).click();
  await page.getByRole('switch', { name: 'Follow address changes' }).uncheck({ force: true });
  await page.getByRole('switch', { name: 'Notifications' }).uncheck({ force: true });
  await expect
    .poll(() => savedSettings(page))
    .toMatchObject({ checkIntervalMinutes: 60, followAddressChanges: false, notifications: false });

  page = await app.relaunch();
  await openScreen(page, 'Settings');
  await expect(page.getByRole('button', { name: 'Check every' })).toContainText('1 hour');
  await expect(page.getByRole('switch', { name: 'Follow address changes' })).not.toBeChecked();
  await expect(page.getByRole('switch', { name: 'Notifications' })).not.toBeChecked();
  await expect(page.getByRole('switch', { name: 'tray' })).not.toBeChecked();
});

test('the menu opens About, the shortcuts and the settings', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  expect(await menuLabels(app)).toEqual(['File', 'Edit', 'View', 'Window', 'Help']);
  await clickMenu(app, 'about');
  await expect(page.getByRole('dialog', { name: 'About POS Pairing' })).toBeVisible();
  const version = await app.electron.evaluate(({ app: { getVersion } }) => getVersion());
  await expect(page.getByText(`Version ${version}`)).toBeVisible();
  await expect(page.getByText('components of others ship with this app')).toBeVisible();
  await picture(page, 'about');
  await page.getByRole('button', { name: 'Copy version details' }).click();
  const copied = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  expect(copied).toContain(`POS Pairing ${version}, Electron `);

  await clickMenu(app, 'shortcuts');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await picture(page, 'shortcuts');
  await clickMenu(app, 'settings');
  await expect(page.getByRole('heading', { level: 1, name: 'Settings' })).toBeVisible();
  await expect(page.getByRole('dialog')).toBeHidden();
});

test('every language can be chosen, and changes window and menu without a restart', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  const texts = i18next.createInstance();
  showLanguage(texts, 'en');
  for (const language of [...LANGUAGES].reverse()) {
    await test.step(`to ${language}`, async () => {
      await page
        .getByRole('main')
        .getByRole('button', { name: texts.t('settings.language') })
        .click();
      await page.locator(`[role="option"]:has([lang="${language}"])`).click();
      showLanguage(texts, language);
      await expect(page.getByRole('heading', { level: 1, name: texts.t('settings.title') })).toBeVisible();
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page).toHaveTitle(new RegExp(texts.t('settings.title')));
      const menu = (['file', 'edit', 'view', 'window', 'help'] as const).map((name) =>
        texts.t(`menu.${name}`),
      );
      expect(await menuLabels(app)).toEqual(menu);
    });
  }
});

test('main process and window agree on the language', async ({ app }) => {
  const page = await app.launch({ flags: ['--pseudo-locale'] });
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(/^\[Ţ.*\]$/);
  await expect(page.locator('html')).toHaveAttribute('lang', 'en-XA');
  // The menu follows the first screen.
  await expect.poll(() => menuLabels(app)).toHaveLength(5);
  for (const label of await menuLabels(app)) expect(label).toMatch(/^\[.*\]$/);
});

test('the window opens as large as it was left, and where', async ({ app }) => {
  const bounds = () =>
    app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.getBounds());
  const left = { x: 60, y: 40, width: 900, height: 640 };
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await app.electron.evaluate(
    ({ BrowserWindow }, wanted) => BrowserWindow.getAllWindows()[0]?.setBounds(wanted),
    left,
  );
  await expect.poll(bounds).toEqual(left);
  await app.relaunch();
  await expect.poll(bounds).toEqual(left);
});

test('without a tray entry, closing the window ends the app', async ({ app }) => {
  test.skip(onMac, 'on macOS an app goes on without a window');
  await app.launch();
  const ended = app.electron.waitForEvent('close');
  await closeWindow(app);
  await ended;
});

test('a signal ends the app as Quit does, and kills nothing', async ({ app }) => {
  test.skip(process.platform === 'win32', 'Windows ends a program without asking it');
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const running = app.electron.process();
  const ended = new Promise((resolve) => running.once('exit', (code, signal) => resolve({ code, signal })));
  running.kill('SIGTERM');
  expect(await ended).toEqual({ code: 0, signal: null });
});

test('with a tray entry the app outlives its window, and is ended by Quit', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await page.getByRole('switch', { name: 'Entry in the system tray' }).check({ force: true });
  await expect(page.getByRole('switch', { name: 'Entry in the system tray' })).toBeChecked();
  await expect.poll(() => savedSettings(page)).toMatchObject({ tray: true });
  const closed = page.waitForEvent('close');
  await closeWindow(app);
  await closed;
  const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  await expect.poll(windows).toBe(0);

  const opened = app.electron.waitForEvent('window');
  expect(await app.launchSecond()).toBe(0);
  const reopened = await opened;
  await expect(reopened.getByRole('heading', { level: 1 })).toBeVisible();
  await expect.poll(windows).toBe(1);

  // What is asked for while there is no window is shown in the one that opens for it.
  const closedAgain = reopened.waitForEvent('close');
  await closeWindow(app);
  await closedAgain;
  const third = app.electron.waitForEvent('window');
  await clickMenu(app, 'about');
  await expect((await third).getByRole('dialog', { name: 'About POS Pairing' })).toBeVisible();

  const ended = app.electron.waitForEvent('close');
  await app.electron.evaluate(({ app: running }) => {
    setTimeout(() => running.quit());
  });
  await ended;
});

interface Shown {
  readonly title: string;
  readonly body: string;
}

/** Notes the notifications down in place of showing them: a test's desktop has nowhere to show them. */
const noteNotifications = (app: RunningApp): Promise<void> =>
  app.electron.evaluate(({ Notification }) => {
    const shown: Electron.Notification[] = [];
    const closed: Electron.Notification[] = [];
    Object.assign(globalThis, { shownNotifications: shown, closedNotifications: closed });
    Notification.isSupported = () => true;
    Notification.prototype.show = function show(this: Electron.Notification) {
      shown.push(this);
    };
    Notification.prototype.close = function close(this: Electron.Notification) {
      closed.push(this);
    };
  });

const closedNotifications = (app: RunningApp): Promise<number> =>
  app.electron.evaluate(
    () => (globalThis as unknown as { closedNotifications: unknown[] }).closedNotifications.length,
  );

const notifications = (app: RunningApp): Promise<Shown[]> =>
  app.electron.evaluate(() =>
    (globalThis as unknown as { shownNotifications: Electron.Notification[] }).shownNotifications.map(
      ({ title, body }) => ({ title, body }),
    ),
  );

test('a lost device is notified while nobody looks, and a click leads to it', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await pair(page, device, 'wss', 'Bar 2');
  await page.getByRole('button', { name: 'Done' }).click();
  await noteNotifications(app);
  const { id: pairingId } = await firstPairing(page);
  const check = () => page.evaluate((id) => window.pos.call('checkConnection', { pairingId: id }), pairingId);
  const hide = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  const isShown = () =>
    app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().some((window: BrowserWindow) => window.isVisible()),
    );

  await check();
  await hide();
  expect(await notifications(app)).toEqual([]);
  await device.stop();
  await check();
  await expect
    .poll(() => notifications(app))
    .toEqual([{ title: 'Bar 2 needs attention', body: 'The device does not answer at its address.' }]);
  await check();
  expect(await notifications(app)).toHaveLength(1);

  await app.electron.evaluate(() => {
    const [first] = (globalThis as unknown as { shownNotifications: Electron.Notification[] })
      .shownNotifications;
    first?.emit('click');
  });
  await expect.poll(isShown).toBe(true);
  await expect(page.getByRole('heading', { level: 1, name: 'Bar 2' })).toBeVisible();
});

test('what is removed no longer asks for attention', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  await noteNotifications(app);
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await device.stop();
  const { id } = await firstPairing(page);
  await page.evaluate((pairingId) => window.pos.call('checkConnection', { pairingId }), id);
  await expect.poll(() => notifications(app)).toHaveLength(1);
  expect(await closedNotifications(app)).toBe(0);
  await page.evaluate((pairingId) => window.pos.call('removePairing', { pairingId }), id);
  expect(await closedNotifications(app)).toBe(1);
});

test('a page that crashed comes back, and a pairing that waited for it ends', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await expect(page.getByRole('button', { name: 'Yes, this is the device' })).toBeVisible();
  await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    return new Promise<void>((resolve) => {
      window?.webContents.once('did-finish-load', () => resolve());
      window?.webContents.forcefullyCrashRenderer();
    });
  });
  // The crashed page is lost to the test, the new one is asked through the window.
  const inPage = (code: string): Promise<unknown> =>
    app.electron.evaluate(
      ({ BrowserWindow }, script) => BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script),
      code,
    );
  await expect.poll(() => inPage('document.querySelector("h1")?.textContent')).toBe('Paired devices');
  const request = {
    address: device.addresses.wss,
    transport: 'wss',
    code: device.code,
    posId: '7',
    serial: device.serial,
    serialSource: 'typed',
    replaces: null,
    allowSwap: false,
  };
  await expect
    .poll(() => inPage(`window.pos.call('startPairing', ${JSON.stringify(request)})`))
    .toMatchObject({ ok: true });
  await expect
    .poll(() =>
      inPage(`window.pos.call('getState', null).then(({ value }) => JSON.parse(value).pairings.length)`),
    )
    .toBe(1);
});

test('those who opted out are not notified', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await pair(page, device, 'wss', 'Bar 2');
  await page.getByRole('button', { name: 'Done' }).click();
  await openScreen(page, 'Settings');
  await page.getByRole('switch', { name: 'Notifications' }).uncheck({ force: true });
  await expect.poll(() => savedSettings(page)).toMatchObject({ notifications: false });
  await noteNotifications(app);
  await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.hide());
  await device.stop();
  const { id } = await firstPairing(page);
  await page.evaluate((pairingId) => window.pos.call('checkConnection', { pairingId }), id);
  expect((await stateOf(page)).statuses[id]?.state).toBe('unreachable');
  expect(await notifications(app)).toEqual([]);
});
