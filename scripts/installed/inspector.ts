import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { z } from 'zod';

const targetsSchema = z.array(z.object({ webSocketDebuggerUrl: z.string() }));
const answerSchema = z.object({
  id: z.number(),
  result: z
    .object({
      result: z.object({ value: z.unknown().optional() }),
      exceptionDetails: z.object({ exception: z.object({ description: z.string() }).optional() }).optional(),
    })
    .optional(),
});
const TRIES = 120;
const PAUSE_MS = 500;

/** Runs in the main process. */
const isReady = async (require: NodeJS.Require): Promise<boolean> =>
  (require('electron') as typeof import('electron')).app.isReady();

/** The debugger of a main process that listens for one: only a copy of the program with another fuse does. */
export class Inspector {
  readonly #socket: WebSocket;
  #calls = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  /** Waits until somebody listens at this TCP port of this machine, and has Electron ready. */
  static async attach(port: number): Promise<Inspector> {
    for (let tries = 0; tries < TRIES; tries += 1) {
      const answer = await fetch(`http://127.0.0.1:${port}/json/list`).catch(() => null);
      const [target] = answer ? targetsSchema.parse(await answer.json()) : [];
      if (target) {
        const socket = new WebSocket(target.webSocketDebuggerUrl);
        await once(socket, 'open');
        const inspector = new Inspector(socket);
        // A debugger is let in before Node.js knows of Electron.
        for (; tries < TRIES; tries += 1) {
          if (await inspector.evaluate(isReady).catch(() => false)) return inspector;
          await sleep(PAUSE_MS);
        }
      }
      await sleep(PAUSE_MS);
    }
    throw new Error('Nobody listens for a debugger.');
  }

  /** What a function comes to there, with `require` of the main process. It uses nothing from outside of it. */
  async evaluate<T>(work: (require: NodeJS.Require) => Promise<T>): Promise<T> {
    this.#calls += 1;
    const id = this.#calls;
    // tsx names functions by a function of its own.
    const expression = `((__name) => (${work.toString()})(process.getBuiltinModule('node:module').createRequire('/')))((it) => it)`;
    const params = { expression, awaitPromise: true, returnByValue: true };
    this.#socket.send(JSON.stringify({ id, method: 'Runtime.evaluate', params }));
    for (;;) {
      const [data] = (await once(this.#socket, 'message')) as [Buffer];
      const parsed = answerSchema.safeParse(JSON.parse(data.toString()));
      if (!parsed.success || parsed.data.id !== id) continue;
      const { result } = parsed.data;
      if (!result || result.exceptionDetails)
        throw new Error(result?.exceptionDetails?.exception?.description ?? 'There was no answer.');
      return result.result.value as T;
    }
  }

  close(): void {
    this.#socket.close();
  }
}
