import { z } from 'zod';
import { TIMELINE_STATES, type TimelineState } from '../../../shared/timeline.ts';
import { isWholeLine, lineWithChecksum } from '../vault/checksum.ts';

/** The names are short because there is a line for each pairing and hour. `t`: milliseconds since 1970. */
const lineSchema = z.discriminatedUnion('k', [
  /** The app was started: nothing is known of any device yet. */
  z.object({ k: z.literal('start'), t: z.number() }),
  /** The app is running. */
  z.object({ k: z.literal('beat'), t: z.number() }),
  /** From `t` on the device of pairing `p` is in state `s`. */
  z.object({ k: z.literal('state'), t: z.number(), p: z.string(), s: z.enum(TIMELINE_STATES) }),
  /** The `n` round trips of the hour from `t` on, in milliseconds. */
  z.object({
    k: z.literal('trips'),
    t: z.number(),
    p: z.string(),
    mean: z.number(),
    slowest: z.number(),
    n: z.number(),
  }),
]);
export type TimelineLine = Readonly<z.infer<typeof lineSchema>>;

export const startLine = (t: number): TimelineLine => ({ k: 'start', t });
export const beatLine = (t: number): TimelineLine => ({ k: 'beat', t });
export const stateLine = (t: number, p: string, s: TimelineState): TimelineLine => ({ k: 'state', t, p, s });

/** The line, or null when it is damaged or of a newer version. */
export function parseLine(text: string): TimelineLine | null {
  if (!isWholeLine(text)) return null;
  try {
    return lineSchema.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** As it is stored. */
export const writeLine = (line: TimelineLine): string => lineWithChecksum(line);
