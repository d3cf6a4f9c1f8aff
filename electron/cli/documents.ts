import { z } from 'zod';
import { kitFormatSchema } from '../../shared/connection-kit.ts';
import { doctorProgressSchema } from '../../shared/doctor.ts';
import { ERROR_CODES, stageSchema } from '../../shared/errors.ts';
import { historyEntrySchema } from '../../shared/history.ts';
import { searchProgressSchema } from '../../shared/search.ts';
import { pairingStatusSchema } from '../../shared/status.ts';
import type { CommandName } from './command-specs.ts';
import { CLI_ERRORS, type CliErrorCode } from './exit-codes.ts';

const isoTime = z.iso.datetime();
/** SHA-256 over the DER form, upper-case hex pairs joined by colons. */
const fingerprint = z.string().regex(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);

const cliErrorCodes = Object.keys(CLI_ERRORS) as [CliErrorCode, ...CliErrorCode[]];

const problemSchema = z.object({
  /** Of the error catalogue (docs/errors.md), or one that only the command line has. */
  code: z.enum([...ERROR_CODES, ...cliErrorCodes]),
  /** What support asks for; left out for an error that only the command line has. */
  number: z.number().int().optional(),
  /** In a pairing: the stage that failed. */
  stage: stageSchema.optional(),
  /** English. */
  message: z.string(),
  /** For support: English, redacted. */
  detail: z.string(),
});
export type Problem = z.infer<typeof problemSchema>;

/** One pairing. */
const pairingItemSchema = z.object({
  id: z.uuid(),
  posId: z.string(),
  name: z.string(),
  /** '' for a device without one. */
  serial: z.string(),
  /** `host:port`. */
  address: z.string(),
  state: pairingStatusSchema.shape.state,
  /** Of the operating system, whose keys they are; null when an older version has stored them. */
  account: z.string().nullable(),
  /** When the register's own certificate ends. */
  validTo: isoTime,
  lastCheck: z
    .object({ at: isoTime, result: z.enum(['mtls', 'tls-only', 'in-use', 'unclear', 'failed']) })
    .nullable(),
  /** What is wrong, if anything is. */
  problem: problemSchema.nullable(),
});
export type PairingItem = z.infer<typeof pairingItemSchema>;

/** What each command prints with `--json`: one document, or for `bridge` one a line. */
export const DOCUMENTS = {
  pair: pairingItemSchema.extend({ outcome: z.enum(['paired', 'waiting']) }),
  status: z.array(pairingItemSchema),
  check: z.array(pairingItemSchema),
  doctor: doctorProgressSchema
    .omit({ runId: true })
    .extend({ result: z.enum(['ok', 'warning', 'failed', 'partly']) }),
  find: z.object({
    ranges: z.array(z.string()),
    found: z.array(
      z.object({
        address: z.string(),
        serial: z.string(),
        /** Fingerprint of its Root CA. */
        rootCa: fingerprint,
        responseMs: searchProgressSchema.shape.found.element.shape.responseMs,
      }),
    ),
  }),
  export: z.object({ folder: z.string(), format: kitFormatSchema, files: z.array(z.string()) }),
  bridge: z.discriminatedUnion('event', [
    z.object({ event: z.literal('listening'), port: z.number().int() }),
    z.object({ event: z.literal('state'), state: z.string(), reason: z.string().nullable() }),
    z.object({ event: z.literal('till'), connected: z.boolean(), origin: z.string() }),
    z.object({ event: z.literal('locked'), forMs: z.number() }),
    z.object({ event: z.literal('ended'), reason: z.enum(['asked', 'switched-off']) }),
  ]),
  rename: pairingItemSchema,
  move: pairingItemSchema,
  remove: pairingItemSchema,
  'trust-root': z.object({
    /** All of the file or the service, in its order. */
    rootCas: z.array(z.object({ fingerprint, subject: z.string(), validTo: isoTime, isNew: z.boolean() })),
  }),
  history: z.array(historyEntrySchema),
  'policy check': z.object({
    /** The keys that it gives. */
    keys: z.array(z.string()),
    rootCas: z.array(z.object({ fingerprint, subject: z.string(), validTo: isoTime })),
  }),
  'policy hash-pin': z.object({ hash: z.string() }),
} as const satisfies Record<CommandName, z.ZodType>;

/** What every command prints with `--json` when it could not do its work. */
export const errorDocumentSchema = z.object({ error: problemSchema });
