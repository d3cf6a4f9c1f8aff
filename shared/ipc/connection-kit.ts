import { z } from 'zod';
import { kitFormatSchema, kitOutcomeSchema, kitPasswordSchema, kitPlanSchema } from '../connection-kit.ts';

/** The connection kit: a pairing handed over to POS software. */
export const CONNECTION_KIT_METHODS = {
  /** What an export would write, to be shown before it is asked for. */
  planKit: { request: z.object({ pairingId: z.uuid(), format: kitFormatSchema }), value: kitPlanSchema },
  /** Asks for a folder and writes the kit. A generated password is in the answer, and nowhere else. */
  exportKit: {
    request: z.object({ pairingId: z.uuid(), format: kitFormatSchema, password: kitPasswordSchema }),
    value: kitOutcomeSchema,
  },
} as const;
