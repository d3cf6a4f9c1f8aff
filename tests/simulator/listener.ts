import { createServer, type Socket } from 'node:net';
import type { ServerState } from './behaviour.ts';

/** The device's TCP port: open, away, or open while the server behind it is still starting up. */
export class Listener {
  readonly host: string;
  readonly #server;
  readonly #onState: (state: ServerState) => void;
  #port: number;
  #state: ServerState = 'stopped';
  #startUp: NodeJS.Timeout | undefined;

  constructor(
    host: string,
    port: number,
    onConnection: (socket: Socket) => void,
    onState: (state: ServerState) => void,
  ) {
    this.host = host;
    this.#port = port;
    this.#server = createServer(onConnection);
    this.#onState = onState;
  }

  get port(): number {
    return this.#port;
  }

  get state(): ServerState {
    return this.#state;
  }

  /** Takes connections; `startUpMs` later they are served, too. */
  async open(startUpMs = 0): Promise<void> {
    clearTimeout(this.#startUp);
    if (!this.#server.listening) await this.#listen();
    this.#enter(startUpMs > 0 ? 'starting' : 'listening');
    if (startUpMs > 0) this.#startUp = setTimeout(() => this.#enter('listening'), startUpMs);
    this.#startUp?.unref();
  }

  /** Refuses connections from now on; resolves when the last open one has ended. */
  async close(state: 'away' | 'stopped'): Promise<void> {
    clearTimeout(this.#startUp);
    this.#enter(state);
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  #enter(state: ServerState): void {
    if (state === this.#state) return;
    this.#state = state;
    this.#onState(state);
  }

  #listen(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#port, this.host, () => {
        this.#server.removeListener('error', reject);
        const address = this.#server.address();
        if (typeof address === 'object' && address) this.#port = address.port;
        resolve();
      });
    });
  }
}
