import { channelKey, type DeviceIdentity, serialOf } from '../../../shared/identity.ts';
import { cancellable } from '../device/deadline.ts';
import { diagnose } from '../diagnostics/diagnose.ts';
import { type Later, later as systemTimers } from '../later.ts';

/** Who may hold a device's channel. The higher number may ask the lower one to let go. */
const PRIORITY = { watch: 0, bridge: 1, proof: 2, doctor: 2, pairing: 3 } as const;
export type Holder = keyof typeof PRIORITY;

/** Whether `holder` would be given the channel of `other`. */
export const outranks = (holder: Holder, other: Holder): boolean => PRIORITY[holder] > PRIORITY[other];

/** Milliseconds a holder has for closing its channel. */
const LET_GO_WITHIN_MS = 5_000;

export interface Lease {
  readonly holder: Holder;
  readonly priority: number;
  /** Ends when the holder must let go: somebody more urgent waits, or the signal it was acquired with has ended. */
  readonly signal: AbortSignal;
  /** To be called once the channel is closed. Doing it again, or too late, has no effect. */
  release(): void;
}

export interface LeaseRequest {
  readonly holder: Holder;
  /** Ends the waiting, and afterwards the lease's own signal. */
  readonly signal: AbortSignal;
}

export interface ChannelLeasesParts {
  /** Milliseconds a holder that was asked to let go has for it. */
  readonly letGoWithinMs?: number;
  readonly later?: Later;
}

interface Waiting {
  readonly holder: Holder;
  readonly grant: () => void;
}

interface Device {
  readonly identity: DeviceIdentity;
  held: HeldLease | undefined;
  /** The most urgent first; among equals, the one that came first. */
  readonly queue: Waiting[];
}

const serialIn = (identity: DeviceIdentity) => {
  const serial = serialOf(identity);
  return serial ? { serial } : {};
};

class HeldLease implements Lease {
  readonly holder: Holder;
  readonly #cancel = new AbortController();
  readonly #request: LeaseRequest;
  readonly #onReleased: (lease: HeldLease) => void;
  readonly #onRequestEnded = () => this.#cancel.abort(this.#request.signal.reason);
  #cancelTimer: (() => void) | undefined;

  constructor(request: LeaseRequest, onReleased: (lease: HeldLease) => void) {
    this.holder = request.holder;
    this.#request = request;
    this.#onReleased = onReleased;
    request.signal.addEventListener('abort', this.#onRequestEnded, { once: true });
  }

  get priority(): number {
    return PRIORITY[this.holder];
  }

  get signal(): AbortSignal {
    return this.#cancel.signal;
  }

  askToLetGo(withinMs: number, later: Later): void {
    if (this.#cancelTimer) return;
    this.#cancelTimer = later(() => this.release(), withinMs);
    this.#cancel.abort();
  }

  release(): void {
    this.#cancelTimer?.();
    this.#request.signal.removeEventListener('abort', this.#onRequestEnded);
    this.#onReleased(this);
  }
}

/**
 * The one owner of each device's one channel. Whoever opens a connection that is more than a TLS handshake holds a
 * lease of that device meanwhile. Devices are told apart by their identity, so a device that moved, or that two
 * pairings share, has one lease.
 */
export class ChannelLeases {
  readonly #letGoWithinMs: number;
  readonly #later: Later;
  /** Only devices that are held. */
  readonly #devices = new Map<string, Device>();
  readonly #onFree = new Set<(identity: DeviceIdentity, last: Holder) => void>();

  constructor({ letGoWithinMs = LET_GO_WITHIN_MS, later = systemTimers }: ChannelLeasesParts = {}) {
    this.#letGoWithinMs = letGoWithinMs;
    this.#later = later;
  }

  /**
   * Resolves once the channel is this holder's: a less urgent holder is asked to let go, and has closed or had its
   * time; others are waited for. Throws {@link Failure} `cancelled` (or `timed-out`) when `request.signal` ends
   * first, which leaves nothing behind.
   */
  acquire(identity: DeviceIdentity, request: LeaseRequest): Promise<Lease> {
    return cancellable<Lease>(request.signal, 'the channel of the device', (resolve) => {
      const key = channelKey(identity);
      const device = this.#devices.get(key) ?? { identity, held: undefined, queue: [] };
      this.#devices.set(key, device);
      const waiting: Waiting = {
        holder: request.holder,
        grant: () => {
          device.held = new HeldLease(request, (lease) => this.#released(device, lease));
          diagnose({ kind: 'channel-taken', holder: request.holder, ...serialIn(identity) });
          resolve(device.held);
        },
      };
      if (!device.held) {
        waiting.grant();
        return () => {};
      }
      const after = device.queue.findIndex(({ holder }) => outranks(request.holder, holder));
      device.queue.splice(after < 0 ? device.queue.length : after, 0, waiting);
      if (outranks(request.holder, device.held.holder)) {
        device.held.askToLetGo(this.#letGoWithinMs, this.#later);
      }
      return () => {
        const index = device.queue.indexOf(waiting);
        if (index >= 0) device.queue.splice(index, 1);
      };
    });
  }

  holderOf(identity: DeviceIdentity): Holder | undefined {
    return this.#devices.get(channelKey(identity))?.held?.holder;
  }

  /** Whether any device is held by one of these. */
  isAnyHeldBy(...holders: readonly Holder[]): boolean {
    return [...this.#devices.values()].some(({ held }) => held && holders.includes(held.holder));
  }

  /** How many devices are held. */
  get size(): number {
    return this.#devices.size;
  }

  /** `listener` is told of each device that nobody holds or waits for any more, and who held it last. */
  onFree(listener: (identity: DeviceIdentity, last: Holder) => void): void {
    this.#onFree.add(listener);
  }

  #released(device: Device, lease: HeldLease): void {
    // One that was treated as gone may come back after others have taken its place.
    if (device.held !== lease) return;
    device.held = undefined;
    diagnose({ kind: 'channel-let-go', holder: lease.holder, ...serialIn(device.identity) });
    const next = device.queue.shift();
    if (next) {
      next.grant();
      return;
    }
    this.#devices.delete(channelKey(device.identity));
    for (const listener of this.#onFree) listener(device.identity, lease.holder);
  }
}
