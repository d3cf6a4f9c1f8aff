import { z } from 'zod';
import { pairingProgressSchema, transportSchema } from '../pairing.ts';
import { rawText } from './text.ts';

/** Raw texts as typed: the main process runs the same validators (shared/inputs.ts) again. */
const pairingRequestSchema = z.object({
  address: rawText,
  transport: transportSchema,
  code: rawText,
  posId: rawText,
  /** The serial number the device must have, or '' to confirm the one it states. */
  serial: rawText,
  /** Who said so: a person, or a search, that is, the network. Only a person's word spares the question. */
  serialSource: z.enum(['typed', 'found']),
  /** The pairing whose credentials are to be replaced, or null for a new one. */
  replaces: z.uuid().nullable(),
  /** With `replaces`: the user confirmed that another device takes the old one's place. */
  allowSwap: z.boolean(),
});
export type PairingRequest = z.infer<typeof pairingRequestSchema>;

export const PAIRING_METHODS = {
  startPairing: { request: pairingRequestSchema, value: z.object({ attemptId: z.uuid() }) },
  answerIdentity: { request: z.object({ attemptId: z.uuid(), accepted: z.boolean() }), value: z.null() },
  /** Leaves the proof that is waited for to the schedule. */
  finishPairingLater: { request: z.object({ attemptId: z.uuid() }), value: z.null() },
  cancelPairing: { request: z.object({ attemptId: z.uuid() }), value: z.null() },
} as const;

export const PAIRING_PUSHES = [
  z.object({ type: z.literal('pairing-progress'), progress: pairingProgressSchema }),
] as const;
