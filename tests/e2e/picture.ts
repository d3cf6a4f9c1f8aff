import { hostname } from 'node:os';
import type { Page } from '@playwright/test';
import { suggestPosId } from '../../shared/inputs.ts';
import { expect } from './app.ts';

const THEMES = ['light', 'dark'] as const;

/**
 * Puts fixed words in the place of what differs from run to run: addresses, codes, dates, durations, fingerprints.
 * Returns what puts the page back. Runs in the page.
 */
function steady(suggestedPosId: string): () => void {
  const thisYear = new Date().getFullYear();
  const running = /Electron\/([\d.]+)/.exec(navigator.userAgent)?.[1] ?? '';
  const days = [
    'Fri, Jan 9',
    'Sat, Jan 10',
    'Sun, Jan 11',
    'Mon, Jan 12',
    'Tue, Jan 13',
    'Wed, Jan 14',
    'Thu, Jan 15',
  ].values();
  const hex = (groups: string) => groups.replace(/[0-9A-F]{2}/g, 'A7');
  const rules: [RegExp, (...found: string[]) => string][] = [
    [/127\.0\.0\.0\/\d+/g, () => '192.168.178.0/24'],
    [/^test, 14 addresses$/, () => 'Wi-Fi, 254 addresses'],
    [/^14 addresses/, () => '254 addresses'],
    [/\b192\.168\.1\.2:\d+/g, () => '192.168.178.60:8443'],
    [/\b([Pp]ort) \d{5}\b/g, (_, port) => `${port} 8443`],
    [/\/\S*\/pos-pairing-e2e-\w+(?![\w/-])/g, () => '/home/till/.config/POS Pairing'],
    // The licences are those of the Electron that ships; the tests may run in another one.
    [/Electron 4\d\.[\d.]+/g, () => `Electron ${running}`],
    [/^[A-Z][a-z]{2}, [A-Z][a-z]{2} \d{1,2}$/g, () => days.next().value ?? ''],
    [/\bfor \d+(\.\d+)? (ms|sec)\b/g, () => 'for 40 sec'],
    [/\bLongest: \d+(\.\d+)? (ms|sec)\b/g, () => 'Longest: 40 sec'],
    [/ws:\/\/127\.0\.0\.1:\d+/g, () => 'ws://127.0.0.1:8787'],
    [/(?<!ws:\/\/)127\.0\.0\.(\d+):\d+/g, (_, last) => `192.168.178.${66 + Number(last)}:8443`],
    [/(?<!ws:\/\/)127\.0\.0\.(\d+)/g, (_, last) => `192.168.178.${66 + Number(last)}`],
    [
      /[A-Z][a-z]{2} \d{1,2}, (\d{4})(, \d{1,2}:\d{2}\s[AP]M)?/g,
      (_, year, time) => `Jan 15, ${2026 + Number(year) - thisYear}${time ? ', 10:24 AM' : ''}`,
    ],
    [/\b\d{4}-\d\d-\d\dT[\d:.]+Z/g, () => '2026-01-15T10:24:00.000Z'],
    [/\b\d+(\.\d+)? (ms|sec)\b/g, () => '24 ms'],
    [/\b\d{1,2}:\d{2}:\d{2}\s[AP]M\b/g, () => '10:24:31 AM'],
    [/\b[0-5]:[0-5]\d\b/g, () => '4:32'],
    [/^[0-9A-F]{2}([: ][0-9A-F]{2})+$/g, hex],
    [/\b[0-9A-F]{16,}\b/g, hex],
    [/Linux [\w.-]+, \w+/g, () => 'Linux 6.12, x64'],
    [/^([a-z2-9]{4}-){4}[a-z2-9]{4}$/g, () => 'k7mf-2xqa-9tcw-hd4u-p3ze'],
    [/(?:[A-Z]:)?[\\/][^\s(]*pos-pairing-e2e-\w+[\\/]/g, () => '/home/till/Documents/'],
    [/(?<=the user )\S+(?= of this computer)/g, () => 'till'],
    [/\.damaged-\d+/g, () => '.damaged-1768472640000'],
  ];
  const fixed = (text: string) => rules.reduce((now, [pattern, words]) => now.replace(pattern, words), text);
  const isBridge = document.querySelector('.bridge-status') !== null;
  const undo: (() => void)[] = [];

  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = texts.nextNode(); node; node = texts.nextNode()) {
    const before = node.nodeValue ?? '';
    const after = fixed(before);
    if (after === before) continue;
    const changed = node;
    changed.nodeValue = after;
    undo.push(() => {
      if (changed.nodeValue === after) changed.nodeValue = before;
    });
  }
  for (const input of document.querySelectorAll('input')) {
    const before = input.value;
    const isCode = input.matches('.code-input') && before.length === 8;
    const isMachine = before === suggestedPosId;
    const after = isCode
      ? '8QW1YS1D'
      : isMachine
        ? '7'
        : fixed(before).replace(/^\d{5}$/, isBridge ? '8787' : '8443');
    if (after === before || input.type !== 'text') continue;
    input.value = after;
    undo.push(() => {
      input.value = before;
    });
  }
  return () => {
    for (const back of undo) back();
  };
}

const TAKEN_WITH = ' Chrome/130.';

/**
 * The picture of a screen in light and dark, for README and guide; also compared with the one from the last time, so
 * that a screen does not change unseen. `npm run pictures` takes them anew. Only Linux has the fonts they were taken
 * with, and only that Chromium draws them to the pixel.
 */
export async function picture(page: Page, name: string): Promise<void> {
  if (process.platform !== 'linux') return;
  if (!(await page.evaluate(() => navigator.userAgent)).includes(TAKEN_WITH)) return;
  const restore = await page.evaluateHandle(steady, suggestPosId(hostname()));
  for (const colorScheme of THEMES) {
    await page.emulateMedia({ colorScheme });
    await expect.soft(page).toHaveScreenshot([colorScheme, `${name}.png`], { maxDiffPixelRatio: 0.01 });
  }
  await page.emulateMedia({ colorScheme: null });
  await restore.evaluate((putBack) => putBack());
  await restore.dispose();
}
