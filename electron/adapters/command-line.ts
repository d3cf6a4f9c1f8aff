import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { app } from 'electron';
import type { AppState } from '../../shared/ipc/app.ts';
import { IS_PACKAGED } from './packaged.ts';
import { refusedAmong } from './refused-switches.ts';

/**
 * The app's own switches. Read from `process.argv`: `app.commandLine` is for Chromium's, and turns what it is given
 * to lower case since Electron 36.
 */
const { values: own } = parseArgs({
  args: process.argv.slice(1),
  options: {
    'user-data-dir': { type: 'string' },
    'offer-address': { type: 'string' },
    'offer-root-ca': { type: 'string' },
    'search-range': { type: 'string' },
    'pseudo-locale': { type: 'boolean' },
    // Read by autostart.ts.
    hidden: { type: 'boolean' },
    'policy-file': { type: 'string' },
    account: { type: 'string' },
    'update-feed': { type: 'string' },
    'update-key': { type: 'string' },
  },
  // Chromium's switches and the path of the app stand between them.
  strict: false,
  allowPositionals: true,
});

/** The text given with a switch; undefined without the switch or without a text. */
const textOf = (value: string | boolean | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/**
 * The first switch that an installed app does not run with, if any. Taking it away would come too late; the app has
 * to end. Only in a development build is any allowed.
 */
export const refusedSwitch = (): string | undefined =>
  refusedAmong(IS_PACKAGED, (name) => app.commandLine.hasSwitch(name));

/** `--user-data-dir=DIR` moves all of the app's data. */
export function requestedDataFolder(): string | undefined {
  const directory = textOf(own['user-data-dir']);
  return directory && resolve(directory);
}

/**
 * Values a demo offers: `--offer-address=TEXT --offer-root-ca=FILE`. A packaged app ignores them: nobody but the
 * user may suggest what to trust.
 */
export function readOffer(): AppState['offered'] {
  const address = textOf(own['offer-address']);
  const rootCa = textOf(own['offer-root-ca']);
  if (IS_PACKAGED || !address || !rootCa) return null;
  return { address, rootCaPem: readFileSync(rootCa, 'utf8') };
}

/** `--pseudo-locale` shows longer texts with accents, for tests of the layout. */
export const wantsPseudoLocale = (): boolean => !IS_PACKAGED && own['pseudo-locale'] === true;

/** `--search-range=CIDR` stands for this computer's own subnets in a development build. */
export const testSearchRange = (): string | undefined =>
  IS_PACKAGED ? undefined : textOf(own['search-range']);

/** `--update-feed=URL --update-key=FILE` stand for those of a build in a development build. */
export function testUpdates(): { readonly keyFile: string; readonly feed: string | null } | undefined {
  const keyFile = textOf(own['update-key']);
  if (IS_PACKAGED || !keyFile) return undefined;
  return { keyFile: resolve(keyFile), feed: textOf(own['update-feed']) ?? null };
}

/** `--policy-file=FILE` stands for that of the computer in a development build. */
export function testPolicyFile(): string | undefined {
  const file = textOf(own['policy-file']);
  return IS_PACKAGED || !file ? undefined : resolve(file);
}

/** `--account=JSON` stands for the account of this computer in a development build: `user`, `domain`, `computer`. */
export const testAccount = (): string | undefined => (IS_PACKAGED ? undefined : textOf(own.account));
