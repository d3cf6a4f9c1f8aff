/** Times a search in the real app, from the press of its button until the first device can be seen. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Page } from '@playwright/test';
import { build } from '../build.ts';
import { ensureSystemPackages, enterDesktopSession } from '../desktop-session.ts';
import { ensureElectron } from '../electron-runtime/ensure.ts';
import { launchForPlaywright } from '../launch.ts';
import { type Figure, report } from './document.ts';
import { DEVICES, makeFindNetwork, requireTools, SILENT, typescript } from './find-network.ts';
import { insideNamespace } from './namespaces.ts';
import { sampleOf } from './sample.ts';

/** Starts of the app; in each one search is its first, and another one follows. */
const ROUNDS = 20;
/** Chromium writes its caches of compiled code some time after a start, and uses them from the next one on. */
const WARM_UP = 3;
const SETTLE_MS = 2_500;
/** Nobody has read the screen and found its button sooner; the app is at rest by then. */
const LOOK_MS = 1_500;
const GOAL_MS = 150;
/** The Root CA of the devices, set where their network is: Playwright must be there too, not the app alone. */
const INSIDE = 'POS_PAIRING_BENCH_ROOT_CA';

/** Runs this benchmark again in the network with the devices. Resolves with its exit status. */
async function runInside(): Promise<number> {
  requireTools();
  // What has to be downloaded is: nothing leads out of that network.
  ensureSystemPackages();
  const { executable } = await ensureElectron();
  ensureSystemPackages(executable);
  build();
  const { near, rootCaPem, running } = await makeFindNetwork();
  const [command, args] = insideNamespace(near, ...typescript('first-found.bench.ts'));
  const child = spawn(command, args, { stdio: 'inherit', env: { ...process.env, [INSIDE]: rootCaPem } });
  running.add(child);
  const [status]: unknown[] = await once(child, 'exit');
  return Number(status ?? 1);
}

const button = (page: Page, name: string) => page.getByRole('button', { name, exact: true });

async function trust(page: Page, rootCaPem: string): Promise<void> {
  await button(page, 'Paste certificate').click();
  await page.getByRole('textbox', { name: 'Certificate text' }).fill(rootCaPem);
  await button(page, 'Read certificate').click();
  await button(page, 'Trust this certificate').click();
}

/**
 * Milliseconds from the next click until a device has been painted that was not there before: the second frame begins
 * once the first one, which has it, was handed over. Runs in the page.
 */
const firstShown = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const before = new Set(document.querySelectorAll('.found-device'));
    let clickedAt = Number.NaN;
    addEventListener('click', ({ timeStamp }) => (clickedAt = timeStamp), { capture: true, once: true });
    new MutationObserver((_, observer) => {
      const [first] = document.querySelectorAll('.found-device');
      if (!first || before.has(first)) return;
      observer.disconnect();
      requestAnimationFrame(() =>
        requestAnimationFrame(() => {
          const { top, bottom } = first.getBoundingClientRect();
          if (top < 0 || bottom > innerHeight) reject(new Error('The first device is out of sight.'));
          else resolve(performance.now() - clickedAt);
        }),
      );
    }).observe(document, { childList: true, subtree: true });
  });

async function search(page: Page): Promise<number> {
  const start = button(page, 'Start the search');
  await start.waitFor();
  // So that each search begins alike.
  execFileSync('ip', ['neighbour', 'flush', 'all', 'nud', 'all'], { stdio: 'ignore' });
  const [ms] = await Promise.all([page.evaluate(firstShown), start.click()]);
  await button(page, 'Cancel').click();
  await start.waitFor();
  return ms;
}

async function measure(rootCaPem: string) {
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-bench-'));
  const times = { first: [] as number[], next: [] as number[] };
  try {
    for (let round = 1 - WARM_UP; round <= ROUNDS; round += 1) {
      const app = await launchForPlaywright([`--user-data-dir=${folder}`]);
      const page = await app.firstWindow();
      if (round === 1 - WARM_UP) await trust(page, rootCaPem);
      await page.getByRole('link', { name: 'Find devices' }).click();
      await page.waitForTimeout(LOOK_MS);
      const [first, next] = [await search(page), await search(page)];
      if (round < 1) await page.waitForTimeout(SETTLE_MS);
      await app.close();
      if (round < 1) continue;
      times.first.push(first);
      times.next.push(next);
      console.log(`round ${round}: ${first.toFixed(0)} ms, then ${next.toFixed(0)} ms`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return times;
}

const rootCaPem = process.env[INSIDE];
if (rootCaPem === undefined) process.exit(await runInside());
enterDesktopSession();
const { executable } = await ensureElectron();
const times = await measure(rootCaPem);
const figure = (name: string, what: string, values: readonly number[]): Figure => {
  const ours = sampleOf(values);
  return { name, what, unit: 'ms', ours, value: ours.median, goal: { atMost: GOAL_MS } };
};
report(
  'first-found',
  'First device on the screen',
  `The app itself in the subnet of “Find devices”, in which ${SILENT} addresses do not answer and ${DEVICES.length} simulated devices do: from the click on “Start the search”, by the clock of the page, until the frame after the one that has the first device. The app is started ${ROUNDS} times and searches twice each time, first ${LOOK_MS / 1000} s after the screen was opened; a search is cancelled once it has shown a device. The kernel’s list of neighbours is emptied before each.`,
  [
    figure('search/first-shown', 'Milliseconds until the first device is on the screen', times.next),
    figure(
      'search/first-shown-at-start',
      'Milliseconds until the first device is on the screen, first search after a start',
      times.first,
    ),
  ],
  dirname(executable),
);
process.exit();
