/** Wrong tokens that lock. */
const TRIES = 5;
const FIRST_LOCK_MS = 10_000;
const LONGEST_LOCK_MS = 15 * 60_000;
/** Milliseconds without a wrong token after which all is forgotten. */
const FORGOTTEN_MS = 15 * 60_000;

/**
 * Slows guessing: after five wrong tokens no other one is looked at for 10 s, after five more for 20 s, up to 15
 * minutes. It says nothing about the right token, which nobody can guess: whoever has it must not wait for others.
 */
export class LockOut {
  readonly #clock: () => number;
  readonly #onLocked: (forMs: number) => void;
  #failures = 0;
  #locks = 0;
  #until = Number.NEGATIVE_INFINITY;
  #failedAt = Number.NEGATIVE_INFINITY;

  /** @param clock milliseconds from any fixed moment, never set back */
  constructor(clock: () => number, onLocked: (forMs: number) => void) {
    this.#clock = clock;
    this.#onLocked = onLocked;
  }

  /** Milliseconds for which wrong tokens are not counted but turned away; 0: not locked. */
  get remainingMs(): number {
    return Math.max(0, this.#until - this.#clock());
  }

  failed(): void {
    const now = this.#clock();
    if (now - Math.max(this.#failedAt, this.#until) > FORGOTTEN_MS) this.#forget();
    this.#failedAt = now;
    this.#failures += 1;
    if (this.#failures < TRIES) return;
    const lockMs = Math.min(LONGEST_LOCK_MS, FIRST_LOCK_MS * 2 ** this.#locks);
    this.#failures = 0;
    this.#locks += 1;
    this.#until = now + lockMs;
    this.#onLocked(lockMs);
  }

  /** For a new token nothing was tried yet. */
  reset(): void {
    this.#forget();
    this.#until = Number.NEGATIVE_INFINITY;
  }

  #forget(): void {
    this.#failures = 0;
    this.#locks = 0;
  }
}
