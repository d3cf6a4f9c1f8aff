import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from '@playwright/test';
import { till } from '../support/bridge-rig.ts';
import { CHROMIUM_FLAGS, findChromium, serveTill } from '../support/browser-till.ts';
import { expectAccessible, expectFits, setWindow } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { connection, openScreen, pairFirst, picture } from './steps.ts';

const bridgeState = (page: Page, state: string) =>
  page.locator(`.bridge-status[data-bridge-state="${state}"]`);
const theSwitch = (page: Page, name: string) => page.getByRole('switch', { name });

interface OpenBridge {
  readonly page: Page;
  readonly token: string;
  readonly port: number;
}

/** From the first start to a bridge that is on; on its screen. */
async function switchOn(page: Page, origins = ''): Promise<OpenBridge> {
  await page.getByRole('link', { name: '7', exact: true }).click();
  await page.getByRole('button', { name: 'Set up the bridge' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Bridge – 7' })).toBeFocused();
  await expect(bridgeState(page, 'off')).toBeVisible();
  if (origins) await page.getByLabel('Web pages that may connect').fill(origins);
  await theSwitch(page, 'Bridge on').check({ force: true });
  await expect(bridgeState(page, 'ready')).toBeVisible();
  const token = (await page.locator('[data-bridge-token]').textContent()) ?? '';
  return { page, token, port: Number(await page.getByLabel('Port').inputValue()) };
}

/** Whether any state or property of the page, as React has it now, holds this text. */
const isInState = (page: Page, text: string): Promise<boolean> =>
  page.evaluate((wanted) => {
    interface Fiber {
      readonly child: Fiber | null;
      readonly sibling: Fiber | null;
      readonly memoizedState: unknown;
      readonly memoizedProps: unknown;
      readonly stateNode: { readonly current: Fiber };
    }
    const container = document.querySelector('#root') as unknown as Record<string, Fiber>;
    const key = Object.keys(container).find((name) => name.startsWith('__reactContainer$')) ?? '';
    const seen = new Set<object>();
    const holds = (value: unknown): boolean => {
      if (typeof value === 'string') return value.includes(wanted);
      if (typeof value !== 'object' || value === null || seen.has(value)) return false;
      // Elements of the page, and the tree itself, which is walked below.
      if (value instanceof EventTarget || 'stateNode' in value) return false;
      seen.add(value);
      return Object.values(value).some(holds);
    };
    const walk = (fiber: Fiber | null): boolean =>
      fiber !== null &&
      (holds(fiber.memoizedState) || holds(fiber.memoizedProps) || walk(fiber.child) || walk(fiber.sibling));
    const root = container[key];
    if (!root) throw new Error('no tree of React');
    return walk(root.stateNode.current);
  }, text);

const filesOf = (app: RunningApp): string =>
  readdirSync(app.dataFolder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(json|jsonl|log)$/.test(file))
    .map((file) => readFileSync(join(app.dataFolder, file), 'utf8'))
    .join('\n');

const PAYMENT = JSON.stringify({
  type: 'PaymentRequest',
  merchantReferenceCode: 'order-1',
  amountDetails: { amount: '12.50', currency: 'EUR' },
});

test('the bridge is switched on, carries a payment, and everything shows that it is used', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const { token, port } = await switchOn(page);
  expect(Buffer.from(token, 'base64url')).toHaveLength(32);
  await expect(page.getByText(`ws://127.0.0.1:${port}`)).toBeVisible();

  const one = till(port, token);
  await one.opened();
  await expect(bridgeState(page, 'connected')).toBeVisible();
  one.socket.send(PAYMENT);
  await expect.poll(() => one.received.some((text) => text.includes('PaymentResponse'))).toBe(true);
  await expect(page.getByText('Messages from the POS software').locator('..')).toContainText('1');
  // Not the port and the token of this run.
  expect(await isInState(page, token)).toBe(true);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  await expect(page.locator('[data-bridge-token]')).toHaveCount(0);
  expect(await isInState(page, token)).toBe(false);
  await picture(page, 'bridge');

  await page.getByRole('button', { name: 'Back to the device' }).click();
  await expect(connection(page, 'till-connected')).toHaveAttribute('data-tone', 'success');
  await picture(page, 'device-till-connected');

  // A full test asks before it interrupts.
  await page.getByRole('button', { name: 'Full test' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  expect(device.channelOpen).toBe(true);
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect(page.getByText('Last check: now')).toBeVisible();
  expect(device.channelOpen).toBe(true);

  // A pairing warns.
  await page.getByRole('button', { name: 'Pair again' }).click();
  await expect(page.getByText('The pairing disconnects it', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();

  await one.close();
  expect(device.operations).toHaveLength(1);
  const files = filesOf(app);
  expect(files).not.toContain(token);
  expect(files).not.toContain('order-1');
});

test('a port that another program has is a clear error; a new token ends the old one', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const { token, port } = await switchOn(page);
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const bound = other.address();
  const taken = typeof bound === 'object' && bound ? bound.port : 0;
  await page.getByLabel('Port').fill(String(taken));
  await page.getByRole('button', { name: 'Save' }).click();
  await expect(page.locator('[data-field-error="bridge-port-in-use"]')).toContainText(String(taken));
  await expect(bridgeState(page, 'ready')).toBeVisible();
  await new Promise((resolve) => other.close(resolve));

  const one = till(port, token);
  await one.opened();
  await page.getByRole('button', { name: 'New token' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Make a new token' }).click();
  expect((await one.ended).code).toBe(4106);
  const fresh = (await page.locator('[data-bridge-token]').textContent()) ?? '';
  expect(fresh).not.toBe(token);
  await page.getByRole('button', { name: 'Dismiss' }).click();
  expect(await isInState(page, fresh)).toBe(false);
  await till(port, token).ended;
  const two = till(port, fresh);
  await two.opened();
  await two.close();
  // It is shown once.
  await page.getByRole('button', { name: 'Back to the device' }).click();
  await page.getByRole('button', { name: 'Set up the bridge' }).click();
  await expect(bridgeState(page, 'ready')).toBeVisible();
  await expect(page.getByText(fresh)).toHaveCount(0);
  await expect(page.getByText('Last connection')).toBeVisible();
});

/** The system's own question cannot be driven: it is answered by the place of a button; returns what was asked. */
const answerQuitting = (app: RunningApp, button: number) =>
  app.electron.evaluate(({ dialog }, response) => {
    const asked: string[] = [];
    Object.assign(globalThis, { askedAtQuitting: asked });
    dialog.showMessageBox = async (...given: unknown[]) => {
      asked.push(JSON.stringify(given.at(-1)));
      return { response, checkboxChecked: false };
    };
  }, button);
const askedAtQuitting = (app: RunningApp): Promise<string[]> =>
  app.electron.evaluate(() => (globalThis as unknown as { askedAtQuitting: string[] }).askedAtQuitting);
const quitByMenu = (app: RunningApp) =>
  app.electron.evaluate(({ Menu }) => {
    setTimeout(() => Menu.getApplicationMenu()?.getMenuItemById('quit')?.click());
  });

test('nobody cuts a connected till off without being asked', async ({ app, device }) => {
  test.setTimeout(120_000);
  const page = await app.launch();
  await pairFirst(page, device, '7');
  const { token, port } = await switchOn(page);
  const one = till(port, token);
  await one.opened();
  await expect(bridgeState(page, 'connected')).toBeVisible();
  const question = page.getByRole('alertdialog');
  const cancel = async () => {
    await expect(question).toContainText('If a payment is running, its outcome may remain unknown.');
    await question.getByRole('button', { name: 'Cancel' }).click();
    await expect(question).toHaveCount(0);
  };

  await theSwitch(page, 'Bridge on').press('Space');
  await expect(question).toHaveAccessibleName('Disconnect the POS software?');
  await setWindow(app, { width: 1024, height: 600 });
  await expectAccessible(page, 'bridge-end-till');
  await expectFits(page, 'the question before the bridge is switched off');
  await cancel();
  await expect(theSwitch(page, 'Bridge on')).toBeChecked();
  await page.getByLabel('Port').fill(String(port === 65_535 ? port - 1 : port + 1));
  await page.getByRole('button', { name: 'Save' }).click();
  await cancel();
  await page.getByRole('button', { name: 'New token' }).click();
  await cancel();
  await page.getByRole('button', { name: 'Back to the device' }).click();
  await page.getByRole('button', { name: 'Remove', exact: true }).click();
  await expectAccessible(page, 'bridge-remove-till');
  await cancel();
  await openScreen(page, 'Devices', 'Paired devices');
  await page.getByRole('button', { name: /^Root CA/ }).click();
  await page.getByRole('button', { name: /^Remove / }).click();
  await cancel();
  expect(one.socket.readyState).toBe(one.socket.OPEN);

  await openScreen(page, 'Devices', 'Paired devices');
  await page.getByRole('link', { name: '7', exact: true }).click();
  await page.getByRole('button', { name: 'Set up the bridge' }).click();
  await theSwitch(page, 'Bridge on').press('Space');
  await question.getByRole('button', { name: 'Disconnect' }).click();
  expect((await one.ended).code).toBe(4106);
  await expect(bridgeState(page, 'off')).toBeVisible();
  // With no till, nothing is asked.
  await theSwitch(page, 'Bridge on').check({ force: true });
  await expect(bridgeState(page, 'ready')).toBeVisible();

  const two = till(port, token);
  await two.opened();
  await answerQuitting(app, 0);
  await quitByMenu(app);
  await expect.poll(() => askedAtQuitting(app)).toHaveLength(1);
  expect((await askedAtQuitting(app))[0]).toContain('Quit anyway');
  expect(two.socket.readyState).toBe(two.socket.OPEN);
  await answerQuitting(app, 1);
  const ended = app.electron.waitForEvent('close');
  await quitByMenu(app);
  expect((await two.ended).code).toBe(4106);
  await ended;
});

test('the till works without a window, and after the computer was restarted', async ({ app, device }) => {
  const configHome = mkdtempSync(join(tmpdir(), 'pos-pairing-config-'));
  process.env['XDG_CONFIG_HOME'] = configHome;
  try {
    const page = await app.launch();
    await pairFirst(page, device, '7');
    const { token, port } = await switchOn(page);

    if (process.platform === 'linux') {
      await theSwitch(page, 'Start with the computer').check({ force: true });
      const entry = join(configHome, 'autostart/pos-pairing.desktop');
      await expect.poll(() => existsSync(entry)).toBe(true);
      expect(readFileSync(entry, 'utf8')).toMatch(/^Exec=".+" .*"--hidden"$/m);
      await expect(theSwitch(page, 'Start with the computer')).toBeChecked();
    }

    const closed = page.waitForEvent('close');
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
    await closed;
    const one = till(port, token);
    await one.opened();
    await one.close();

    await app.close();
    await app.launchUnseen({ flags: ['--hidden'] });
    const windows = () => app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
    await expect
      .poll(async () => {
        const two = till(port, token);
        const opened = await Promise.race([two.opened().then(() => true), two.ended.then(() => false)]);
        if (!opened) return 'closed';
        two.socket.send(PAYMENT);
        while (!two.received.some((text) => text.includes('PaymentResponse')))
          await new Promise((resolve) => setTimeout(resolve, 20));
        await two.close();
        return 'paid';
      })
      .toBe('paid');
    expect(await windows()).toBe(0);
    const opened = app.electron.waitForEvent('window');
    expect(await app.launchSecond()).toBe(0);
    await expect((await opened).getByRole('heading', { level: 1 })).toBeVisible();
  } finally {
    delete process.env['XDG_CONFIG_HOME'];
    rmSync(configHome, { recursive: true, force: true });
  }
});

test('a page in a browser pays through the app', async ({ app, device }) => {
  const executablePath = findChromium();
  test.skip(!executablePath, 'Chromium is missing');
  const server = await serveTill();
  const browser = await chromium.launch({ ...(executablePath && { executablePath }), args: CHROMIUM_FLAGS });
  try {
    const page = await app.launch();
    await pairFirst(page, device, '7');
    const { token, port } = await switchOn(page, server.origin);
    const shop = await browser.newPage();
    await shop.goto(server.origin);
    await shop.getByLabel('Address of the bridge').fill(`ws://127.0.0.1:${port}`);
    await shop.getByLabel('Token').fill(token);
    await shop.getByRole('button', { name: 'Take the payment' }).click();
    await expect(shop.locator('output[data-state="answered"]')).toHaveText('Payment successful');
    await expect(page.getByText(server.origin)).toBeVisible();
    expect(device.operations).toMatchObject([{ state: 'approved', posId: '7' }]);
  } finally {
    await browser.close();
    await server.stop();
  }
});
