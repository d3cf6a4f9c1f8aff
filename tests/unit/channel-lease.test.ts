import { setMaxListeners } from 'node:events';
import { beforeEach, describe, expect, it } from 'vitest';
import { ChannelLeases, type Holder, type Lease } from '../../electron/core/channel/channel-lease.ts';
import type { DeviceIdentity } from '../../shared/identity.ts';

const A: DeviceIdentity = { kind: 'serial', serial: 'ab-1' };
const B: DeviceIdentity = { kind: 'serial', serial: 'ab-2' };

/** Timers that run when the test says so. */
let timers: Set<() => void>;
let leases: ChannelLeases;
let freed: [DeviceIdentity, Holder][];
beforeEach(() => {
  timers = new Set();
  freed = [];
  leases = new ChannelLeases({
    later: (work) => {
      const timer = () => {
        timers.delete(timer);
        work();
      };
      timers.add(timer);
      return () => timers.delete(timer);
    },
  });
  leases.onFree((device, last) => freed.push([device, last]));
});

const timeIsOver = () => {
  for (const timer of [...timers]) timer();
};
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** Acquires, and notes in `log` when that was granted or why not. */
let log: string[];
beforeEach(() => {
  log = [];
});
function ask(name: string, holder: Holder, device = A) {
  const cancel = new AbortController();
  const granted = leases.acquire(device, { holder, signal: cancel.signal });
  const asked: { cancel: AbortController; lease?: Lease } = { cancel };
  granted.then(
    (lease) => {
      asked.lease = lease;
      log.push(name);
    },
    (thrown) => log.push(`${name}: ${thrown.appError?.code}`),
  );
  return asked;
}

describe('the lease of a channel', () => {
  it('is given at once when nobody has it, and names its holder', async () => {
    const { lease } = await granted('watch');
    expect([lease.holder, lease.signal.aborted, leases.holderOf(A)]).toEqual(['watch', false, 'watch']);
    lease.release();
    expect([leases.holderOf(A), leases.size]).toEqual([undefined, 0]);
    expect(freed).toEqual([[A, 'watch']]);
  });

  async function granted(holder: Holder, device = A) {
    const asked = ask(holder, holder, device);
    await settled();
    if (!asked.lease) throw new Error('not granted');
    return { lease: asked.lease, cancel: asked.cancel };
  }

  it('goes to the most urgent first, and among equals to the one that came first', async () => {
    const { lease: first } = await granted('pairing');
    const asked = [
      ask('watch 1', 'watch'),
      ask('proof 1', 'proof'),
      ask('watch 2', 'watch'),
      ask('bridge', 'bridge'),
      ask('doctor', 'doctor'),
      ask('pairing 2', 'pairing'),
      ask('proof 2', 'proof'),
    ];
    await settled();
    // Equals and less urgent ones wait; nobody is disturbed for them.
    expect([log, first.signal.aborted, timers.size]).toEqual([['pairing'], false, 0]);
    log = [];
    first.release();
    for (let turn = 0; turn < asked.length; turn += 1) {
      await settled();
      const holding = asked.filter(({ lease }) => lease).at(0);
      holding?.lease?.release();
      asked.splice(holding ? asked.indexOf(holding) : 0, 1);
      turn -= 1;
    }
    expect(log).toEqual(['pairing 2', 'proof 1', 'doctor', 'proof 2', 'bridge', 'watch 1', 'watch 2']);
    expect(leases.size).toBe(0);
  });

  it('is handed over once the less urgent holder has let go', async () => {
    const { lease: watch } = await granted('watch');
    const proof = ask('proof', 'proof');
    await settled();
    expect([watch.signal.aborted, proof.lease, leases.holderOf(A)]).toEqual([true, undefined, 'watch']);
    watch.release();
    await settled();
    expect([proof.lease?.holder, proof.lease?.signal.aborted, timers.size]).toEqual(['proof', false, 0]);
    // It was never free in between.
    expect(freed).toEqual([]);
  });

  it('is taken from a holder that does not let go in time, whose late release harms nobody', async () => {
    const { lease: stuck } = await granted('watch');
    const proof = ask('proof', 'proof');
    await settled();
    timeIsOver();
    await settled();
    expect(proof.lease?.holder).toBe('proof');
    stuck.release();
    expect([leases.holderOf(A), proof.lease?.signal.aborted, freed]).toEqual(['proof', false, []]);
    proof.lease?.release();
    expect(leases.size).toBe(0);
    stuck.release();
    expect(freed).toHaveLength(1);
  });

  it('asks a holder once, and gives it no more time when others come', async () => {
    const { lease: watch } = await granted('watch');
    ask('proof', 'proof');
    ask('pairing', 'pairing');
    expect([watch.signal.aborted, timers.size]).toEqual([true, 1]);
    timeIsOver();
    await settled();
    expect(leases.holderOf(A)).toBe('pairing');
  });

  it('is no longer waited for once the signal has ended, which leaves nothing behind', async () => {
    const { lease: first } = await granted('proof');
    const waiting = ask('waiting', 'proof');
    const next = ask('next', 'watch');
    waiting.cancel.abort();
    await settled();
    expect(log).toEqual(['proof', 'waiting: cancelled']);
    first.release();
    await settled();
    expect(next.lease?.holder).toBe('watch');
    next.lease?.release();
    expect([leases.size, waiting.lease]).toEqual([0, undefined]);

    const late = new AbortController();
    late.abort();
    await expect(leases.acquire(A, { holder: 'watch', signal: late.signal })).rejects.toMatchObject({
      appError: { code: 'cancelled' },
    });
    expect(leases.size).toBe(0);
  });

  it('frees the device when the one it was asked for has gone meanwhile', async () => {
    const { lease: watch } = await granted('watch');
    const proof = ask('proof', 'proof');
    proof.cancel.abort();
    await settled();
    expect(watch.signal.aborted).toBe(true);
    watch.release();
    expect([leases.size, freed]).toEqual([0, [[A, 'watch']]]);
  });

  it('ends with the signal it was acquired with, and is kept until it is released', async () => {
    const { lease, cancel } = await granted('proof');
    cancel.abort();
    expect([lease.signal.aborted, leases.holderOf(A)]).toEqual([true, 'proof']);
    lease.release();
    expect(leases.size).toBe(0);
  });

  it('is released once, however often that is asked', async () => {
    const { lease: first } = await granted('proof');
    const second = ask('second', 'proof');
    const third = ask('third', 'proof');
    first.release();
    first.release();
    await settled();
    expect([second.lease?.holder, third.lease]).toEqual(['proof', undefined]);
  });

  it('concerns one device only, by whatever letter case it is known', async () => {
    const { lease } = await granted('pairing');
    const other = await granted('watch', B);
    expect([leases.size, other.lease.signal.aborted]).toEqual([2, false]);
    expect(leases.holderOf({ kind: 'serial', serial: 'AB-1' })).toBe('pairing');
    const same = ask('same', 'watch', { kind: 'serial', serial: 'AB-1' });
    // A host of that name is no device of that serial number.
    await granted('bridge', { kind: 'address', host: 'ab-1', publicKey256: null });
    expect([leases.size, same.lease]).toEqual([3, undefined]);
    lease.release();
    await settled();
    expect(same.lease?.holder).toBe('watch');
  });

  it('leaves nothing behind after 10,000 of them, nor a listener at the signal they share', async () => {
    const shared = new AbortController();
    setMaxListeners(0, shared.signal);
    let listening = 0;
    const { addEventListener, removeEventListener } = shared.signal;
    shared.signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listening += 1;
      addEventListener.apply(shared.signal, args);
    };
    shared.signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listening -= 1;
      removeEventListener.apply(shared.signal, args);
    };
    const work = async (index: number) => {
      const holder = (['watch', 'bridge', 'proof', 'pairing'] as const)[index % 4] ?? 'watch';
      const device: DeviceIdentity = { kind: 'serial', serial: `device-${index % 50}` };
      const lease = await leases.acquire(device, { holder, signal: shared.signal });
      await Promise.resolve();
      lease.release();
    };
    await Promise.all(Array.from({ length: 10_000 }, (_, index) => work(index)));
    expect([leases.size, timers.size, listening]).toEqual([0, 0, 0]);
  });
});
