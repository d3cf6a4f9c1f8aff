/** What a part of the tests came to. */
export interface Outcome {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly string[];
}

/** Thrown when a part of the tests cannot run on this computer; says in words what is missing. */
export class Unavailable extends Error {}
