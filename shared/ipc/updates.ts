import { z } from 'zod';
import { updatesViewSchema } from '../updates.ts';

export const UPDATE_METHODS = {
  /** Asks the feed now, and fetches what is newer as soon as nothing stands in the way; its course is pushed. */
  lookForUpdate: { request: z.null(), value: z.object({ updates: updatesViewSchema }) },
  /** Ends the app and installs what is ready. */
  installUpdate: { request: z.null(), value: z.null() },
} as const;

export const UPDATE_PUSHES = [
  z.object({ type: z.literal('updates-changed'), updates: updatesViewSchema.nullable() }),
] as const;
