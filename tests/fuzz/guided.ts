import { type Choices, randomChoices } from './choices.ts';
import { workedMs } from './generated.ts';
import { Finding, type Guided } from './target.ts';

/**
 * What Jazzer.js's instrumentation calls at each branch and comparison. Its own engine cannot be loaded everywhere (see
 * docs/fuzz.md), so this is the other half: counters of branches, and the words that inputs were compared with.
 */
class Instrument {
  static readonly #MOST_EDGES = 1 << 16;
  static readonly #MOST_WORDS = 400;
  readonly counters = new Uint8Array(Instrument.#MOST_EDGES);
  readonly words: string[] = [];
  readonly #known = new Set<string>();
  /** One more than the last branch that was ever taken. */
  edges = 0;

  readonly coverageTracker = {
    incrementCounter: (edge: number): void => {
      const at = edge % Instrument.#MOST_EDGES;
      if (at >= this.edges) this.edges = at + 1;
      const count = this.counters[at] ?? 0;
      if (count < 255) this.counters[at] = count + 1;
    },
  };
  readonly tracer = {
    traceStrCmp: (a: unknown, b: unknown, operator: string): boolean => {
      this.#learn(a);
      this.#learn(b);
      // biome-ignore lint/suspicious/noDoubleEquals: as the code compares that was instrumented
      const isSame = operator.length === 2 ? a == b : a === b;
      return operator.startsWith('!') ? !isSame : isSame;
    },
    traceNumberCmp: (a: never, b: never, operator: string): boolean => {
      switch (operator) {
        case '==':
          // biome-ignore lint/suspicious/noDoubleEquals: as the code compares that was instrumented
          return a == b;
        case '===':
          return a === b;
        case '!=':
          // biome-ignore lint/suspicious/noDoubleEquals: as the code compares that was instrumented
          return a != b;
        case '!==':
          return a !== b;
        case '>':
          return a > b;
        case '>=':
          return a >= b;
        case '<':
          return a < b;
        default:
          return a <= b;
      }
    },
    traceAndReturn: (_value: unknown, compared: unknown): unknown => {
      this.#learn(compared);
      return compared;
    },
  };

  #learn(value: unknown): void {
    if (
      typeof value !== 'string' ||
      value.length < 2 ||
      value.length > 40 ||
      this.words.length >= Instrument.#MOST_WORDS
    )
      return;
    if (this.#known.has(value)) return;
    this.#known.add(value);
    this.words.push(value);
  }
}

/** To be called before any instrumented code is loaded. */
export function installInstrument(): void {
  Object.defineProperty(globalThis, 'Fuzzer', { value: new Instrument(), configurable: true });
}

function instrument(): Instrument {
  const found: unknown = Reflect.get(globalThis, 'Fuzzer');
  if (!(found instanceof Instrument)) throw new Error('This code is not instrumented.');
  return found;
}

/** Counts fall into eight classes, as in AFL: only a change of class is something new. */
const CLASS_OF = Uint8Array.from({ length: 256 }, (_, count) =>
  count === 0
    ? 0
    : count < 4
      ? 1 << (count - 1)
      : count < 8
        ? 8
        : count < 16
          ? 16
          : count < 32
            ? 32
            : count < 128
              ? 64
              : 128,
);

/** Longer than a key with its chain. */
const MOST_BYTES = 12 * 1024;

export interface GuidedResult {
  readonly cases: number;
  /** Branches that were taken, and how many of them by the seeds already. */
  readonly branches: number;
  readonly bySeeds: number;
  /** Inputs kept because they did something new. */
  readonly kept: number;
  readonly failed?: { readonly data: Buffer; readonly error: unknown };
}

/**
 * Changes inputs that did something new, over and over, and keeps those that do so again: a small AFL. One change is
 * the target's own, which knows the form of its inputs; `after` hears how each case ended.
 */
export class GuidedRun {
  readonly #guided: Guided;
  readonly #choices: Choices;
  readonly #limitMs: number;
  readonly #instrument = instrument();
  readonly #seen = new Uint8Array(this.#instrument.counters.length);
  readonly #corpus: Buffer[] = [];
  #branches = 0;
  #bySeeds = 0;
  #cases = 0;

  constructor(guided: Guided, seed: number, limitMs: number) {
    this.#guided = guided;
    this.#choices = randomChoices(seed);
    this.#limitMs = limitMs;
  }

  get result(): GuidedResult {
    return {
      cases: this.#cases,
      branches: this.#branches,
      bySeeds: this.#bySeeds,
      kept: this.#corpus.length,
    };
  }

  /** Runs the seeds, the first time, and then up to `cases` in all; ends at the first finding. */
  run(cases: number, before: (data: Buffer) => void, after: (ending: string) => void): GuidedResult {
    for (const seed of this.#cases === 0 ? this.#guided.seeds : []) {
      const failed = this.#try(seed, before, after);
      if (failed) return { ...this.result, failed };
    }
    this.#bySeeds ||= this.#branches;
    while (this.#cases < cases) {
      const data = this.#next();
      const failed = this.#try(data, before, after);
      if (failed) return { ...this.result, failed };
    }
    return this.result;
  }

  #next(): Buffer {
    const choices = this.#choices;
    // The newest ones have been tried least.
    const newest = choices.below(3) === 0 ? Math.min(16, this.#corpus.length) : this.#corpus.length;
    let data = this.#corpus[this.#corpus.length - 1 - choices.below(newest)] ?? Buffer.alloc(0);
    for (let left = 1 + choices.below(1 << choices.below(4)); left > 0; left -= 1)
      data = this.#guided.mutate(data, choices, this.#instrument.words);
    // Long ones do no more than shorter ones, and take longer.
    return data.subarray(0, MOST_BYTES);
  }

  #try(
    data: Buffer,
    before: (data: Buffer) => void,
    after: (ending: string) => void,
  ): { data: Buffer; error: unknown } | undefined {
    before(data);
    this.#cases += 1;
    const { counters, edges } = this.#instrument;
    counters.fill(0, 0, edges);
    const startedAt = workedMs();
    try {
      const ending = this.#guided.run(data);
      const worked = workedMs() - startedAt;
      if (worked > this.#limitMs) throw new Finding(`one case took ${Math.round(worked)} ms of work`);
      after(ending);
    } catch (error) {
      return { data, error };
    }
    if (this.#isNew()) this.#corpus.push(data);
    return undefined;
  }

  #isNew(): boolean {
    const { counters, edges } = this.#instrument;
    let isNew = false;
    for (let edge = 0; edge < edges; edge += 1) {
      const reached = CLASS_OF[counters[edge] ?? 0] ?? 0;
      const seen = this.#seen[edge] ?? 0;
      if ((reached & ~seen) === 0) continue;
      isNew = true;
      if (seen === 0) this.#branches += 1;
      this.#seen[edge] = seen | reached;
    }
    return isNew;
  }
}
