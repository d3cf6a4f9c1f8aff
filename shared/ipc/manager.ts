import { z } from 'zod';
import { managerStateSchema } from '../manager.ts';

/** Raw digits as typed, judged by the core. Secret. */
const pinText = z.string().max(64);
const state = z.object({ manager: managerStateSchema });

/** The manager PIN: what it guards is in docs/manager-pin.md. */
export const MANAGER_METHODS = {
  /** What the PIN guards may be done from now on, until nobody has done so for five minutes. */
  unlockManager: { request: z.object({ pin: pinText }), value: state },
  lockManager: { request: z.null(), value: state },
  /** Only while none is set. */
  setManagerPin: { request: z.object({ pin: pinText }), value: state },
  changeManagerPin: { request: z.object({ oldPin: pinText, newPin: pinText }), value: state },
  /** Turns it off. */
  clearManagerPin: { request: z.object({ pin: pinText }), value: state },
  /** For a forgotten PIN: removes all pairings, then the PIN. */
  resetManagerPin: {
    request: z.object({ confirmed: z.literal(true) }),
    value: state.extend({ removed: z.number().int() }),
  },
} as const;

export const MANAGER_PUSHES = [
  z.object({ type: z.literal('manager-changed'), manager: managerStateSchema }),
] as const;
