import type { DeviceAddress } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import { withDeadline } from '../device/deadline.ts';
import { type Heartbeat, openLiveChannel } from '../device/live-channel.ts';
import { failure } from '../failure.ts';
import { checkConnection } from '../pairing/check-connection.ts';
import { currentTrust, type PairingContext } from '../pairing/settings.ts';
import { MovedDeviceFinder, type Search } from './follow.ts';
import { initialStatus, nextStatus, type StatusEvent } from './state-machine.ts';
import { ChannelWatcher } from './watcher.ts';

const MINUTE_MS = 60_000;
/** How many scheduled checks run at once; most of the time of each is waiting for the network. */
const CHECKS_AT_ONCE = 16;
/** Its address may have gone to another device, so "wrong device" is a reason to look for the right one as well. */
const FOLLOWED: ReadonlySet<ConnectionState> = new Set(['unreachable', 'wrong-device']);
export const DEFAULT_HEARTBEAT: Heartbeat = { everyMs: 15_000, pongWithinMs: 10_000 };

export interface MonitorParts {
  readonly context: PairingContext;
  readonly settings: () => { readonly checkIntervalMinutes: number; readonly followAddressChanges: boolean };
  readonly search: Search;
  readonly heartbeat: Heartbeat;
  readonly random: () => number;
  /** Like setTimeout; returns what cancels it. */
  readonly later: (work: () => void, ms: number) => () => void;
  readonly onStatus: (pairing: PairingRecord, status: PairingStatus, before: PairingStatus) => void;
  readonly onPairing: (pairing: PairingRecord) => void;
  readonly onMoved: (pairing: PairingRecord, from: DeviceAddress) => void;
}

/** Keeps an eye on all pairings: scheduled checks, watched channels, and devices that moved. */
export class ConnectionMonitor {
  readonly #parts: MonitorParts;
  readonly #finder: MovedDeviceFinder;
  readonly #statuses = new Map<string, PairingStatus>();
  readonly #checks = new Map<string, Promise<PairingRecord>>();
  readonly #checkedAt = new Map<string, number>();
  readonly #watchers = new Map<string, ChannelWatcher>();
  readonly #closing = new AbortController();
  #suspended = 0;

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#finder = new MovedDeviceFinder(parts.search, parts.context.now);
  }

  get statuses(): Record<string, PairingStatus> {
    return Object.fromEntries(
      this.#parts.context.vault.pairings.map((pairing) => [pairing.id, this.#statusOf(pairing)]),
    );
  }

  /** Starts the checks that are due and updates what the clock changes. Call it every few seconds. */
  tick(): void {
    if (this.#closing.signal.aborted) return;
    const { context, settings } = this.#parts;
    const interval = settings().checkIntervalMinutes * MINUTE_MS;
    for (const pairing of context.vault.pairings) {
      this.#apply(pairing.id, { type: 'looked-at-clock' });
      if (pairing.watchLive && !this.#watchers.has(pairing.id)) this.#watch(pairing.id);
      const checkedAt = this.#checkedAt.get(pairing.id) ?? Number.NEGATIVE_INFINITY;
      const due =
        context.now() - checkedAt >= interval && !this.#statusOf(pairing).live && this.#suspended === 0;
      if (due && this.#checks.size < CHECKS_AT_ONCE) void this.check(pairing.id).catch(() => {});
    }
  }

  /** The network or the computer came back: what waits for a retry is tried at once, and all is checked anew. */
  wake(): void {
    for (const [id, status] of this.#statuses) {
      if (status.state !== 'connected' && status.state !== 'tls-only') this.#checkedAt.delete(id);
    }
    for (const watcher of this.#watchers.values()) watcher.wake();
    this.tick();
  }

  /** Checks a pairing now, or joins the check that is running. Throws {@link Failure} `not-found`. */
  check(id: string): Promise<PairingRecord> {
    const running = this.#checks.get(id);
    if (running) return running;
    const check = this.#check(id).finally(() => this.#checks.delete(id));
    this.#checks.set(id, check);
    return check;
  }

  /** Searches the local subnets for the device of a pairing now. */
  async findMoved(id: string): Promise<DeviceAddress | null> {
    const pairing = this.#pairing(id);
    const movedTo = await this.#finder.find(pairing, true, this.#closing.signal);
    this.#apply(id, { type: 'moved', to: movedTo });
    return movedTo;
  }

  /** From now on the device of this pairing is looked for at `to`; its identity stays pinned. */
  async moveAddress(id: string, to: DeviceAddress): Promise<PairingRecord> {
    const { address: from } = this.#pairing(id);
    const moved = this.#parts.context.vault.updateRecord(id, { address: to });
    this.#parts.onPairing(moved);
    this.#parts.onMoved(moved, from);
    this.#apply(id, { type: 'moved', to: null });
    // A check that is under way still looks at the old address.
    await Promise.allSettled([this.#checks.get(id)]);
    return this.check(id);
  }

  async setWatchLive(id: string, on: boolean): Promise<PairingRecord> {
    const pairing = this.#parts.context.vault.updateRecord(id, { watchLive: on });
    this.#parts.onPairing(pairing);
    if (on) this.#watch(id);
    else await this.#unwatch(id);
    return pairing;
  }

  /** A pairing was made or made anew: what was known about its connection no longer counts. */
  pairingChanged(pairing: PairingRecord): void {
    if (pairing.lastCheck) this.#apply(pairing.id, { type: 'check-ended', check: pairing.lastCheck });
    this.#checkedAt.set(pairing.id, this.#parts.context.now());
  }

  async pairingRemoved(id: string): Promise<void> {
    this.#statuses.delete(id);
    this.#checkedAt.delete(id);
    await this.#unwatch(id);
    this.#statuses.delete(id);
  }

  /** Closes all channels while `work` runs: the device has one, and a pairing needs it. */
  async withoutChannels<T>(work: () => Promise<T>): Promise<T> {
    this.#suspended += 1;
    try {
      await Promise.all([...this.#watchers.keys()].map((id) => this.#unwatch(id)));
      return await work();
    } finally {
      this.#suspended -= 1;
      this.tick();
    }
  }

  /** Ends everything that runs and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.all([...this.#watchers.keys()].map((id) => this.#unwatch(id)));
    await Promise.allSettled(this.#checks.values());
  }

  async #check(id: string): Promise<PairingRecord> {
    const { context, onPairing } = this.#parts;
    this.#pairing(id);
    this.#checkedAt.set(id, context.now());
    this.#apply(id, { type: 'check-started' });
    // The proof needs the device's one channel for itself.
    await this.#unwatch(id);
    const checked = await checkConnection(id, context, this.#closing.signal);
    onPairing(checked);
    if (checked.lastCheck) this.#apply(id, { type: 'check-ended', check: checked.lastCheck });
    if (checked.watchLive) this.#watch(id);
    if (FOLLOWED.has(this.#statusOf(checked).state)) void this.#follow(checked).catch(() => {});
    return checked;
  }

  async #follow(pairing: PairingRecord): Promise<void> {
    const movedTo = await this.#finder.find(pairing, false, this.#closing.signal);
    if (!movedTo || !this.#parts.context.vault.find(pairing.id)) return;
    if (this.#parts.settings().followAddressChanges) await this.moveAddress(pairing.id, movedTo);
    else this.#apply(pairing.id, { type: 'moved', to: movedTo });
  }

  #watch(id: string): void {
    if (this.#watchers.has(id) || this.#suspended > 0 || this.#closing.signal.aborted) return;
    const { context, heartbeat, random, later } = this.#parts;
    const watcher = new ChannelWatcher({
      now: context.now,
      random,
      later,
      open: (onLost, signal) => {
        const { record, credentials } = this.#inUse(id);
        return openLiveChannel(
          {
            address: record.address,
            identity: record.identity,
            trust: currentTrust(context),
            clientCertificate: credentials,
            signal: withDeadline(signal, context.timing.connectMs),
          },
          heartbeat,
          (lost) => onLost(lost.appError),
        );
      },
      onOpened: () => this.#apply(id, { type: 'channel-opened' }),
      onLost: (error, nextTryAt) => {
        this.#apply(id, { type: 'channel-lost', error, nextTryAt });
        const pairing = context.vault.find(id);
        if (pairing && nextTryAt !== null) void this.#follow(pairing).catch(() => {});
      },
    });
    this.#watchers.set(id, watcher);
    watcher.wake();
  }

  async #unwatch(id: string): Promise<void> {
    const watcher = this.#watchers.get(id);
    if (!watcher) return;
    this.#watchers.delete(id);
    await watcher.stop();
    if (this.#statuses.has(id)) this.#apply(id, { type: 'channel-closed' });
  }

  #inUse(id: string) {
    const found = this.#parts.context.vault.credentials(id).find(({ pending }) => !pending);
    if (!found) throw failure('mtls-inconclusive', 'the credentials have not been proved yet');
    return found;
  }

  #pairing(id: string): PairingRecord {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing) throw failure('not-found', `pairing ${id}`);
    return pairing;
  }

  #statusOf(pairing: PairingRecord): PairingStatus {
    return this.#statuses.get(pairing.id) ?? initialStatus(pairing, this.#parts.context.now());
  }

  #apply(id: string, event: StatusEvent): void {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing) return;
    const before = this.#statusOf(pairing);
    const status = nextStatus(before, event, pairing, this.#parts.context.now());
    const known = this.#statuses.has(id);
    this.#statuses.set(id, status);
    if (!known || JSON.stringify(status) !== JSON.stringify(before))
      this.#parts.onStatus(pairing, status, before);
  }
}
