import { z } from 'zod';
import { SECRET_NAMES } from '../cli/command-specs.ts';
import { INPUT_LIMIT, SECRET_LIMIT } from '../cli/inputs.ts';

/** Longest line of a request, in bytes. */
export const REQUEST_LIMIT = 1024 * 1024;

const token = z.string().max(200);

/** What a process asks of the one that has the data folder: one line of JSON. */
export const requestSchema = z.discriminatedUnion('ask', [
  z.object({
    ask: z.literal('run'),
    token,
    args: z.array(z.string().max(4096)).max(128),
    cwd: z.string().max(4096),
    secrets: z.partialRecord(z.enum(SECRET_NAMES), z.string().max(SECRET_LIMIT)),
    rest: z.string().max(INPUT_LIMIT),
  }),
  /** Whether that process has a window. */
  z.object({ ask: z.literal('who'), token }),
]);
export type Request = z.infer<typeof requestSchema>;

/** What it answers: one line of JSON each. */
export const replySchema = z.discriminatedUnion('type', [
  z.object({ type: z.enum(['out', 'err']), text: z.string() }),
  z.object({ type: z.literal('exit'), code: z.number().int() }),
  z.object({ type: z.literal('who'), who: z.enum(['window', 'command']) }),
  /** The token is another one, or the request cannot be read. */
  z.object({ type: z.literal('refused') }),
]);
export type Reply = z.infer<typeof replySchema>;
export type Who = Extract<Reply, { type: 'who' }>['who'];

/** Where commands are taken, in a file that only this user may read. */
export const endpointSchema = z.object({ path: z.string(), token });
export const ENDPOINT_FOLDER = 'commands';
export const ENDPOINT_FILE = 'endpoint.json';
