/** A sequence of decisions. What it decides is the same each time, so a case can be told by its numbers. */
export interface Choices {
  /** A whole number from 0 up to, and without, `limit`; 0 when nothing is left to decide. */
  below(limit: number): number;
}

/** The decisions are the numbers given; shorter lists and smaller numbers decide for simpler things. */
export function choicesFrom(numbers: readonly number[]): Choices {
  let at = 0;
  return {
    below: (limit) => {
      const number = numbers[at] ?? 0;
      at += 1;
      return limit < 1 ? 0 : number % limit;
    },
  };
}

/** Mulberry32: without an end, and the same for the same seed. */
export function randomChoices(seed: number): Choices {
  let state = seed | 0;
  return {
    below: (limit) => {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return limit < 1 ? 0 : ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
    },
  };
}

export function pick<T>(choices: Choices, items: readonly [T, ...T[]]): T {
  return items[choices.below(items.length)] ?? items[0];
}
