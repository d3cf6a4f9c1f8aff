import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { extractFile, listPackage } from '@electron/asar';

/** What the build made, and the tests of the app have run. */
const BUILT = 'out';
const MAIN = /^out\/main\/.*\.js$/;
const PRELOAD = 'out/preload/preload.cjs';
const INDEX = 'out/renderer/index.html';

/**
 * By these a window would be less confined, or a page would reach the system: Electron's security checklist 2 to 12, 15
 * and 18. As they stand after the build, which writes `!0` for true.
 */
const UNWANTED_IN_MAIN: readonly RegExp[] = [
  /\bnodeIntegration\w*\s*:\s*(!0|true)/,
  /\b(sandbox|contextIsolation|webSecurity)\s*:\s*(!1|false)/,
  /\bwebviewTag\s*:\s*(!0|true)/,
  /\b(allowRunningInsecureContent|experimentalFeatures|enableBlinkFeatures|allowpopups)\b/,
  /\bopenExternal\b/,
  /\bloadURL\(\s*[`'"](http|ws|ftp|file):/,
];

/** All that the preload script needs of Electron; what a page is given is looked at in the app. */
const PRELOAD_NEEDS = new Set(['electron']);

const textOf = (asar: string, file: string): string => extractFile(asar, file).toString('utf8');

/** What of an app's archive is not what was built and tested, one sentence each. */
export function strayFaults(asar: string, built = BUILT): string[] {
  return filesIn(asar)
    .filter((file) => file.startsWith('out/'))
    .flatMap((file) => {
      const original = join(built, file.slice('out/'.length));
      if (!existsSync(original)) return [`${file} was not built.`];
      if (statSync(original).isDirectory()) return [];
      return extractFile(asar, file).equals(readFileSync(original)) ? [] : [`${file} is not what was built.`];
    });
}

/** What in an app's archive goes against Electron's security checklist, one sentence each. */
export function checklistFaults(asar: string): string[] {
  const files = filesIn(asar);
  const faults = files
    .filter((file) => MAIN.test(file))
    .flatMap((file) => {
      const text = textOf(asar, file);
      return UNWANTED_IN_MAIN.flatMap((unwanted) => {
        const found = unwanted.exec(text)?.[0];
        return found === undefined ? [] : [`${file} has ${found}.`];
      });
    });
  if (files.includes(PRELOAD)) {
    for (const [, needed = ''] of textOf(asar, PRELOAD).matchAll(/\brequire\(\s*[`'"]([^`'"]+)/g))
      if (!PRELOAD_NEEDS.has(needed)) faults.push(`${PRELOAD} needs ${needed}.`);
  }
  if (files.includes(INDEX)) {
    for (const [, url = ''] of textOf(asar, INDEX).matchAll(/\b(?:src|href)\s*=\s*["']?([^"'\s>]+)/g))
      if (!url.startsWith('./')) faults.push(`${INDEX} loads ${url}.`);
  }
  return faults;
}

/** Files and folders, with `/` and without one in front. */
const filesIn = (asar: string): string[] =>
  listPackage(asar, { isPack: false }).map((file) => file.replaceAll('\\', '/').replace(/^\//, ''));
