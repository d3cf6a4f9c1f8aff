import { PIN_TRIES } from '../../../shared/manager.ts';

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 60 * 60_000;

/** What is kept of the tries. */
export interface Tries {
  /** Wrong ones since the last right one. */
  readonly failures: number;
  /** Milliseconds to wait before the next one, counted while the app runs. */
  readonly waitMs: number;
}

export const NO_TRIES: Tries = { failures: 0, waitMs: 0 };

/** Milliseconds to wait after so many wrong tries in a row: none, then 30 s, doubled each time up to an hour. */
export const waitAfter = (failures: number): number =>
  failures < PIN_TRIES ? 0 : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (failures - PIN_TRIES));

/**
 * Counts wrong tries. The wait is measured by a clock that nobody can set; over a restart, what was left of it is
 * waited for, however long the app was closed, since then there is no such clock.
 */
export class TryCounter {
  readonly #steadyNow: () => number;
  #failures: number;
  #blockedUntil: number;

  /** `steadyNow`: milliseconds of a clock that is never set. */
  constructor({ failures, waitMs }: Tries, steadyNow: () => number) {
    this.#steadyNow = steadyNow;
    this.#failures = failures;
    this.#blockedUntil = steadyNow() + Math.min(waitMs, LONGEST_WAIT_MS);
  }

  /** Milliseconds until the next try is allowed, 0 when it is. */
  get waitMs(): number {
    return Math.max(0, Math.ceil(this.#blockedUntil - this.#steadyNow()));
  }

  get triesLeft(): number {
    return Math.max(0, PIN_TRIES - this.#failures);
  }

  get tries(): Tries {
    return { failures: this.#failures, waitMs: this.waitMs };
  }

  /**
   * What must be kept before a try is judged: the try as a wrong one. So whoever ends the app in the middle has not
   * won a try.
   */
  get ifWrong(): Tries {
    const failures = this.#failures + 1;
    return { failures, waitMs: waitAfter(failures) };
  }

  wrong(): void {
    const { failures, waitMs } = this.ifWrong;
    this.#failures = failures;
    this.#blockedUntil = this.#steadyNow() + waitMs;
  }

  right(): void {
    this.#failures = 0;
    this.#blockedUntil = this.#steadyNow();
  }
}
