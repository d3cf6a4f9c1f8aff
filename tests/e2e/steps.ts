import type { Page } from '@playwright/test';
import type { Transport } from '../../shared/inputs.ts';
import type { ConnectionState } from '../../shared/status.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { expect, type RunningApp } from './app.ts';

export { picture } from './picture.ts';

export async function pasteRootCa(page: Page, pem: string): Promise<void> {
  await page.getByRole('button', { name: 'Paste certificate' }).click();
  await page.getByRole('textbox', { name: 'Certificate text' }).fill(pem);
  await page.getByRole('button', { name: 'Read certificate' }).click();
}

export async function trustRootCa(page: Page, device: SimulatedDevice): Promise<void> {
  await pasteRootCa(page, device.rootCaPem);
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
}

export interface Entry {
  readonly address: string;
  readonly code: string;
  readonly posId: string;
}

export async function enter(page: Page, { address, code, posId }: Entry): Promise<void> {
  await page.getByLabel('Device address').fill(address);
  await page.getByLabel('Connection code').fill(code);
  await page.getByLabel('POS ID').fill(posId);
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
}

/** From the pairing form to the success screen. */
export async function pair(
  page: Page,
  device: SimulatedDevice,
  transport: Transport,
  posId: string,
): Promise<void> {
  await enter(page, { address: device.addresses[transport], code: device.code, posId });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
}

export const errorPanel = (page: Page, code: string) =>
  page.locator(`[role="alert"][data-error-code="${code}"]`);

/** From the first start to the list of paired devices. */
export async function pairFirst(page: Page, device: SimulatedDevice, posId: string): Promise<void> {
  await trustRootCa(page, device);
  await pair(page, device, 'wss', posId);
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(connection(page, 'connected')).toBeVisible();
}

/** Where a screen says that a pairing's connection is in this state. */
export const connection = (page: Page, state: ConnectionState) =>
  page.locator(`[data-connection-state="${state}"]`);

/** How often a full test is asked again because of nothing but a slow computer. */
const TESTS = 3;

/**
 * Waits for a full test to say that all is well, and names what is not. On a computer that stalls, the app rightly
 * calls the round trips to a device slow; only then it is asked again.
 *
 * @param again the name of the button that does so
 */
export async function expectAllWell(page: Page, again = 'Test again'): Promise<void> {
  const result = page.locator('[data-result]');
  const troubles = page.locator('[data-check]:is([data-state="warning"], [data-state="failed"])');
  for (let tests = 1; tests <= TESTS; tests += 1) {
    await expect(result).not.toHaveAttribute('data-result', 'running', { timeout: 60_000 });
    const names = await troubles.evaluateAll((all) => all.map((each) => each.getAttribute('data-check')));
    if (tests === TESTS || names.join() !== 'round-trip') break;
    await page.getByRole('button', { name: again, exact: true }).click();
    await expect(result).toHaveAttribute('data-result', 'running');
  }
  await expect(troubles).toHaveText([]);
  await expect(page.locator('[data-result="ok"]')).toBeVisible();
}

/** Goes to one of the main screens by the header. */
export async function openScreen(page: Page, name: string, heading = name): Promise<void> {
  await page.getByRole('link', { name, exact: true }).click();
  await expect(page.getByRole('heading', { level: 1, name: heading, exact: true })).toBeFocused();
}

/** The system's own dialog cannot be driven: it answers as if this folder had been named, or nothing. */
export const chooseFolder = (app: RunningApp, folder: string | null) =>
  app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: filePath === null, filePath: filePath ?? '' });
  }, folder);

/** Chooses from the app's menu, which is there soon after the first screen. */
export async function clickMenu(app: RunningApp, id: string): Promise<void> {
  const isThere = () =>
    app.electron.evaluate(({ Menu }, item) => Boolean(Menu.getApplicationMenu()?.getMenuItemById(item)), id);
  await expect.poll(isThere).toBe(true);
  await app.electron.evaluate(
    ({ Menu }, item) => Menu.getApplicationMenu()?.getMenuItemById(item)?.click(),
    id,
  );
}
