/** Repeated measurements of one thing, in one unit. */
export interface Sample {
  readonly median: number;
  /** The middle half lies between these. */
  readonly low: number;
  readonly high: number;
  readonly runs: number;
}

const quantile = (sorted: readonly number[], part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;

export function sampleOf(values: readonly number[]): Sample {
  const sorted = values.toSorted((a, b) => a - b);
  const [median, low, high] = [0.5, 0.25, 0.75].map((part) => quantile(sorted, part));
  return {
    median: median ?? Number.NaN,
    low: low ?? Number.NaN,
    high: high ?? Number.NaN,
    runs: values.length,
  };
}

/**
 * Measures several things in turn, `rounds` times each, and the other way round every second time, so that what else
 * the machine does, and what one leaves behind for the next, harms all alike.
 */
export async function inTurn<Name extends string>(
  rounds: number,
  things: Readonly<Record<Name, () => Promise<number> | number>>,
): Promise<Record<Name, number[]>> {
  const names = Object.keys(things) as Name[];
  const values = Object.fromEntries(names.map((name): [string, number[]] => [name, []])) as Record<
    Name,
    number[]
  >;
  for (let round = 0; round < rounds; round += 1)
    for (const name of round % 2 === 0 ? names : names.toReversed()) values[name].push(await things[name]());
  return values;
}
