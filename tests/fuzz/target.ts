import fc from 'fast-check';
import { Failure } from '../../electron/core/failure.ts';
import { type AppError, appErrorSchema } from '../../shared/errors.ts';
import { type Choices, choicesFrom } from './choices.ts';

/** Something of a case that must not be: what was done with its input contradicts what the code promises. */
export class Finding extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'Finding';
  }
}

export function must(holds: boolean, promise: string): void {
  if (!holds) throw new Finding(promise);
}

/** A coverage-guided run of a target: of bytes, so that one loop serves all. */
export interface Guided {
  readonly seeds: readonly Buffer[];
  readonly mutate: (data: Buffer, choices: Choices, tokens: readonly string[]) => Buffer;
  readonly run: (data: Buffer) => string;
}

export interface Watch {
  /** Runs before each case. */
  readonly before: (input: unknown) => void;
  /** Runs after each case that has no finding; `ending`: how it ended. */
  readonly after: (ending: string) => void;
}

export interface Failed {
  /** The smallest input with this finding, as source text. */
  readonly input: string;
  readonly error: unknown;
  /** Where fast-check finds it again, with the seed of the run. */
  readonly path: string;
}

/** A part of the app that is given inputs from outside. */
export interface Target {
  readonly name: string;
  /** What is given to what; for the table. */
  readonly about: string;
  /** Its part of a whole run, relative to those of the others. */
  readonly share: number;
  /** Endings that some of the cases must have, or the inputs are not what they are meant to be. */
  readonly reaches: readonly string[];
  /** Runs `cases` generated cases, the same for the same seed, up to the first finding. */
  readonly generated: (seed: number, cases: number, watch: Watch) => Promise<Failed | undefined>;
  readonly guided?: Guided;
  readonly close?: () => Promise<void>;
}

interface Spec<Input> extends Omit<Target, 'generated'> {
  readonly inputs: fc.Arbitrary<Input>;
  /** One case. Returns how it ended: `ok`, an error's code, …; throws for what must not be. */
  readonly run: (input: Input) => string | Promise<string>;
}

/** Milliseconds for one call of fast-check. */
const BATCH_MS = 120_000;

export function target<Input>({ inputs, run, ...rest }: Spec<Input>): Target {
  return {
    ...rest,
    generated: async (seed, cases, { before, after }) => {
      const property = fc.asyncProperty(inputs, async (input) => {
        before(input);
        // Waited for only where there is something to wait for: most cases take microseconds.
        const ending = run(input);
        after(typeof ending === 'string' ? ending : await ending);
      });
      const { failed, counterexample, errorInstance, counterexamplePath } = await fc.check(property, {
        seed,
        numRuns: cases,
        // A smaller input is worth a while, not any time.
        interruptAfterTimeLimit: BATCH_MS,
      });
      if (!failed) return undefined;
      return {
        input: fc.stringify(counterexample?.[0]),
        error: errorInstance,
        path: counterexamplePath ?? '',
      };
    },
  };
}

/** The code of an error that staff may be shown; throws for one that must not be. */
export function codeOfError(error: AppError, secrets: readonly string[] = []): string {
  const parsed = appErrorSchema.safeParse(error);
  must(parsed.success, `an error out of form: ${error.code}`);
  must(error.code !== 'internal', `internal: ${error.detail}`);
  // Words of the catalogue itself are no secrets.
  const text = [error.detail, ...Object.values(error.params ?? {})].join('\n');
  must(!/-----BEGIN [A-Z0-9 ]+-----/.test(text), `PEM in an error: ${error.code}`);
  for (const secret of secrets) must(!text.includes(secret), `a secret in an error: ${error.code}`);
  return error.code;
}

/** The code of what was thrown; what is no entry of the catalogue is thrown on, with its own stack. */
export function codeOfThrown(thrown: unknown, secrets: readonly string[] = []): string {
  if (!(thrown instanceof Failure)) throw thrown;
  return codeOfError(thrown.appError, secrets);
}

const MOST_CHOICES = 48;
/** Any number as likely as any other, and as many of them as are asked for. */
const numbers = fc.array(fc.noBias(fc.nat({ max: 0xffff })), { maxLength: MOST_CHOICES, size: 'max' });

/** One of `seeds` after some changes, mostly few. */
export const mutated = <T>(seeds: readonly T[], mutate: (value: T, choices: Choices) => T): fc.Arbitrary<T> =>
  fc
    .tuple(fc.constantFrom(...seeds), fc.constantFrom(1, 2, 0, 1, 1, 3, 6), numbers)
    .map(([seed, times, list]) => {
      const choices = choicesFrom(list);
      let value = seed;
      for (let left = times; left > 0; left -= 1) value = mutate(value, choices);
      return value;
    });

/** What is usual, `times` for each time of the other. */
export const mostly = <T>(usual: fc.Arbitrary<T>, other: fc.Arbitrary<T>, times = 12): fc.Arbitrary<T> =>
  fc.oneof({ weight: times, arbitrary: usual }, { weight: 1, arbitrary: other });

/** Text without any plan. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
  // Halves of surrogate pairs as well.
  fc.array(fc.nat({ max: 0xffff }), { maxLength: 60 }).map((units) => String.fromCharCode(...units)),
);
export const anyBytes: fc.Arbitrary<Buffer> = fc
  .uint8Array({ maxLength: 600 })
  .map((bytes) => Buffer.from(bytes));
