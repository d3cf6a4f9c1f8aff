/** Wrong tokens in a row that lock. */
const TRIES = 5;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 15 * 60_000;

/** Keeps from guessing: after five wrong tokens nobody is let in for 10 s, after five more for 20 s, up to 15 minutes. */
export class LockOut {
  readonly #clock: () => number;
  readonly #onLocked: (forMs: number) => void;
  #failures = 0;
  #locks = 0;
  #until = Number.NEGATIVE_INFINITY;

  /** @param clock milliseconds from any fixed moment, never set back */
  constructor(clock: () => number, onLocked: (forMs: number) => void) {
    this.#clock = clock;
    this.#onLocked = onLocked;
  }

  /** Milliseconds for which nobody is let in; 0: not locked. */
  get remainingMs(): number {
    return Math.max(0, this.#until - this.#clock());
  }

  failed(): void {
    this.#failures += 1;
    if (this.#failures < TRIES) return;
    const lockMs = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** this.#locks);
    this.#failures = 0;
    this.#locks += 1;
    this.#until = this.#clock() + lockMs;
    this.#onLocked(lockMs);
  }

  succeeded(): void {
    this.#failures = 0;
    this.#locks = 0;
  }
}
