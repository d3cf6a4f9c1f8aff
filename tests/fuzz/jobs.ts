import { z } from 'zod';

/** How cases are made: by fast-check's generators, or by what the code did with the cases before. */
const MANNERS = ['generated', 'guided'] as const;
export type Manner = (typeof MANNERS)[number];

/** What one process has to do. */
export const orderSchema = z.object({
  /** Made by material.ts, as JSON in this file. */
  material: z.string(),
  manner: z.enum(MANNERS),
  seed: z.number().int(),
  /** Of all targets, in both manners; each target has its share. */
  cases: z.number().int(),
  /** How much of them this process takes, from 0 to 1. */
  part: z.number(),
  /** Names of targets, or null for all. */
  only: z.array(z.string()).nullable(),
  /** Milliseconds of work that one case may take. */
  limitMs: z.number(),
  /** Where to begin, for what is left after a crash. */
  start: z.object({ job: z.number().int(), from: z.number().int() }),
  /** How many jobs; null: all that are left. */
  jobs: z.number().int().nullable(),
  /** Where each input is written to before it is tried: for the one that ends the process, or never ends. */
  trace: z.string().nullable(),
});
export type Order = z.infer<typeof orderSchema>;

const findingSchema = z.object({
  target: z.string(),
  manner: z.enum(MANNERS),
  /** What went wrong, with where. */
  what: z.string(),
  /** The input, as source text. */
  input: z.string(),
  /** How it is found again. */
  again: z.string(),
});
export type FuzzFinding = z.infer<typeof findingSchema>;

const doneSchema = z.object({
  kind: z.literal('done'),
  job: z.number().int(),
  target: z.string(),
  about: z.string(),
  cases: z.number().int(),
  ms: z.number(),
  /** How many cases ended how. */
  endings: z.record(z.string(), z.number()),
  /** Endings that must be among them. */
  reaches: z.array(z.string()),
  branches: z.object({ taken: z.number(), bySeeds: z.number(), kept: z.number() }).optional(),
});
export type Done = z.infer<typeof doneSchema>;

/** What a worker says to the one that has started it. */
export const saidSchema = z.discriminatedUnion('kind', [
  /** These cases come next. */
  z.object({ kind: z.literal('next'), job: z.number().int(), target: z.string(), from: z.number().int() }),
  z.object({ kind: z.literal('finding'), finding: findingSchema }),
  doneSchema,
]);
export type Said = z.infer<typeof saidSchema>;
