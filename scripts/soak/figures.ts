import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

/** What a process holds at a moment at which nothing runs in it. */
export const figuresSchema = z.object({
  /** After how much of the work. */
  at: z.number(),
  /** Bytes that JavaScript holds, after the garbage collection. */
  heap: z.number(),
  /** Bytes outside of that: buffers, TLS. */
  external: z.number(),
  /** Bytes of the whole process. */
  rss: z.number(),
  /** Open file descriptors; -1 where the system does not say. */
  files: z.number(),
  /** Sockets, timers and the like that keep the process alive. */
  resources: z.number(),
});
export type Figures = z.infer<typeof figuresSchema>;

const openFiles = (): number => (process.platform === 'linux' ? readdirSync('/proc/self/fd').length : -1);
const SOCKETS = /^(TCP|TLS|Pipe.*Server)/;

/** Connections that are being closed, since hanging up takes a moment. */
const closing = (): number => process.getActiveResourcesInfo().filter((name) => SOCKETS.test(name)).length;

/** Measures this process, once its connections but `kept` have ended. */
export async function measure(at: number, kept = 0): Promise<Figures> {
  for (let tries = 0; closing() > kept && tries < 100; tries += 1) await delay(50);
  if (!globalThis.gc) throw new Error('start it with --expose-gc');
  // What the first one frees may hold what the second one can.
  for (let round = 0; round < 3; round += 1) {
    await globalThis.gc();
    await delay(10);
  }
  const { heapUsed, external, rss } = process.memoryUsage();
  return {
    at,
    heap: heapUsed,
    external,
    rss,
    files: openFiles(),
    resources: process.getActiveResourcesInfo().length,
  };
}

/** Growth by least squares, in bytes for one unit of `at`. */
export function slopeOf(samples: readonly Figures[], pick: (figures: Figures) => number): number {
  const mean = (numbers: number[]) => numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
  const [x, y] = [mean(samples.map(({ at }) => at)), mean(samples.map(pick))];
  const top = samples.reduce((sum, each) => sum + (each.at - x) * (pick(each) - y), 0);
  const bottom = samples.reduce((sum, { at }) => sum + (at - x) ** 2, 0);
  return bottom === 0 ? Number.NaN : top / bottom;
}
