import { getEventListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { cancellable, withDeadline } from '../../electron/core/device/deadline.ts';
import { Failure } from '../../electron/core/failure.ts';

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

afterEach(() => {
  vi.useRealTimers();
});

const waitUnder = (signal: AbortSignal) =>
  cancellable(signal, 'a test', () => () => {}).catch((thrown: unknown) =>
    thrown instanceof Failure ? thrown.appError.code : thrown,
  );

describe('withDeadline', () => {
  it('ends after its time, as timed out, also after garbage collections', async () => {
    const parent = new AbortController();
    const ended = waitUnder(withDeadline(parent.signal, 60));
    for (let i = 0; i < 3; i += 1) {
      await new Promise((resolve) => setImmediate(resolve));
      collectGarbage();
    }
    expect(await ended).toBe('timed-out');
  });

  it('ends with its parent, as cancelled', async () => {
    const parent = new AbortController();
    const ended = waitUnder(withDeadline(parent.signal, 60_000));
    parent.abort();
    expect(await ended).toBe('cancelled');
    expect(await waitUnder(withDeadline(parent.signal, 60_000))).toBe('cancelled');
  });

  it('leaves nothing at a parent that lives on', () => {
    vi.useFakeTimers();
    const parent = new AbortController();
    for (let i = 0; i < 1000; i += 1) withDeadline(parent.signal, 10);
    expect(getEventListeners(parent.signal, 'abort')).toHaveLength(1000);
    vi.advanceTimersByTime(10);
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('cancellable', () => {
  it('cleans up also when its own start ends the signal', async () => {
    const controller = new AbortController();
    const cleanUp = vi.fn();
    const work = cancellable(controller.signal, 'a test', () => {
      controller.abort();
      return cleanUp;
    });
    await expect(work).rejects.toThrow('cancelled');
    expect(cleanUp).toHaveBeenCalledTimes(1);
  });
});
