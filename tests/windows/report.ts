import { z } from 'zod';

/** A line of the report: one for each case, and one at the end, without which the run broke off. */
export const reportLineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('case'),
    group: z.string(),
    name: z.string(),
    result: z.enum(['passed', 'failed', 'skipped']),
    /** Milliseconds. */
    tookMs: z.number(),
    /** Why it failed or was skipped. */
    why: z.string().optional(),
  }),
  z.object({ kind: z.literal('end'), node: z.string(), platform: z.string() }),
]);
export type ReportLine = z.infer<typeof reportLineSchema>;
