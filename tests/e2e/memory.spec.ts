import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { TRANSPORTS } from '../../shared/inputs.ts';
import type { FoundInMemory } from '../support/process-memory.ts';
import { mayRead, searchMemory } from '../support/process-memory.ts';
import { TraceFinder, tracesOfKey, tracesOfText } from '../support/traces.ts';
import { expect, type RunningApp, test } from './app.ts';
import { firstPairing } from './state.ts';
import { trustRootCa } from './steps.ts';

const POS_ID = 'Bar 2';
const KEY_HEADER = 'PRIVATE KEY-----';
/** A page of memory that held a string may be given back a little later than the string was collected. */
const MOST_COLLECTIONS = 8;

/** All that is reachable in the main process, as one text. */
async function mainHeap(app: RunningApp): Promise<string> {
  const file = join(app.dataFolder, 'main.heapsnapshot');
  await app.electron.evaluate((_electron, path) => {
    process.getBuiltinModule('node:v8').writeHeapSnapshot(path);
  }, file);
  return readFileSync(file, 'latin1');
}

/** All that is reachable in the page, as one text. */
async function pageHeap(page: Page): Promise<string> {
  const client = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  client.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  await client.detach();
  return chunks.join('');
}

const collectGarbage = (app: RunningApp) =>
  app.electron.evaluate(async () => {
    process.getBuiltinModule('node:v8').setFlagsFromString('--expose-gc');
    const gc = process.getBuiltinModule('node:vm').runInNewContext('gc') as NodeJS.GCFunction;
    gc({ execution: 'sync', flavor: 'last-resort', type: 'major' });
    await new Promise((resolve) => setTimeout(resolve, 100));
  });

const mainProcess = (app: RunningApp): number => {
  const { pid } = app.electron.process();
  if (pid === undefined) throw new Error('The app does not run.');
  return pid;
};

/** Of all other processes of the app. */
const otherProcesses = (app: RunningApp): Promise<number[]> =>
  app.electron.evaluate(({ app: { getAppMetrics } }) =>
    getAppMetrics()
      .map(({ pid }) => pid)
      .filter((pid) => pid !== process.pid),
  );

/**
 * Of the text that is sealed: Electron's safeStorage takes and gives it by way of strings of its own, which it frees
 * without wiping them. The line breaks within it are those of JSON.
 */
const isOfSealedText = ({ around }: FoundInMemory) => /[A-Za-z0-9+/]\\n[A-Za-z0-9+/]/.test(around);

const named = (found: readonly FoundInMemory[]) => [...new Set(found.map(({ name }) => name))];

for (const transport of TRANSPORTS) {
  test(`after a pairing over ${transport} neither heap has its code or key, nor has memory what can be wiped`, async ({
    app,
    device,
  }) => {
    test.setTimeout(240_000);
    const page = await app.launch();
    await trustRootCa(page, device);
    const { code } = device;
    await page.getByLabel('Device address').fill(device.addresses[transport]);
    // Typed as staff do it: filling in would leave a copy of the test's own in the page.
    await page.getByLabel('Connection code').focus();
    await page.keyboard.type(code);
    await page.getByLabel('POS ID').fill(POS_ID);
    await page.getByRole('button', { name: 'Pair', exact: true }).click();
    await page.getByRole('button', { name: 'Yes, this is the device' }).click();
    await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
    await page.getByRole('button', { name: 'Done' }).click();
    // The key was received; now it is read from the vault, and used again.
    const { id } = await firstPairing(page);
    const tested = await page.evaluate((pairingId) => window.pos.call('fullTest', { pairingId }), id);
    expect(tested).toMatchObject({ ok: true, value: { proved: true, lastCheck: { depth: 'full' } } });

    expect(device.deliveredKeyPems.length).toBe(1);
    const key = new TraceFinder(device.deliveredKeyPems.flatMap(tracesOfKey));
    for (const heap of [await mainHeap(app), await pageHeap(page)]) {
      expect(heap.includes(POS_ID)).toBe(true);
      expect(heap.includes(KEY_HEADER)).toBe(false);
      expect(key.namesIn(heap)).toEqual([]);
      expect(heap.includes(code)).toBe(false);
    }

    const main = mainProcess(app);
    const searchesMemory = process.platform === 'linux' && mayRead(main);
    if (searchesMemory) {
      const secrets = new TraceFinder([
        ...tracesOfText('code', code),
        ...device.deliveredKeyPems.flatMap(tracesOfKey),
      ]);
      let found = searchMemory(main, secrets);
      // What the processes of the app tell each other goes through memory they share; Chromium does not wipe it.
      const own = () => found.filter((each) => !each.shared && !isOfSealedText(each));
      for (let times = 0; own().length > 0 && times < MOST_COLLECTIONS; times += 1) {
        await collectGarbage(app);
        found = searchMemory(main, secrets);
      }
      expect(named(own())).toEqual([]);
      // The key was never told to anybody, not even for a moment.
      const told = named(found.filter(({ shared }) => shared));
      expect(told.filter((name) => !name.startsWith('code'))).toEqual([]);
      for (const pid of (await otherProcesses(app)).filter(mayRead))
        expect(named(searchMemory(pid, key))).toEqual([]);
    }

    // So that what was searched could have failed.
    const kept = { code: `my ${code}`, pem: device.deliveredKeyPems[0] ?? '' };
    await app.electron.evaluate((_electron, { code, pem }) => {
      Object.assign(globalThis, { keptCode: code, keptKey: { pem, bytes: Buffer.from(pem) } });
    }, kept);
    const heap = await mainHeap(app);
    expect([heap.includes(code), heap.includes(KEY_HEADER)]).toEqual([true, true]);
    expect(key.namesIn(heap)).not.toEqual([]);
    if (searchesMemory) expect(named(searchMemory(main, key))).not.toEqual([]);
  });
}
