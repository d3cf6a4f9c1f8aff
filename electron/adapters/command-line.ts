import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { app } from 'electron';
import type { AppState } from '../../shared/ipc/app.ts';
import type { SearchRange } from '../../shared/search.ts';
import { hostsIn, localRanges } from '../core/discovery/ranges.ts';

/** By these another program could drive the page, read what is typed, or weaken its sandbox. */
const DEBUGGING = ['remote-debugging-port', 'remote-debugging-pipe', 'remote-allow-origins', 'no-sandbox'];

/**
 * An installed app does not run for a debugger. It ends, since taking the switch away would come too late. Must run
 * before the app is ready.
 */
export function refuseDebugging(): void {
  if (app.isPackaged && DEBUGGING.some((name) => app.commandLine.hasSwitch(name))) app.exit(1);
}

/** `--user-data-dir=DIR` moves all of the app's data. */
export function applyUserDataDir(): void {
  const directory = app.commandLine.getSwitchValue('user-data-dir');
  if (directory) app.setPath('userData', resolve(directory));
}

/**
 * Values a demo offers: `--offer-address=TEXT --offer-root-ca=FILE`. A packaged app ignores them: nobody but the
 * user may suggest what to trust.
 */
export function readOffer(): AppState['offered'] {
  const address = app.commandLine.getSwitchValue('offer-address');
  const rootCa = app.commandLine.getSwitchValue('offer-root-ca');
  if (app.isPackaged || !address || !rootCa) return null;
  return { address, rootCaPem: readFileSync(rootCa, 'utf8') };
}

/** `--pseudo-locale` shows longer texts with accents, for tests of the layout. */
export const wantsPseudoLocale = (): boolean => !app.isPackaged && app.commandLine.hasSwitch('pseudo-locale');

/**
 * This computer's own subnets, or what `--search-range=CIDR` names in their place, such as a loopback one. For tests
 * only, as above: they must not reach out into the network they happen to run in.
 */
export function readSearchRanges(): SearchRange[] {
  const cidr = app.commandLine.getSwitchValue('search-range');
  if (app.isPackaged || !cidr) return localRanges();
  return [{ cidr, interfaceName: 'test', hostCount: hostsIn(cidr).length }];
}
