import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { cancellable, withDeadline } from '../../electron/device/deadline.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

const waiting = (signal: AbortSignal) => cancellable(signal, 'nothing', () => () => {});

describe('withDeadline', () => {
  it('ends on time', async () => {
    await expect(waiting(withDeadline(new AbortController().signal, 10))).rejects.toThrow('timed-out');
  });

  it('ends with its parent, as cancelled', async () => {
    const parent = new AbortController();
    const work = waiting(withDeadline(parent.signal, 60_000));
    parent.abort();
    await expect(work).rejects.toThrow('cancelled');
    await expect(waiting(withDeadline(parent.signal, 60_000))).rejects.toThrow('cancelled');
  });

  it('is not lost to the garbage collector', async () => {
    const parent = new AbortController();
    const all = Array.from({ length: 20 }, () => waiting(withDeadline(parent.signal, 300)));
    collectGarbage();
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    const ends = await Promise.allSettled(all);
    expect(ends.map((end) => end.status)).toEqual(all.map(() => 'rejected'));
  });
});
