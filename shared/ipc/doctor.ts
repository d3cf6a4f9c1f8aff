import { z } from 'zod';
import { doctorProgressSchema } from '../doctor.ts';
import { pairingRecordSchema } from '../pairing.ts';
import { rawText } from './text.ts';

/** What is to be tested: a paired device, or what has been entered of one that is not paired yet. */
const doctorRequestSchema = z.discriminatedUnion('of', [
  z.object({
    of: z.literal('pairing'),
    pairingId: z.uuid(),
    /** Whether the channel may be taken from the POS software for a second. */
    takeChannel: z.boolean(),
  }),
  z.object({ of: z.literal('address'), address: rawText, serial: rawText }),
]);
export type DoctorRequest = z.infer<typeof doctorRequestSchema>;

export const DOCTOR_METHODS = {
  /** One run at a time: another one ends the one before. */
  startDoctor: { request: doctorRequestSchema, value: z.object({ runId: z.uuid() }) },
  cancelDoctor: { request: z.object({ runId: z.uuid() }), value: z.null() },
  /** Asks the payment app again whether it answers, over the device's channel, for three seconds at most. */
  askReadiness: { request: z.object({ pairingId: z.uuid() }), value: pairingRecordSchema },
} as const;

export const DOCTOR_PUSHES = [
  z.object({ type: z.literal('doctor-progress'), progress: doctorProgressSchema }),
] as const;
