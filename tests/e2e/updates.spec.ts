import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import type { Policy } from '../../electron/core/policy/policy-schema.ts';
import { LANGUAGES } from '../../shared/settings.ts';
import { FEED_NAME, scriptPackage, UpdateFeed } from '../support/update-feed.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { test as base, expect, type RunningApp } from './app.ts';
import { firstPairing } from './state.ts';
import { errorPanel, openScreen, pairFirst, picture, trustRootCa } from './steps.ts';

const LARGE = 4 * 1024 * 1024;
const NEWER = '9.8.7';

/** The app as an AppImage of its own, with a feed on this computer. */
class Installation {
  readonly feed = new UpdateFeed();
  readonly #app: RunningApp;

  constructor(app: RunningApp) {
    this.#app = app;
  }

  get appImage(): string {
    return join(this.#app.dataFolder, 'POS Pairing.AppImage');
  }

  /** What a version that was installed and started leaves. */
  get marker(): string {
    return join(this.#app.dataFolder, 'ran');
  }

  get kept(): boolean {
    return existsSync(join(this.#app.dataFolder, 'updates/pending', this.#name));
  }

  readonly #name = `pos-pairing-${NEWER}-linux-x86_64.AppImage`;

  async begin(): Promise<void> {
    await this.feed.start();
    writeFileSync(this.appImage, scriptPackage('old', this.marker), { mode: 0o755 });
    process.env['APPIMAGE'] = this.appImage;
  }

  async end(): Promise<void> {
    delete process.env['APPIMAGE'];
    await this.feed.stop();
  }

  publish(): Buffer {
    const content = scriptPackage(NEWER, this.marker, LARGE);
    this.feed.publish(NEWER, content);
    return content;
  }

  /** The package comes half, and goes on or breaks off as the test likes. */
  holdBack(): { readonly goOn: () => void; readonly breakOff: () => void } {
    let goOn = () => {};
    let breakOff = () => {};
    this.feed.answers.set(this.#name, (response) => {
      const content = this.feed.files.get(this.#name) ?? Buffer.alloc(0);
      response.writeHead(200, { 'content-length': content.length });
      response.write(content.subarray(0, content.length / 2));
      goOn = () => response.end(content.subarray(content.length / 2));
      breakOff = () => response.destroy();
    });
    return { goOn: () => goOn(), breakOff: () => breakOff() };
  }

  flags(policy?: Policy): string[] {
    const keyFile = join(this.#app.dataFolder, 'updates.pem');
    writeFileSync(keyFile, this.feed.publicKeyPem);
    const policyFile = join(this.#app.dataFolder, 'policy.json');
    if (policy) writeFileSync(policyFile, JSON.stringify(policy), { mode: 0o644 });
    return [
      `--update-key=${keyFile}`,
      `--update-feed=${this.feed.url}`,
      ...(policy ? [`--policy-file=${policyFile}`] : []),
    ];
  }
}

const test = base.extend<{ installation: Installation }>({
  installation: async ({ app }, use) => {
    const installation = new Installation(app);
    await installation.begin();
    await use(installation);
    await installation.end();
  },
});
// electron-updater replaces an AppImage on Linux; elsewhere installers would have to be signed.
test.skip(process.platform !== 'linux', 'there is an AppImage on Linux only');
test.setTimeout(180_000);

const card = (page: Page) => page.locator('[data-update-state]');
const state = (page: Page, name: string) => page.locator(`[data-update-state="${name}"]`);
const look = (page: Page) => page.getByRole('button', { name: 'Look for updates' }).press('Enter');
const NOTICE = 'An update is ready';

test('an update is looked for, fetched, shown, and installed when somebody says so', async ({
  app,
  device,
  installation,
}) => {
  const content = installation.publish();
  let page = await app.launch({ flags: installation.flags() });
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await expect(card(page)).toContainText('The app looks for updates only when you ask it to.');
  await expect(card(page)).toContainText('The app has not looked since it was started.');
  await expectAccessible(page, 'Updates, never looked');

  // Fetched by itself, shown as it comes.
  const held = installation.holdBack();
  await look(page);
  const progress = page.getByRole('progressbar', { name: `Version ${NEWER} is being downloaded` });
  await expect(progress).toHaveAttribute('aria-valuenow', /^(49|50)$/);
  await expectAccessible(page, 'Updates, fetching');
  held.breakOff();
  await expect(errorPanel(page, 'update-interrupted')).toBeVisible();
  await expect(card(page)).toContainText('Nothing of it is left on this computer, and the app is unchanged.');
  await expectAccessible(page, 'Updates, interrupted');
  expect(installation.kept).toBe(false);
  const again = installation.holdBack();
  await look(page);
  await expect(progress).toHaveAttribute('aria-valuenow', /^(49|50)$/);
  again.goOn();
  await expect(state(page, 'ready')).toBeVisible();
  expect(installation.kept).toBe(true);
  await expectAccessible(page, 'Updates, ready');
  await picture(page, 'settings-update-ready');

  // Neither what runs here nor on what.
  expect(installation.feed.requests.map(({ headers }) => headers['user-agent'])).not.toContainEqual(
    expect.stringMatching(/Electron\/|Chrome|Linux/),
  );

  // On every other screen there is one line, until somebody says "later".
  await openScreen(page, 'Devices', 'Paired devices');
  const notice = page.getByRole('region', { name: NOTICE });
  await expect(notice).toContainText(`Version ${NEWER} is ready: restart the app to install it.`);
  await expectAccessible(page, 'Home, with an update');
  await picture(page, 'update-notice');
  await notice.getByRole('button', { name: 'Later' }).press('Enter');
  await expect(notice).toHaveCount(0);

  await openScreen(page, 'Settings');
  expect(readFileSync(installation.appImage).equals(content)).toBe(false);
  await page.getByRole('button', { name: 'Restart and install' }).press('Enter');
  const question = page.getByRole('alertdialog', { name: `Restart and install version ${NEWER}?` });
  await expect(question.getByRole('button', { name: 'Cancel' })).toBeFocused();
  await expectAccessible(page, 'Updates, asking before the restart');
  await question.getByRole('button', { name: 'Cancel' }).press('Enter');
  await page.getByRole('button', { name: 'Restart and install' }).press('Enter');
  const ended = app.electron.waitForEvent('close');
  await question.getByRole('button', { name: 'Restart and install' }).press('Enter');
  await ended;
  expect(readFileSync(installation.appImage).equals(content)).toBe(true);
  // The new version was started.
  await expect
    .poll(() => existsSync(installation.marker) && readFileSync(installation.marker, 'utf8'))
    .toBe(`${NEWER}\n`);

  // What runs now is the old one all the same, as after a question that was answered with no.
  page = await app.relaunch({ flags: installation.flags() });
  await openScreen(page, 'Settings');
  const failed = errorPanel(page, 'update-not-installed');
  await expect(failed).toContainText(
    `closed to install version ${NEWER}, but the version before is still running`,
  );
  await expectAccessible(page, 'Updates, not installed');
  await openScreen(page, 'History');
  await expect(page.locator('[data-kind="update-failed"]')).toContainText('The update was not installed');
});

test('a feed that was changed on the way is refused, and the history tells', async ({
  app,
  device,
  installation,
}) => {
  installation.publish();
  const text = installation.feed.files.get(FEED_NAME)?.toString() ?? '';
  installation.feed.files.set(FEED_NAME, Buffer.from(text.replace(NEWER, '9.9.9')));
  const page = await app.launch({ flags: installation.flags() });
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await look(page);
  const panel = errorPanel(page, 'update-signature-invalid');
  await expect(panel).toContainText('Nothing was downloaded or installed.');
  await expectAccessible(page, 'Updates, refused');
  expect(installation.feed.requests.map(({ path }) => path)).toEqual([FEED_NAME, `${FEED_NAME}.sig`]);
  // The same feed, as it was signed.
  installation.feed.files.set(FEED_NAME, Buffer.from(text));
  await look(page);
  await expect(state(page, 'ready')).toBeVisible();
  await openScreen(page, 'History');
  await expect(page.locator('[data-kind="update-failed"]')).toContainText(
    'The list of updates is not genuine',
  );
});

test('an older version is refused, and the newest one is said to be that', async ({
  app,
  device,
  installation,
}) => {
  const page = await app.launch({ flags: installation.flags() });
  await trustRootCa(page, device);
  const version = await app.electron.evaluate(({ app: running }) => running.getVersion());
  installation.feed.publish(version, Buffer.from('the same'));
  await openScreen(page, 'Settings');
  await look(page);
  await expect(state(page, 'idle')).toContainText('nothing newer is available');
  await expectAccessible(page, 'Updates, none');
  installation.feed.publish('0.0.9', Buffer.from('an old one'));
  await look(page);
  await expect(errorPanel(page, 'update-older')).toContainText(
    `The update server offers version 0.0.9, but ${version} is already known here.`,
  );
  expect(installation.feed.requests.map(({ path }) => path).join()).not.toContain('AppImage');
});

test('an update waits for the bridge, and fits in every language', async ({ app, device, installation }) => {
  installation.publish();
  const page = await app.launch({ flags: installation.flags() });
  await pairFirst(page, device, 'POS-1');
  const bridge = async (on: boolean) => {
    const { id: pairingId } = await firstPairing(page);
    const choice = { pairingId, on, port: '', origins: '', messageLimitKib: '1024' };
    const configured = await page.evaluate((asked) => window.pos.call('configureBridge', asked), choice);
    expect(configured).toMatchObject({ ok: true });
  };
  await bridge(true);
  await openScreen(page, 'Settings');
  await look(page);
  await expect(state(page, 'found')).toContainText('It waits until the bridge is switched off.');
  await expectAccessible(page, 'Updates, waiting');
  expect(installation.kept).toBe(false);
  for (const language of LANGUAGES) {
    await page.evaluate((chosen) => window.pos.call('updateSettings', { language: chosen }), language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    for (const size of [
      { width: 1024, height: 600 },
      { width: 1180, height: 800, zoom: 2 },
    ]) {
      await setWindow(app, size);
      await expectFits(page, `Settings with an update that waits, in ${language} at ${JSON.stringify(size)}`);
    }
  }
  await bridge(false);
  await expect(state(page, 'ready')).toBeVisible();
  for (const language of LANGUAGES) {
    await page.evaluate((chosen) => window.pos.call('updateSettings', { language: chosen }), language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    for (const size of [
      { width: 1024, height: 600 },
      { width: 1180, height: 800, zoom: 2 },
    ]) {
      await setWindow(app, size);
      await page.locator('.nav-link').last().click();
      await expectFits(page, `Settings with an update, in ${language} at ${JSON.stringify(size)}`);
      await page.locator('.nav-link').first().click();
      await expect(page.locator('.update-notice')).toBeVisible();
      await expectFits(page, `Home with an update, in ${language} at ${JSON.stringify(size)}`);
    }
  }
});

test('updates are off where nobody has decided otherwise, and where the policy says so', async ({
  app,
  device,
  installation,
}) => {
  installation.publish();
  let page = await app.launch();
  await trustRootCa(page, device);
  await openScreen(page, 'Settings');
  await expect(page.getByRole('heading', { name: 'General' })).toBeVisible();
  await expect(card(page)).toHaveCount(0);
  page = await app.relaunch({ flags: installation.flags({ updates: 'off' }) });
  await openScreen(page, 'Settings');
  await expect(page.getByText('Your organisation manages settings of this register')).toBeVisible();
  await expect(card(page)).toHaveCount(0);
  expect(await page.evaluate(() => window.pos.call('lookForUpdate', null))).toMatchObject({
    ok: false,
    error: { code: 'not-found' },
  });
  page = await app.relaunch({ flags: installation.flags({ updates: 'automatic' }) });
  await openScreen(page, 'Settings');
  await expect(card(page)).toContainText('The app looks for updates once a day.');
  // Not in the first minute.
  expect(installation.feed.requests).toEqual([]);
});
