import { randomFillSync } from 'node:crypto';

const FIN_TEXT = 0x81;
const MASKED = 0x80;
const LENGTH_IN_16_BITS = 126;
const LENGTH_IN_64_BITS = 127;
const KEY_BYTES = 4;

/** Masking keys (RFC 6455 section 5.3) that nobody can foresee, drawn many at once. */
const keys = Buffer.alloc(1024 * KEY_BYTES);
let nextKey = keys.length;

/** Where a key of its own begins in {@link keys}. */
function drawKey(): number {
  if (nextKey === keys.length) {
    randomFillSync(keys);
    nextKey = 0;
  }
  nextKey += KEY_BYTES;
  return nextKey - KEY_BYTES;
}

const lengthBytes = (length: number): number => (length < LENGTH_IN_16_BITS ? 0 : length < 65_536 ? 2 : 8);

const shiftedKey = new Uint8Array(KEY_BYTES);
const shiftedKeyWord = new Uint32Array(shiftedKey.buffer);

/** Frames that are written one behind the other into one buffer. */
class FrameBuffer {
  readonly bytes: Buffer;
  /** The same, four bytes at a time. */
  readonly #words: Uint32Array;
  #at = 0;

  constructor(length: number) {
    const pooled = Buffer.allocUnsafe(length);
    // Node aligns what it pools, and promises it nowhere.
    this.bytes = pooled.byteOffset % KEY_BYTES === 0 ? pooled : Buffer.allocUnsafeSlow(length);
    this.#words = new Uint32Array(this.bytes.buffer, this.bytes.byteOffset, length >>> 2);
  }

  add(text: Buffer, isMasked: boolean): void {
    this.#addHead(text.length, isMasked ? MASKED : 0);
    const key = isMasked ? drawKey() : undefined;
    if (key !== undefined) this.#at += keys.copy(this.bytes, this.#at, key, key + KEY_BYTES);
    const from = this.#at;
    this.bytes.set(text, from);
    this.#at += text.length;
    if (key !== undefined) this.#mask(from, this.#at, key);
  }

  #addHead(length: number, maskBit: number): void {
    const { bytes } = this;
    const extra = lengthBytes(length);
    bytes[this.#at] = FIN_TEXT;
    bytes[this.#at + 1] =
      maskBit | (extra === 0 ? length : extra === 2 ? LENGTH_IN_16_BITS : LENGTH_IN_64_BITS);
    if (extra === 2) bytes.writeUInt16BE(length, this.#at + 2);
    else if (extra === 8) {
      bytes.writeUInt32BE(0, this.#at + 2);
      bytes.writeUInt32BE(length, this.#at + 6);
    }
    this.#at += 2 + extra;
  }

  #mask(from: number, to: number, key: number): void {
    const words = this.#words;
    const firstWord = (from + KEY_BYTES - 1) >>> 2;
    const endWord = to >>> 2;
    if (firstWord >= endWord) {
      this.#maskBytes(from, to, from, key);
      return;
    }
    const shift = firstWord * KEY_BYTES - from;
    this.#maskBytes(from, from + shift, from, key);
    for (let index = 0; index < KEY_BYTES; index += 1)
      shiftedKey[index] = keys[key + ((index + shift) & 3)] ?? 0;
    const word = shiftedKeyWord[0] ?? 0;
    for (let index = firstWord; index < endWord; index += 1) words[index] = (words[index] ?? 0) ^ word;
    this.#maskBytes(endWord * KEY_BYTES, to, from, key);
  }

  /** `start`: where the masked text begins, and so its key. */
  #maskBytes(from: number, to: number, start: number, key: number): void {
    const { bytes } = this;
    for (let at = from; at < to; at += 1)
      bytes[at] = (bytes[at] ?? 0) ^ (keys[key + ((at - start) & 3)] ?? 0);
  }
}

/** Each text in a frame of its own (RFC 6455 section 5.2), one behind the other. A client has to mask them. */
export function textFrames(texts: readonly Buffer[], isMasked: boolean): Buffer {
  let length = 0;
  for (const text of texts) length += 2 + lengthBytes(text.length) + (isMasked ? KEY_BYTES : 0) + text.length;
  const frames = new FrameBuffer(length);
  for (const text of texts) frames.add(text, isMasked);
  return frames.bytes;
}
