import { z } from 'zod';

export const SUPPORT_METHODS = {
  /** Asks where to save a report for support; where it is, or null when the user thought better of it. */
  saveSupportReport: { request: z.null(), value: z.object({ file: z.string().nullable() }) },
} as const;
