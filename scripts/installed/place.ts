import type { SimulatedDevice } from '../../tests/simulator/device.ts';
import type { ThrowAwayRoot } from './root.ts';
import type { DesktopSession } from './session.ts';

export const USER = 'cashier';
/** Beside the program. */
export const RESOURCES = '/opt/POS Pairing/resources';
export const POS_ID = 'Till 7';

/** What every step works with. */
export interface Place {
  readonly root: ThrowAwayRoot;
  readonly session: DesktopSession;
  readonly device: SimulatedDevice;
  readonly deb: string;
  /** Of the program while it runs. */
  pid: number;
}

/** Each step goes on where the one before it stopped. */
export type Steps = Record<string, (place: Place) => Promise<void>>;

export function check(what: string, holds: boolean, detail = ''): void {
  if (!holds) throw new Error(`${what}${detail && `: ${detail}`}`);
}

/** Opens the program's window. */
export async function startProgram(place: Place): Promise<void> {
  place.pid = await place.session.start(['pos-pairing', '--force-renderer-accessibility']);
  // Named after its screen, once there is one.
  await place.session.takeWindow('– POS Pairing');
}

/** Asks the program to end. */
export async function endProgram({ session, pid }: Place): Promise<void> {
  check('It ends when it is asked to', (await session.stop(pid)) === 0);
}
