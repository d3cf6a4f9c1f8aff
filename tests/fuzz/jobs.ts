import { z } from 'zod';

/** How cases are made: by fast-check's generators, or by what the code does with the cases before. */
export const MANNERS = ['generated', 'guided'] as const;
export type Manner = (typeof MANNERS)[number];

export const jobSchema = z.object({
  target: z.string(),
  manner: z.enum(MANNERS),
  seed: z.number().int(),
  cases: z.number().int(),
  /** Cases that are not run again. */
  from: z.number().int(),
});
export type Job = z.infer<typeof jobSchema>;

export const orderSchema = z.object({
  /** Made by material.ts, as JSON in this file. */
  material: z.string(),
  jobs: z.array(jobSchema),
  /** Milliseconds that one case may take. */
  limitMs: z.number(),
  /** Where each input is written to before it is tried: for the one that ends the process, or never ends. */
  trace: z.string().nullable(),
});
export type Order = z.infer<typeof orderSchema>;

export const findingSchema = z.object({
  target: z.string(),
  manner: z.enum(MANNERS),
  /** What went wrong, with where. */
  what: z.string(),
  /** The input, as source text. */
  input: z.string(),
  /** How fast-check finds it again. */
  again: z.string(),
});
export type FuzzFinding = z.infer<typeof findingSchema>;

/** What a worker says to the one that has started it. */
export const saidSchema = z.discriminatedUnion('kind', [
  /** These cases come next. */
  z.object({ kind: z.literal('next'), job: z.number().int(), from: z.number().int() }),
  z.object({ kind: z.literal('finding'), finding: findingSchema }),
  z.object({
    kind: z.literal('done'),
    job: z.number().int(),
    cases: z.number().int(),
    ms: z.number(),
    /** How many cases ended how. */
    endings: z.record(z.string(), z.number()),
    /** What those must be among. */
    reaches: z.array(z.string()),
    branches: z.object({ taken: z.number(), bySeeds: z.number(), kept: z.number() }).optional(),
  }),
]);
export type Said = z.infer<typeof saidSchema>;
