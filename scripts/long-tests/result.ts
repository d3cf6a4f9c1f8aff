/** One line of the table. */
export interface Row {
  readonly area: string;
  readonly what: string;
  /** How many times it was tried; 0 when it was skipped. */
  readonly tries: number;
  /** What came of the tries, such as `old (512); new (488)`. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** The first ones, in words. */
  readonly failures: readonly string[];
  readonly failed: number;
  readonly skipped?: string;
}

const MOST_TOLD = 5;
const LONGEST_TOLD = 300;

/** Counts what came of many tries of one thing. */
export class Tally {
  readonly #outcomes = new Map<string, number>();
  readonly #failures: string[] = [];
  #tries = 0;
  #failed = 0;

  add(outcome: string): void {
    this.#tries += 1;
    this.#outcomes.set(outcome, (this.#outcomes.get(outcome) ?? 0) + 1);
  }

  fail(why: string): void {
    this.#tries += 1;
    this.#failed += 1;
    if (this.#failures.length < MOST_TOLD) this.#failures.push(why.slice(0, LONGEST_TOLD));
  }

  /** A try that must find nothing wrong. */
  judge(wrong: readonly string[], outcome: string, where = ''): void {
    if (wrong.length === 0) this.add(outcome);
    else this.fail(`${where}${where && ': '}${wrong.join('; ')}`);
  }

  row(area: string, what: string): Row {
    return {
      area,
      what,
      tries: this.#tries,
      outcomes: Object.fromEntries([...this.#outcomes].sort(([a], [b]) => (a < b ? -1 : 1))),
      failures: this.#failures,
      failed: this.#failed,
    };
  }
}

export const skippedRow = (area: string, what: string, why: string): Row => ({
  area,
  what,
  tries: 0,
  outcomes: {},
  failures: [],
  failed: 0,
  skipped: why,
});

const count = (number: number): string => number.toLocaleString('en');

/** Rows as a Markdown table. */
export const tableOf = (rows: readonly Row[]): string =>
  [
    '| What | Tries | Outcome | Wrong |',
    '| --- | ---: | --- | ---: |',
    ...rows.map(({ what, tries, outcomes, failed, skipped }) => {
      const came = Object.entries(outcomes).map(([outcome, times]) => `${outcome} (${count(times)})`);
      return `| ${what} | ${count(tries)} | ${skipped ? `skipped: ${skipped}` : came.join('; ')} | ${count(failed)} |`;
    }),
  ].join('\n');

export const isPassed = ({ tries, failed }: Row): boolean => tries > 0 && failed === 0;
