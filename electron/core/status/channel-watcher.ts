import type { AppError } from '../../../shared/errors.ts';
import type { Lease } from '../channel/channel-lease.ts';
import type { LiveChannel } from '../device/live-channel.ts';
import { toAppError } from '../failure.ts';
import type { Later } from '../later.ts';
import { backoffMs } from './backoff.ts';
import { stateOfError } from './state-machine.ts';

/** Milliseconds a channel must hold before the next loss counts as the first again. */
const STEADY_MS = 60_000;

export interface WatcherParts {
  /** Waits for the device's channel; rejects when the signal ends. */
  readonly acquire: (signal: AbortSignal) => Promise<Lease>;
  readonly open: (onLost: (error: AppError) => void, signal: AbortSignal) => Promise<LiveChannel>;
  readonly onOpened: (channel: LiveChannel) => void;
  /** `nextTryAt` in milliseconds since 1970; null: not tried again by itself. */
  readonly onLost: (error: AppError, nextTryAt: number | null) => void;
  /** Something more urgent needs the channel: this watcher has closed it and ended. */
  readonly onGaveWay: () => void;
  readonly now: () => number;
  readonly random: () => number;
  readonly later: Later;
}

interface Opening {
  /** One for each try, so that nothing gathers at a signal that lives as long as the app. */
  readonly cancel: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Keeps one channel open, under a lease that it has only as long as there is one. A lost network is retried with
 * back-off for as long as it takes; a wrong device, a refusal or an expired certificate is not: somebody must look at
 * it first.
 */
export class ChannelWatcher {
  readonly #parts: WatcherParts;
  #lease: Lease | undefined;
  #channel: LiveChannel | undefined;
  #opening: Opening | undefined;
  #cancelTimer: (() => void) | undefined;
  #attempt = 0;
  #stopping: Promise<void> | undefined;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
  }

  /** Tries now, also when a later try was planned. */
  wake(): void {
    if (this.#channel || this.#opening || this.#stopping) return;
    this.#cancelTimer?.();
    const cancel = new AbortController();
    const ended = this.#open(cancel.signal).finally(() => {
      this.#opening = undefined;
    });
    this.#opening = { cancel, ended };
  }

  /** Resolves when the device has its channel back. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#opening?.cancel.abort();
    await this.#opening?.ended;
    await this.#channel?.close();
    this.#channel = undefined;
    this.#release();
  }

  async #giveWay(): Promise<void> {
    // A watcher that is being stopped ends its own lease.
    if (this.#stopping) return;
    await this.stop();
    this.#parts.onGaveWay();
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { acquire, open, onOpened, later } = this.#parts;
    try {
      this.#lease = await acquire(signal);
    } catch (thrown) {
      this.#lost(toAppError(thrown));
      return;
    }
    const { signal: mayHold } = this.#lease;
    if (mayHold.aborted) void this.#giveWay();
    mayHold.addEventListener('abort', () => void this.#giveWay(), { once: true });
    let channel: LiveChannel;
    try {
      channel = await open((error) => this.#lost(error), mayHold);
    } catch (thrown) {
      this.#lost(toAppError(thrown));
      return;
    }
    this.#channel = channel;
    if (this.#stopping) return;
    this.#cancelTimer = later(() => {
      this.#attempt = 0;
    }, STEADY_MS);
    onOpened(channel);
  }

  #lost(error: AppError): void {
    this.#channel = undefined;
    this.#cancelTimer?.();
    if (this.#stopping) return;
    this.#release();
    const { onLost, now, random, later } = this.#parts;
    // "In use" is not fought about: whoever has the channel may be taking a payment over it.
    const worthRetrying = stateOfError(error) === 'unreachable' || error.code === 'mtls-inconclusive';
    if (!worthRetrying) {
      onLost(error, null);
      return;
    }
    const wait = backoffMs(this.#attempt, random());
    this.#attempt += 1;
    this.#cancelTimer = later(() => this.wake(), wait);
    onLost(error, now() + wait);
  }

  #release(): void {
    this.#lease?.release();
    this.#lease = undefined;
  }
}
