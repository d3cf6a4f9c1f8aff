import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { textFrames } from './text-frames.ts';

/**
 * A WebSocket that can write the texts of one turn in one piece, as they often came in. ws writes each frame by itself
 * and masks it byte by byte: for a bridge that is a quarter of its work.
 */
export abstract class TextSocket extends WebSocket {
  /** A client's frames are masked, a server's are not (RFC 6455 section 5.1). */
  protected abstract readonly isClient: boolean;
  #transport: Duplex | undefined;
  #texts: Buffer[] = [];
  #textBytes = 0;

  /** All that waited was given to the system, or the next that waits may be. */
  onRoom: () => void = () => {};

  /** Names what carries its frames; at the latest when it is open. */
  carryBy(transport: Duplex): void {
    this.#transport = transport;
    transport.on('drain', () => this.onRoom());
  }

  /** Bytes the system has not taken yet. */
  get waitingBytes(): number {
    return this.#textBytes + this.bufferedAmount;
  }

  /**
   * Writes a text, which is UTF-8, at the end of this turn, before anything else happens. The socket is open, and all
   * texts go this way: what is given to `send` meanwhile would overtake them.
   */
  sendText(text: Buffer): void {
    if (!this.#transport) throw new Error('nothing carries its frames');
    if (this.#texts.length === 0) process.nextTick(this.#flush);
    this.#texts.push(text);
    this.#textBytes += text.length;
  }

  override ping(...told: Parameters<WebSocket['ping']>): void {
    this.#flush();
    super.ping(...told);
  }

  override pong(...told: Parameters<WebSocket['pong']>): void {
    this.#flush();
    super.pong(...told);
  }

  override close(code?: number, reason?: string | Buffer): void {
    this.#flush();
    super.close(code, reason);
  }

  readonly #flush = (): void => {
    if (this.#texts.length === 0) return;
    const texts = this.#texts;
    this.#texts = [];
    this.#textBytes = 0;
    // Cut meanwhile: they are lost with all that was on its way.
    if (!this.#transport?.writable) return;
    if (this.#transport.write(textFrames(texts, this.isClient))) this.onRoom();
  };
}
