import { createPrivateKey } from 'node:crypto';

/** What to look for in bytes: a name that says nothing of the secret, and the bytes. */
export interface Trace {
  readonly name: string;
  readonly bytes: Buffer;
}

export interface FoundTrace extends Trace {
  /** Offset in what was searched. */
  readonly at: number;
}

/** Long enough to be nobody else's. */
const TEXT_PIECE = 16;
const NUMBER_PIECE = 16;
/** So near to each other that a line of PEM has a whole one, and that a short number has one before or after its break. */
const STEP = { long: 24, short: 8 };

const both = (name: string, text: string): Trace[] => [
  { name: `${name}, one byte a character`, bytes: Buffer.from(text, 'latin1') },
  { name: `${name}, two bytes a character`, bytes: Buffer.from(text, 'utf16le') },
];

/** Pieces of the base64 of whatever has this number in it. */
function base64Pieces(number: Buffer): string[] {
  const pieces: string[] = [];
  // In the base64 of a whole key a number may begin at any of three places within four characters.
  for (const before of [0, 1, 2]) {
    const text = Buffer.concat([Buffer.alloc(before), number])
      .toString('base64')
      .replace(/=+$/, '');
    // Its ends also hold bits of the neighbours.
    const own = text.slice(4, -4);
    const step = number.length > 64 ? STEP.long : STEP.short;
    for (let at = 0; at + TEXT_PIECE <= own.length; at += step) pieces.push(own.slice(at, at + TEXT_PIECE));
  }
  return pieces;
}

/**
 * Of a private key (PEM), by its secret numbers only, since certificates show the others: in base64, base64url and
 * hex, as in DER, and as a cryptographic library keeps a number in memory, its lowest byte first.
 */
export function tracesOfKey(privateKeyPem: string): Trace[] {
  const { d, p, q, dp, dq, qi } = createPrivateKey(privateKeyPem).export({ format: 'jwk' });
  const numbers = Object.entries({ d, p, q, dp, dq, qi });
  return numbers.flatMap(([name, text]) => {
    if (text === undefined) return [];
    const number = Buffer.from(text, 'base64url');
    const start = Math.max(0, Math.floor((number.length - NUMBER_PIECE) / 2));
    const middle = number.subarray(start, start + NUMBER_PIECE);
    const hex = middle.toString('hex');
    return [
      { name: `${name} as in DER`, bytes: Buffer.from(middle) },
      { name: `${name} as a number in memory`, bytes: Buffer.from(middle).reverse() },
      ...both(`${name} in hex`, hex),
      ...both(`${name} in hex, upper case`, hex.toUpperCase()),
      ...base64Pieces(number).flatMap((piece) => [
        ...both(`${name} in base64`, piece),
        ...(/[+/]/.test(piece)
          ? both(`${name} in base64url`, piece.replaceAll('+', '-').replaceAll('/', '_'))
          : []),
      ]),
    ];
  });
}

/** Of a text that is short and whole wherever it is, such as a setup code. */
export const tracesOfText = (name: string, text: string): Trace[] => [
  ...both(name, text),
  ...both(`${name} in lower case`, text.toLowerCase()),
  ...both(`${name} in base64`, Buffer.from(text).toString('base64').replace(/=+$/, '').slice(0, -1)),
];

/** Finds any of many traces in one pass over the bytes. */
export class TraceFinder {
  /** By their first two bytes, little-endian. */
  readonly #byStart = new Map<number, Trace[]>();
  readonly #starts = new Uint8Array(0x10000);
  /** Bytes of the longest trace. */
  readonly longest: number;

  constructor(traces: readonly Trace[]) {
    this.longest = Math.max(...traces.map(({ bytes }) => bytes.length));
    for (const trace of traces) {
      const start = trace.bytes.readUInt16LE(0);
      this.#starts[start] = 1;
      this.#byStart.set(start, [...(this.#byStart.get(start) ?? []), trace]);
    }
  }

  /** What is found, once for each place. */
  find(data: Buffer): FoundTrace[] {
    const found: FoundTrace[] = [];
    const last = data.length - 1;
    for (let at = 0, start = data[0] ?? 0; at < last; at += 1) {
      start |= (data[at + 1] ?? 0) << 8;
      if (this.#starts[start] !== 0) {
        for (const trace of this.#byStart.get(start) ?? [])
          if (data.subarray(at, at + trace.bytes.length).equals(trace.bytes)) found.push({ ...trace, at });
      }
      start >>>= 8;
    }
    return found;
  }

  /** The names of what is found, each once. */
  namesIn(data: Buffer | string): string[] {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data;
    return [...new Set(this.find(bytes).map(({ name }) => name))];
  }
}
