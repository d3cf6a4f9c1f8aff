import type { Page } from '@playwright/test';
import type { AppState } from '../../shared/ipc/app.ts';
import type { PairingRecord } from '../../shared/pairing.ts';

/** What the main process tells a page that starts. */
export async function stateOf(page: Page): Promise<AppState> {
  const state = await page.evaluate(() => window.pos.call('getState', null));
  if (!state.ok) throw new Error(`The app tells no state: ${state.error.code}`);
  return JSON.parse(state.value) as AppState;
}

/** The oldest pairing. */
export async function firstPairing(page: Page): Promise<PairingRecord> {
  const [pairing] = (await stateOf(page)).pairings;
  if (!pairing) throw new Error('Nothing is paired.');
  return pairing;
}
