import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { Page } from '@playwright/test';
import { expect, test } from './app.ts';
import { chooseFolder, errorPanel, openScreen, pairFirst, picture } from './steps.ts';

const heading = (page: Page, name: string) => page.getByRole('heading', { level: 1, name, exact: true });

async function openKit(page: Page, posId: string): Promise<void> {
  await page.getByRole('link', { name: posId }).click();
  await page.getByRole('button', { name: 'Use in POS software' }).click();
  await expect(heading(page, 'Use in POS software')).toBeFocused();
}

/** All that is reachable in the page, as one text. */
async function heapOf(page: Page): Promise<string> {
  const client = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  client.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await client.detach();
  return chunks.join('');
}

/** Without letting it through an error message, which would tell it. */
async function expectForgotten(page: Page, password: string): Promise<void> {
  const heap = await heapOf(page);
  // The page is looked at, and a text of it is found when it is there.
  expect(heap).toContain('Bar 2');
  expect(heap.includes(password), 'the page still has the password').toBe(false);
  expect(heap.includes('PRIVATE KEY-----'), 'the page has a key').toBe(false);
}

test('writes a kit, shows its password once, and keeps neither it nor the key', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  await openKit(page, 'Bar 2');
  await expect(page.getByText('pos.p12')).toBeVisible();
  await expect(page.getByText(/^Readable only by the user .+ of this computer\.$/)).toBeVisible();
  await picture(page, 'kit');

  await chooseFolder(app, null);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(heading(page, 'Use in POS software')).toBeVisible();

  const folder = join(app.dataFolder, 'pos-connection-Bar-2');
  await chooseFolder(app, folder);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(heading(page, 'The files are ready')).toBeFocused();
  const shown = page.locator('.kit-password code');
  await expect(shown).toHaveText(/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/);
  await page.getByRole('button', { name: 'Copy Password' }).click();
  const password = await app.electron.evaluate(({ clipboard }) => clipboard.readText());
  // The kit opens with what was shown, and it is not on the screen for longer than it is needed.
  createSecureContext({ pfx: readFileSync(join(folder, 'pos.p12')), passphrase: password });
  expect((await shown.textContent()) === password).toBe(true);
  // So that what follows can fail.
  expect((await heapOf(page)).includes(password)).toBe(true);
  await page.getByRole('button', { name: 'I have written it down' }).click();
  await expect(shown).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Done' })).toBeFocused();
  await expectForgotten(page, password);

  expect(readdirSync(folder).sort()).toEqual([
    'README.txt',
    'connection.json',
    'pos.p12',
    'root-ca.pem',
    'samples',
  ]);
  expect(readdirSync(join(folder, 'samples')).sort()).toEqual(['Status.java', 'csharp', 'status.mjs']);
  if (process.platform !== 'win32') expect(statSync(join(folder, 'pos.p12')).mode & 0o777).toBe(0o600);

  await page.getByRole('button', { name: 'Done' }).click();
  await expect(heading(page, 'Bar 2')).toBeFocused();
  await openScreen(page, 'History');
  await expect(
    page.getByText('“Bar 2” was written for POS software into the folder “pos-connection-Bar-2” (PKCS#12).'),
  ).toBeVisible();
  await app.close();
  for (const file of readdirSync(app.dataFolder, { recursive: true, encoding: 'utf8' })) {
    const path = join(app.dataFolder, file);
    if (!statSync(path).isFile() || path.startsWith(folder)) continue;
    expect(readFileSync(path, 'latin1').includes(password), `${file} holds the password`).toBe(false);
  }
});

test('takes a password of the user’s own, and forgets it', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  await openKit(page, 'Bar 2');
  await page.getByRole('radio', { name: 'PEM' }).check({ force: true });
  await expect(page.getByText('pos-private-key.pem')).toBeVisible();
  await page.getByRole('radio', { name: 'Type my own' }).click();
  const field = page.getByLabel('Password', { exact: true });
  await field.focus();
  await page.keyboard.type('too short');
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(page.locator('[data-field-error="export-password-short"]')).toBeVisible();
  await expect(field).toBeFocused();

  // Typed key by key: filling in would leave a copy of the test's own in the page.
  const password = 'A long Password, typed';
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(password);
  await page.getByText('Show password').click();
  await expect(field).toHaveAttribute('type', 'text');
  const folder = join(app.dataFolder, 'kit');
  mkdirSync(folder);
  await chooseFolder(app, folder);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(errorPanel(page, 'export-folder-exists')).toBeVisible();
  const other = join(app.dataFolder, 'another');
  await chooseFolder(app, other);
  await page.getByRole('button', { name: 'Choose a folder' }).click();
  await expect(heading(page, 'The files are ready')).toBeFocused();
  await expect(page.locator('.kit-password')).toHaveCount(0);
  createSecureContext({
    key: readFileSync(join(other, 'pos-private-key.pem')),
    cert: readFileSync(join(other, 'pos-certificate.pem')),
    passphrase: password,
  });
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(heading(page, 'Bar 2')).toBeFocused();
  await expectForgotten(page, password);
});

test('writes plain keys only once the warning is understood', async ({ app, device }) => {
  const page = await app.launch();
  await pairFirst(page, device, 'Bar 2');
  await openKit(page, 'Bar 2');
  await expect(page.getByRole('radio', { name: 'No password' })).toHaveCount(0);
  await page.getByRole('radio', { name: 'PEM' }).check({ force: true });
  await page.getByRole('radio', { name: 'No password' }).click();
  const submit = page.getByRole('button', { name: 'Choose a folder' });
  await expect(submit).toBeDisabled();
  await picture(page, 'kit-plain');
  await page.getByRole('checkbox').check({ force: true });
  const folder = join(app.dataFolder, 'plain');
  await chooseFolder(app, folder);
  await submit.click();
  await expect(heading(page, 'The files are ready')).toBeFocused();
  expect(readFileSync(join(folder, 'pos-private-key.pem'), 'utf8')).toContain('BEGIN PRIVATE KEY');
  await picture(page, 'kit-done');
});
