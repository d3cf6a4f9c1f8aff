import { z } from 'zod';
import { bridgeViewSchema } from '../bridge.ts';
import { rawText } from './text.ts';

/** A token, when one was just made: shown once and kept by nobody. */
const freshToken = z.string().max(100);

/** The bridge between a till on this computer and a paired device. */
export const BRIDGE_METHODS = {
  readBridge: {
    request: z.object({ pairingId: z.uuid() }),
    /** `startsWithComputer`: null where that cannot be arranged. */
    value: z.object({ view: bridgeViewSchema, startsWithComputer: z.boolean().nullable() }),
  },
  configureBridge: {
    request: z.object({
      pairingId: z.uuid(),
      on: z.boolean(),
      port: rawText,
      origins: z.string().max(8000),
      messageLimitKib: rawText,
    }),
    value: z.object({ view: bridgeViewSchema, token: freshToken.nullable() }),
  },
  replaceBridgeToken: {
    request: z.object({ pairingId: z.uuid() }),
    value: z.object({ view: bridgeViewSchema, token: freshToken }),
  },
  setStartsWithComputer: { request: z.object({ on: z.boolean() }), value: z.null() },
} as const;

export const BRIDGE_PUSHES = [
  z.object({ type: z.literal('bridge-changed'), pairingId: z.uuid(), view: bridgeViewSchema }),
] as const;
