/** Processes of a soak, which tell each other in messages of JSON. */
import { type ChildProcess, fork } from 'node:child_process';
import { z } from 'zod';
import { figuresSchema } from './figures.ts';

export const toldSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sample'), figures: figuresSchema }),
  z.object({
    kind: z.literal('ended'),
    /** What went wrong, in words. */
    wrong: z.array(z.string()),
    /** What was done, by its name. */
    facts: z.record(z.string(), z.number()),
  }),
]);
export type Told = z.infer<typeof toldSchema>;

export const tell = (told: Told): void => {
  process.send?.(told);
};

/** A process beside this one that answers each message with one, in turn. */
export class Peer {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (answer: unknown) => void; reject: (error: Error) => void }[] = [];
  readonly #early: unknown[] = [];

  constructor(script: URL) {
    this.#child = fork(script, [], { execArgv: process.execArgv });
    this.#child.on('message', (message) => {
      const first = this.#waiting.shift();
      if (first) first.resolve(message);
      else this.#early.push(message);
    });
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting) reject(new Error(`${script.pathname} has ended with ${code}`));
    });
  }

  /** Its next message. */
  next(): Promise<unknown> {
    if (this.#early.length > 0) return Promise.resolve(this.#early.shift());
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  ask(message: object | string): Promise<unknown> {
    const answer = this.next();
    this.#child.send(message);
    return answer;
  }

  stop(): void {
    if (this.#child.connected) this.#child.disconnect();
    this.#child.kill();
  }
}
