import { z } from 'zod';
import { appErrorSchema } from '../errors.ts';
import { HISTORY_KINDS, historyEntrySchema } from '../history.ts';
import { timelineSchema } from '../timeline.ts';

export const HISTORY_METHODS = {
  /** Newest first. `pairingId` narrows it to one pairing, `text` to entries that contain it. */
  readHistory: {
    request: z.object({
      text: z.string().max(200),
      kinds: z.array(z.enum(HISTORY_KINDS)),
      pairingId: z.uuid().nullable(),
      offset: z.number().int().min(0),
      limit: z.number().int().min(1).max(500),
    }),
    value: z.object({
      entries: z.array(historyEntrySchema),
      total: z.number().int(),
      /** Why the newest entries could not be saved, or null. */
      problem: appErrorSchema.nullable(),
    }),
  },
  /** The last days of one pairing: when its device answered, and how fast. */
  readTimeline: { request: z.object({ pairingId: z.uuid() }), value: timelineSchema },
  /** Asks where to save the whole history; false when the user thought better of it. */
  exportHistory: {
    request: z.object({ format: z.enum(['csv', 'json']) }),
    value: z.object({ saved: z.boolean() }),
  },
} as const;

export const HISTORY_PUSHES = [z.object({ type: z.literal('history-changed') })] as const;
