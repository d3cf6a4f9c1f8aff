import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type HistoryEntry, historyEntrySchema } from '../../shared/history.ts';
import type { PosApi } from '../../shared/ipc/index.ts';
import { createVendorPki } from '../simulator/device.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing, stateOf } from './state.ts';
import { enter, errorPanel, pasteRootCa, picture, trustRootCa } from './steps.ts';

declare global {
  interface Window {
    readonly pos: PosApi;
  }
}

const RANGE = '--search-range=127.0.0.0/28';

const openHistory = (page: Page) => page.getByRole('link', { name: 'History' }).click();
const sentences = (page: Page) => page.locator('.history-sentence');
const showOnly = (page: Page, kind: string) => page.getByRole('radio', { name: kind }).click();

/** The system's own dialog cannot be driven: it answers as if this file had been chosen, or nothing. */
const chooseFile = (app: RunningApp, file: string | null) =>
  app.electron.evaluate(({ dialog }, filePath) => {
    dialog.showSaveDialog = async () => ({ canceled: filePath === null, filePath: filePath ?? '' });
  }, file);

test('tells what happened, newest first, filtered, live, and exports it without a secret', async ({
  app,
  device,
}) => {
  test.setTimeout(90_000);
  const page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  await enter(page, { address: device.addresses.wss, code: 'AAAA1111', posId: 'Register 1' });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(errorPanel(page, 'code-rejected')).toBeVisible();
  await page.getByRole('button', { name: 'Enter a new code' }).click();
  const { code } = device;
  await page.keyboard.type(code);
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  await page.getByRole('button', { name: 'Done' }).click();

  await openHistory(page);
  await expect(page.getByRole('heading', { level: 1, name: 'History' })).toBeFocused();
  await expect(sentences(page)).toHaveText([
    '“Register 1” was paired.',
    '“Register 1” was not paired: The device did not accept the code.',
    'The Root CA Simulated Acceptance Devices Root CA was trusted.',
  ]);
  await expect(page.getByRole('listitem').filter({ hasText: 'was paired.' })).toContainText(
    `Serial number ${device.serial}`,
  );

  // Live: what happens while it is shown comes in at the top.
  const { id } = await firstPairing(page);
  await page.evaluate((pairingId) => window.pos.call('renamePairing', { pairingId, name: 'Bar' }), id);
  await expect(sentences(page).first()).toHaveText('“Register 1” was given the name “Bar”.');
  await expect(page.getByText('4 entries')).toBeVisible();
  const newRoot = (await createVendorPki()).root.certificatePem;
  await page.evaluate(async (pem) => {
    const preview = await window.pos.call('previewRootCa', { bytes: new TextEncoder().encode(pem) });
    if (!preview.ok) return;
    const fingerprints = preview.value.candidates.map(({ root }) => root.fingerprint256);
    await window.pos.call('trustRootCas', { fingerprints });
  }, newRoot);
  const [old] = (await stateOf(page)).rootCas;
  await page.evaluate(
    (fingerprint256) => window.pos.call('removeRootCa', { fingerprint256 }),
    old?.root.fingerprint256 ?? '',
  );
  await expect(sentences(page).nth(2)).toHaveText(
    'The Root CA Simulated Acceptance Devices Root CA was trusted.',
  );
  await expect(sentences(page).nth(1)).toHaveText(
    'The Root CA Simulated Acceptance Devices Root CA was removed.',
  );
  await expect(sentences(page).first()).toHaveText(
    'The connection of “Register 1” failed: The Root CA was removed.',
  );
  await page.evaluate((pairingId) => window.pos.call('removePairing', { pairingId }), id);
  await expect(sentences(page).first()).toHaveText('“Register 1” was removed from this computer.');
  await picture(page, 'history-1-all');

  // Filters.
  await showOnly(page, 'Pairing');
  await expect(sentences(page)).toHaveText([/was paired\.$/, /was not paired/]);
  await expect(page.getByRole('status').filter({ hasText: '2 matching entries' })).toHaveCount(1);
  await showOnly(page, 'Root CA');
  await expect(sentences(page)).toHaveText([/was removed/, /was trusted/, /was trusted/]);
  await showOnly(page, 'Renamed or removed');
  await expect(sentences(page)).toHaveText([/was removed/, /was given the name/]);
  const search = page.getByRole('searchbox', { name: 'Search the history' });
  await search.fill('bar');
  await expect(sentences(page)).toHaveText([/was given the name “Bar”/]);
  await picture(page, 'history-2-filtered');
  await search.fill('nowhere');
  await expect(page.getByRole('heading', { level: 2, name: 'Nothing matches' })).toBeVisible();
  await picture(page, 'history-3-nothing');
  await page.getByRole('button', { name: 'Show everything' }).click();
  await expect(search).toBeFocused();
  await expect(search).toHaveValue('');
  await expect(sentences(page)).toHaveCount(8);

  // Export.
  await chooseFile(app, null);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await expect(page.getByRole('button', { name: 'Export JSON' })).toBeEnabled();
  await expect(page.getByText('The history was saved.')).toHaveCount(0);
  const csvFile = join(app.dataFolder, 'history.csv');
  await chooseFile(app, csvFile);
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await expect(page.getByText('The history was saved.')).toBeVisible();
  const csv = readFileSync(csvFile, 'utf8');
  expect(csv.split('\r\n')).toHaveLength(10);
  expect(csv).toContain('paired');
  expect(csv).toContain(device.serial);
  const jsonFile = join(app.dataFolder, 'history.json');
  await chooseFile(app, jsonFile);
  await page.getByRole('button', { name: 'Export JSON' }).click();
  await expect(page.getByText('The history was saved.')).toBeVisible();
  const json = readFileSync(jsonFile, 'utf8');
  expect(
    historyEntrySchema
      .array()
      .parse(JSON.parse(json))
      .map(({ kind }) => kind),
  ).toEqual([
    'removed',
    'status',
    'root-ca-removed',
    'root-ca-added',
    'renamed',
    'paired',
    'pairing-failed',
    'root-ca-added',
  ]);
  for (const text of [csv, json]) {
    expect(text).not.toMatch(/PRIVATE KEY|BEGIN|-----/);
    expect(text).not.toContain(code);
    expect(text).not.toContain('AAAA1111');
  }
  await chooseFile(app, join(app.dataFolder, 'no such folder', 'history.csv'));
  await page.getByRole('button', { name: 'Export CSV' }).click();
  await expect(errorPanel(page, 'storage-failed')).toBeVisible();
  await expect(page.getByText('The history was saved.')).toHaveCount(0);
  await picture(page, 'history-4-not-saved');
  await expectAccessible(page, 'history-4-not-saved');
});

test('says so when there is nothing to tell', async ({ app, device }) => {
  let page = await app.launch({ flags: [RANGE] });
  await trustRootCa(page, device);
  await app.close();
  rmSync(join(app.dataFolder, 'history'), { recursive: true });
  page = await app.launch({ flags: [RANGE] });
  await openHistory(page);
  await expect(page.getByRole('heading', { level: 2, name: 'Nothing has happened yet' })).toBeVisible();
  await expect(page.getByRole('button', { name: 'Export CSV' })).toHaveCount(0);
});

test('10,000 entries stay usable', async ({ app }) => {
  const folder = join(app.dataFolder, 'history');
  mkdirSync(folder, { recursive: true });
  const start = Date.parse('2026-01-01T08:00:00Z');
  for (let file = 1; file <= 10; file += 1) {
    const lines = Array.from({ length: 1000 }, (_, line) => {
      const number = (file - 1) * 1000 + line + 1;
      const entry: HistoryEntry = {
        at: new Date(start + number * 60_000).toISOString(),
        kind: number % 2 === 0 ? 'status' : 'renamed',
        result: number % 2 === 0 ? 'device-unreachable' : 'ok',
        posId: `Register ${number}`,
        serial: String(1850000000 + number),
        from: number % 2 === 0 ? 'connected' : '',
        to: number % 2 === 0 ? 'unreachable' : 'Bar',
      };
      return `${JSON.stringify(entry)}\n`;
    });
    writeFileSync(join(folder, `history-${String(file).padStart(8, '0')}.jsonl`), lines.join(''));
  }
  const page = await app.launch({ flags: [RANGE] });
  const { root } = await createVendorPki();
  await pasteRootCa(page, root.certificatePem);
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await openHistory(page);
  await expect(page.getByText('10,000 entries', { exact: true })).toBeVisible();
  await expect(sentences(page)).toHaveCount(100);
  await expect(sentences(page).nth(1)).toHaveText('The device of “Register 10000” could not be reached.');
  for (const shown of [200, 300, 400, 500, 600]) {
    await page.getByRole('button', { name: 'Show more' }).click();
    await expect(sentences(page)).toHaveCount(shown);
  }
  await expect(sentences(page).last()).toContainText('“Register 9402”');
  await page.getByRole('searchbox').fill('register 4321');
  await expect(sentences(page)).toHaveText(['“Register 4321” was given the name “Bar”.']);
  await page.getByRole('button', { name: 'Clear search' }).click();
  await expect(sentences(page)).toHaveCount(100);
  await showOnly(page, 'Connection');
  await expect(page.getByText('5,000 matching entries', { exact: true }).first()).toBeVisible();
});
