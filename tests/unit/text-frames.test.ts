import type { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import * as ws from 'ws';
import { textFrames } from '../../electron/core/device/text-frames.ts';

/** Of the library, whose types leave it out. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What the library reads in frames, cut into pieces of `pieceBytes`. */
function read(frames: Buffer, isServer: boolean, pieceBytes = frames.length): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const receiver = new Receiver({ isServer, allowSynchronousEvents: true, maxPayload: 0 });
    const texts: string[] = [];
    receiver.on('message', (data: Buffer, isBinary: boolean) => {
      texts.push(isBinary ? 'binary' : data.toString());
    });
    receiver.on('error', reject);
    receiver.on('finish', () => resolve(texts));
    // It unmasks in place.
    const copy = Buffer.from(frames);
    for (let at = 0; at < copy.length; at += pieceBytes) receiver.write(copy.subarray(at, at + pieceBytes));
    receiver.end();
  });
}

const text = (length: number) =>
  Array.from({ length }, (_, at) => String.fromCharCode(33 + (at % 90))).join('');

it.each([true, false])(
  'frames of every length are read as they were written, masked: %s',
  async (isMasked) => {
    const lengths = [...Array(140).keys(), 65_534, 65_535, 65_536, 65_537, 1_000_003];
    const texts = lengths.map(text);
    const frames = textFrames(
      texts.map((each) => Buffer.from(each)),
      isMasked,
    );
    expect(await read(frames, isMasked)).toEqual(texts);
    expect(await read(frames, isMasked, 1_021)).toEqual(texts);
  },
);

it('texts are left as they are, whatever place of a buffer they have', async () => {
  const buffer = Buffer.from('xyz{"type":"PaymentRequest","name":"Zoë"}');
  for (const from of [0, 1, 2, 3]) {
    const part = buffer.subarray(from);
    expect(await read(textFrames([part, part], true), true)).toEqual([part.toString(), part.toString()]);
  }
  expect(buffer.toString()).toBe('xyz{"type":"PaymentRequest","name":"Zoë"}');
});

it('each masked frame has a key of its own', () => {
  const count = 3_000;
  const frames = textFrames(Array<Buffer>(count).fill(Buffer.from('12345678')), true);
  const length = frames.length / count;
  const keys = Array.from({ length: count }, (_, at) => frames.readUInt32BE(at * length + 2));
  // Of 32 bits each: two of 3,000 may be the same by chance once in a thousand runs.
  expect(new Set(keys).size).toBeGreaterThan(count - 3);
});

it('without a mask a frame is nothing but its head and the text', () => {
  expect(textFrames([Buffer.from('hi'), Buffer.alloc(0)], false)).toEqual(
    Buffer.from([0x81, 2, 0x68, 0x69, 0x81, 0]),
  );
});
