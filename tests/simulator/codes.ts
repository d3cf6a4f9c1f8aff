import { randomInt } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';
const LENGTH = 8;
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export type CodeVerdict = 'valid' | 'used' | 'expired' | 'unknown';

export interface SetupCodesOptions {
  readonly lifetimeMs: number;
  readonly now: () => number;
  readonly onNewCode: (code: string, expiresAt: number) => void;
}

/** The POS connection codes of one device: one is shown at a time, each can be used once. */
export class SetupCodes {
  readonly #options: SetupCodesOptions;
  readonly #earlier = new Set<string>();
  readonly #used = new Set<string>();
  #current = '';
  #expiresAt = 0;
  #hidden = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: SetupCodesOptions) {
    this.#options = options;
    this.rotate();
  }

  get current(): string {
    this.#rotateIfExpired();
    return this.#current;
  }

  get expiresAt(): number {
    this.#rotateIfExpired();
    return this.#expiresAt;
  }

  /** Another screen is shown: no new code comes until `rotate`. */
  hide(): void {
    this.#hidden = true;
    this.stop();
  }

  rotate(): string {
    this.#hidden = false;
    if (this.#current) this.#earlier.add(this.#current);
    let code: string;
    do code = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
    while (this.#earlier.has(code));
    this.#current = code;
    this.#expiresAt = this.#options.now() + this.#options.lifetimeMs;
    this.#schedule();
    this.#options.onNewCode(code, this.#expiresAt);
    return code;
  }

  check(code: string): CodeVerdict {
    if (this.#used.has(code)) return 'used';
    if (code === this.current && this.#options.now() < this.#expiresAt) return 'valid';
    return this.#earlier.has(code) || code === this.#current ? 'expired' : 'unknown';
  }

  use(code: string): void {
    this.#used.add(code);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  resume(): void {
    this.#rotateIfExpired();
    this.#schedule();
  }

  #rotateIfExpired(): void {
    if (!this.#hidden && this.#options.now() >= this.#expiresAt) this.rotate();
  }

  #schedule(): void {
    clearTimeout(this.#timer);
    if (this.#hidden) return;
    const wait = Math.max(20, Math.min(this.#expiresAt - this.#options.now(), LONGEST_TIMER_MS));
    // The clock may be a test's own and need not have moved when the timer fires.
    this.#timer = setTimeout(() => this.resume(), wait);
    this.#timer.unref();
  }
}
