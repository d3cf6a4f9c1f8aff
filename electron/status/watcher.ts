import type { AppError } from '../../shared/errors.ts';
import type { LiveChannel } from '../device/live-channel.ts';
import { toAppError } from '../failure.ts';
import { backoffMs } from './backoff.ts';
import { stateOfError } from './state-machine.ts';

export interface WatcherParts {
  readonly open: (onLost: (error: AppError) => void, signal: AbortSignal) => Promise<LiveChannel>;
  readonly onOpened: () => void;
  /** `nextTryAt` in milliseconds since 1970; null: not tried again by itself. */
  readonly onLost: (error: AppError, nextTryAt: number | null) => void;
  readonly now: () => number;
  readonly random: () => number;
  /** Like setTimeout; returns what cancels it. */
  readonly later: (work: () => void, ms: number) => () => void;
}

/**
 * Keeps one channel open. A lost network is retried with back-off for as long as it takes; a wrong device, a
 * refusal or an ended certificate is not: somebody must look at it first.
 */
export class ChannelWatcher {
  readonly #parts: WatcherParts;
  readonly #stopped = new AbortController();
  #channel: LiveChannel | undefined;
  #cancelRetry: (() => void) | undefined;
  #opening = false;
  #attempt = 0;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
  }

  /** Tries now, also when a later try was planned. */
  wake(): void {
    if (this.#channel || this.#opening || this.#stopped.signal.aborted) return;
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
    void this.#open();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#cancelRetry?.();
    await this.#channel?.close();
    this.#channel = undefined;
  }

  async #open(): Promise<void> {
    const { open, onOpened } = this.#parts;
    this.#opening = true;
    try {
      const channel = await open((error) => this.#lost(error), this.#stopped.signal);
      if (this.#stopped.signal.aborted) return await channel.close();
      this.#channel = channel;
      this.#attempt = 0;
      onOpened();
    } catch (thrown) {
      this.#lost(toAppError(thrown));
    } finally {
      this.#opening = false;
    }
  }

  #lost(error: AppError): void {
    this.#channel = undefined;
    if (this.#stopped.signal.aborted) return;
    const { onLost, now, random, later } = this.#parts;
    // "Busy" says nothing about the pairing: another program holds the channel for now.
    const worthRetrying = stateOfError(error) === 'unreachable' || error.code === 'mtls-inconclusive';
    if (!worthRetrying) {
      onLost(error, null);
      return;
    }
    const wait = backoffMs(this.#attempt, random());
    this.#attempt += 1;
    this.#cancelRetry = later(() => this.wake(), wait);
    onLost(error, now() + wait);
  }
}
