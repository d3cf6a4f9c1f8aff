import { type Choices, pick } from '../choices.ts';

/** Larger inputs are slow and find nothing that smaller ones do not. */
export const MOST_BYTES = 64 * 1024;

const INTERESTING = [
  0, 1, 0x0a, 0x0d, 0x20, 0x22, 0x2d, 0x30, 0x5c, 0x7f, 0x80, 0x81, 0x84, 0xfe, 0xff,
] as const;

const cut = (data: Buffer, from: number, to: number) =>
  Buffer.concat([data.subarray(0, from), data.subarray(to)]);
const insert = (data: Buffer, at: number, more: Buffer) =>
  Buffer.concat([data.subarray(0, at), more, data.subarray(at)]);

/** One change of bytes that knows nothing of what they mean; `tokens` are what may stand in such data. */
export function mutateBytes(data: Buffer, choices: Choices, tokens: readonly string[] = []): Buffer {
  const at = choices.below(data.length + 1);
  const length = 1 + choices.below(choices.below(4) === 0 ? 256 : 8);
  switch (choices.below(9)) {
    case 0: {
      const changed = Buffer.from(data);
      if (at < changed.length) changed[at] = (changed[at] ?? 0) ^ (1 << choices.below(8));
      return changed;
    }
    case 1: {
      const changed = Buffer.from(data);
      if (at < changed.length) changed[at] = pick(choices, INTERESTING);
      return changed;
    }
    case 2: {
      const changed = Buffer.from(data);
      if (at < changed.length) changed[at] = choices.below(256);
      return changed;
    }
    case 3:
      return cut(data, at, at + length);
    case 4:
      return insert(data, at, Buffer.alloc(length, pick(choices, INTERESTING)));
    case 5: {
      const from = choices.below(data.length + 1);
      return insert(data, at, data.subarray(from, from + 4 * length)).subarray(0, MOST_BYTES);
    }
    case 6:
      return data.subarray(0, at);
    case 7: {
      const changed = Buffer.from(data);
      const value = pick(choices, [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0xffffffff]);
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(value);
      bytes.subarray(4 - pick(choices, [1, 2, 4])).copy(changed, at);
      return changed;
    }
    default: {
      const token = tokens[choices.below(tokens.length)];
      return token === undefined ? cut(data, at, at + 1) : insert(data, at, Buffer.from(token));
    }
  }
}
