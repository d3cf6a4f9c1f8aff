import type { AppError } from '../../../shared/errors.ts';
import type { LiveChannel } from '../device/live-channel.ts';
import { toAppError } from '../failure.ts';
import { backoffMs } from './backoff.ts';
import { stateOfError } from './state-machine.ts';

/** Milliseconds a channel must hold before the next loss counts as the first again. */
const STEADY_MS = 60_000;

export interface WatcherParts {
  readonly open: (onLost: (error: AppError) => void, signal: AbortSignal) => Promise<LiveChannel>;
  readonly onOpened: (channel: LiveChannel) => void;
  /** `nextTryAt` in milliseconds since 1970; null: not tried again by itself. */
  readonly onLost: (error: AppError, nextTryAt: number | null) => void;
  readonly now: () => number;
  readonly random: () => number;
  /** Like setTimeout; returns what cancels it. */
  readonly later: (work: () => void, ms: number) => () => void;
}

interface Opening {
  /** One for each try, so that nothing gathers at a signal that lives as long as the app. */
  readonly cancel: AbortController;
  readonly ended: Promise<void>;
}

/**
 * Keeps one channel open. A lost network is retried with back-off for as long as it takes; a wrong device, a
 * refusal or an ended certificate is not: somebody must look at it first.
 */
export class ChannelWatcher {
  readonly #parts: WatcherParts;
  #channel: LiveChannel | undefined;
  #opening: Opening | undefined;
  #cancelTimer: (() => void) | undefined;
  #attempt = 0;
  #stopped = false;

  constructor(parts: WatcherParts) {
    this.#parts = parts;
  }

  /** Tries now, also when a later try was planned. */
  wake(): void {
    if (this.#channel || this.#opening || this.#stopped) return;
    this.#cancelTimer?.();
    const cancel = new AbortController();
    const ended = this.#open(cancel.signal).finally(() => {
      this.#opening = undefined;
    });
    this.#opening = { cancel, ended };
  }

  /** Resolves when the device has its channel back. */
  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancelTimer?.();
    this.#opening?.cancel.abort();
    await this.#opening?.ended;
    await this.#channel?.close();
    this.#channel = undefined;
  }

  async #open(signal: AbortSignal): Promise<void> {
    const { open, onOpened, later } = this.#parts;
    let channel: LiveChannel;
    try {
      channel = await open((error) => this.#lost(error), signal);
    } catch (thrown) {
      this.#lost(toAppError(thrown));
      return;
    }
    if (this.#stopped) return channel.close();
    this.#channel = channel;
    this.#cancelTimer = later(() => {
      this.#attempt = 0;
    }, STEADY_MS);
    onOpened(channel);
  }

  #lost(error: AppError): void {
    this.#channel = undefined;
    this.#cancelTimer?.();
    if (this.#stopped) return;
    const { onLost, now, random, later } = this.#parts;
    // "Busy" says nothing about the pairing: another program holds the channel for now.
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
}
