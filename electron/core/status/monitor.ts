import { isDeepStrictEqual } from 'node:util';
import { type DeviceIdentity, sameChannel } from '../../../shared/identity.ts';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../../shared/status.ts';
import type { Holder } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { withDeadline } from '../device/deadline.ts';
import { type Heartbeat, type LiveChannel, openLiveChannel } from '../device/live-channel.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { Later } from '../later.ts';
import type { Tell } from '../news.ts';
import {
  type CheckDepth,
  type Checked,
  checkConnection,
  type HeldChannel,
  keepSeen,
  type SeenConnection,
} from '../pairing/check-connection.ts';
import { summarize } from '../pki/certificate.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import { ChannelWatcher } from './channel-watcher.ts';
import { hasElapsed } from './elapsed.ts';
import { MovedDeviceFinder, type Search } from './moved-device-finder.ts';
import { initialStatus, maybeWatched, nextStatus, type StatusEvent } from './state-machine.ts';

const MINUTE_MS = 60_000;
/** How many scheduled checks run at once; most of the time of each is waiting for the network. */
const CHECKS_AT_ONCE = 16;
/** Its address may have gone to another device, so "wrong device" is a reason to look for the right one as well. */
const FOLLOWED: ReadonlySet<ConnectionState> = new Set(['unreachable', 'reconnecting', 'wrong-device']);
export const DEFAULT_HEARTBEAT: Heartbeat = { everyMs: 15_000, pongWithinMs: 10_000 };

export interface MonitorParts {
  readonly context: CoreContext;
  readonly settings: () => { readonly checkIntervalMinutes: number; readonly followAddressChanges: boolean };
  readonly search: Search;
  /** The tills that have the channel of a device through a bridge; left out: none ever has. */
  readonly tills?: {
    readonly hasTill: (id: string) => boolean;
    /** What its channel shows; undefined: nothing now. */
    readonly check: (id: string, signal: AbortSignal) => Promise<SeenConnection | undefined>;
  };
  readonly heartbeat: Heartbeat;
  readonly random: () => number;
  readonly later: Later;
  readonly tell: Tell;
}

interface RunningCheck {
  readonly depth: CheckDepth;
  readonly outcome: Promise<PairingRecord>;
  readonly cancel: AbortController;
}

/** Keeps an eye on all pairings: scheduled checks, watched channels, and devices that moved. */
export class ConnectionMonitor {
  readonly #parts: MonitorParts;
  readonly #finder: MovedDeviceFinder;
  readonly #statuses = new Map<string, PairingStatus>();
  readonly #checks = new Map<string, RunningCheck>();
  readonly #checkedAt = new Map<string, number>();
  /** Due for a check and waiting for a free place; the next one is the last. */
  #due: string[] = [];
  readonly #watchers = new Map<string, ChannelWatcher>();
  /** Watched pairings whose channel another program took: it keeps it, until the user asks to watch again. */
  readonly #yielded = new Set<string>();
  readonly #closing = new AbortController();

  constructor(parts: MonitorParts) {
    this.#parts = parts;
    this.#finder = new MovedDeviceFinder(parts.search, parts.context.now);
    parts.context.leases.onFree((device, last) => this.#deviceFree(device, last));
  }

  get statuses(): Record<string, PairingStatus> {
    return Object.fromEntries(
      this.#parts.context.vault.pairings.map((pairing) => [pairing.id, this.#statusOf(pairing)]),
    );
  }

  /** Starts the checks that are due and updates what the clock changes. Call it every few seconds. */
  tick(): void {
    if (this.#closed) return;
    const watchedFirst: string[] = [];
    const others: string[] = [];
    for (const pairing of this.#parts.context.vault.pairings) {
      this.#apply(pairing.id, { type: 'looked-at-clock' });
      // The check comes first: it proves more, and the channel is opened when it has ended.
      if (this.#isDue(pairing)) (pairing.watchLive ? watchedFirst : others).push(pairing.id);
      else this.#watchAgain(pairing);
    }
    this.#due = [...watchedFirst, ...others].reverse();
    this.#startDue();
  }

  /** The network or the computer came back: what waits for a retry, or went wrong, is tried at once. */
  wake(): void {
    for (const [id, status] of this.#statuses) {
      if (status.state !== 'connected' && status.state !== 'tls-only') this.#checkedAt.delete(id);
    }
    for (const watcher of this.#watchers.values()) watcher.wake();
    this.tick();
  }

  /** The Root CA of these pairings is not trusted any more: their channels end, and they are checked anew. */
  async trustChanged(pairingIds: readonly string[]): Promise<void> {
    await this.#end(pairingIds);
    for (const id of pairingIds) this.#checkedAt.delete(id);
    this.tick();
  }

  /** Checks a pairing by what is stored now; one that is under way may go by what was. Throws as {@link check} does. */
  async checkAnew(id: string): Promise<PairingRecord> {
    await Promise.allSettled([this.#checks.get(id)?.outcome]);
    return this.check(id);
  }

  /**
   * Checks a pairing now without touching the device's channel, or joins the check that is running. Throws
   * {@link Failure} `not-found`, `cancelled`, `storage-*`.
   */
  check(id: string): Promise<PairingRecord> {
    return this.#checks.get(id)?.outcome ?? this.#start(id, 'quiet');
  }

  /**
   * The whole proof, which takes the device's channel for a moment, or is made over the one that is `held` for it.
   * Throws as {@link check} does, and `device-in-use` while a till has the channel: who may take that from it holds it.
   */
  async fullTest(id: string, held?: HeldChannel): Promise<PairingRecord> {
    for (;;) {
      const running = this.#checks.get(id);
      if (!running) {
        if (!held) this.#requireNoTill(id);
        return this.#start(id, 'full', held);
      }
      // It may wait for the channel that is held here.
      if (held) running.cancel.abort();
      else if (running.depth === 'full') return running.outcome;
      await Promise.allSettled([running.outcome]);
    }
  }

  #requireNoTill(id: string): void {
    const { leases } = this.#parts.context;
    if (leases.holderOf(this.#pairing(id).identity) === 'bridge')
      throw failure('device-in-use', 'held by a till');
  }

  #start(id: string, depth: CheckDepth, held?: HeldChannel): Promise<PairingRecord> {
    const cancel = new AbortController();
    const onHeldEnded = () => cancel.abort();
    if (held?.signal.aborted) cancel.abort();
    held?.signal.addEventListener('abort', onHeldEnded, { once: true });
    const outcome = this.#check(id, depth, cancel.signal, held).finally(() => {
      held?.signal.removeEventListener('abort', onHeldEnded);
      this.#checks.delete(id);
      const pairing = this.#parts.context.vault.find(id);
      if (pairing) this.#watchAgain(pairing);
      this.#startDue();
    });
    this.#checks.set(id, { depth, outcome, cancel });
    return outcome;
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
    if (formatAuthority(from) !== formatAuthority(to)) {
      const moved = this.#parts.context.vault.updateRecord(id, { address: to });
      this.#parts.tell({ type: 'pairing-moved', pairing: moved, from });
    }
    this.#apply(id, { type: 'moved', to: null });
    // A check that is under way still looks at the old address.
    return this.checkAnew(id);
  }

  async setWatchLive(id: string, on: boolean): Promise<PairingRecord> {
    const pairing = this.#parts.context.vault.updateRecord(id, { watchLive: on });
    this.#yielded.delete(id);
    this.#tellChanged(pairing);
    if (on) this.#watch(pairing);
    else await this.#unwatch(id);
    return pairing;
  }

  /** A pairing was made or made anew: what was known about its connection no longer counts. */
  pairingChanged(pairing: PairingRecord): void {
    const { id, lastCheck } = pairing;
    const waits = this.#waits(id);
    if (!lastCheck && !waits) return;
    this.#apply(id, lastCheck && !waits ? { type: 'check-ended', check: lastCheck } : { type: 'waits' });
    this.#checkedAt.set(id, this.#parts.context.now());
  }

  /** A till has the channel of this pairing's device. */
  tillConnected(id: string): void {
    this.#apply(id, { type: 'till-connected' });
  }

  /** @param wasLost the channel ended by itself: what became of the device is looked at soon */
  tillLeft(id: string, wasLost: boolean): void {
    this.#apply(id, { type: 'till-left' });
    if (wasLost) this.#checkedAt.delete(id);
  }

  /** Ends all that runs for a pairing that is gone. */
  async pairingRemoved(id: string): Promise<void> {
    this.#statuses.delete(id);
    this.#checks.get(id)?.cancel.abort();
    await Promise.allSettled([this.#unwatch(id), this.#checks.get(id)?.outcome]);
    this.#checkedAt.delete(id);
    this.#yielded.delete(id);
  }

  /** Ends everything that runs and waits for it. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#due = [];
    await this.#end([...this.#watchers.keys(), ...this.#checks.keys()]);
  }

  get #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Ends the checks and the channels of these pairings and waits for it. */
  async #end(pairingIds: readonly string[]): Promise<void> {
    for (const id of pairingIds) this.#checks.get(id)?.cancel.abort();
    await Promise.allSettled(pairingIds.flatMap((id) => [this.#unwatch(id), this.#checks.get(id)?.outcome]));
  }

  /** A device is being paired: its channel, and what is stored about it, are left alone. */
  #isBeingPaired({ identity }: PairingRecord): boolean {
    return this.#parts.context.leases.holderOf(identity) === 'pairing';
  }

  /** What had to give way goes on. */
  #deviceFree(device: DeviceIdentity, last: Holder): void {
    // When a watched channel ends, nothing had given way for it.
    if (this.#closed || last === 'watch') return;
    for (const pairing of this.#parts.context.vault.pairings) {
      if (!sameChannel(pairing.identity, device)) continue;
      if (last === 'pairing' && this.#isDue(pairing)) this.#due.push(pairing.id);
      else this.#watchAgain(pairing);
    }
    this.#startDue();
  }

  get #intervalMs(): number {
    return this.#parts.settings().checkIntervalMinutes * MINUTE_MS;
  }

  /** Whether new credentials of this pairing wait for their first proof. */
  #waits(id: string): boolean {
    return this.#parts.context.vault.pending(id) !== undefined;
  }

  /** Right after a pairing somebody is on the way to the device: it is looked at more often for a while. */
  #pauseBefore(id: string): number {
    const { vault, now, timing } = this.#parts.context;
    const pending = vault.pending(id);
    const isFresh = pending && !hasElapsed(now(), Date.parse(pending.pairedAt), timing.proofPatienceMs);
    return isFresh ? Math.min(timing.waitingCheckMs, this.#intervalMs) : this.#intervalMs;
  }

  #isDue(pairing: PairingRecord): boolean {
    // An open channel proves no more than a check did before: that a stranger is turned away takes a check.
    const proved = pairing.lastCheck !== null && pairing.lastCheck.result !== 'failed';
    const watched = this.#statusOf(pairing).live && proved;
    if (watched || this.#checks.has(pairing.id) || this.#isBeingPaired(pairing)) return false;
    const checkedAt = this.#checkedAt.get(pairing.id);
    return (
      checkedAt === undefined ||
      hasElapsed(this.#parts.context.now(), checkedAt, this.#pauseBefore(pairing.id))
    );
  }

  #startDue(): void {
    while (!this.#closed && this.#checks.size < CHECKS_AT_ONCE) {
      const id = this.#due.pop();
      if (id === undefined) return;
      const pairing = this.#parts.context.vault.find(id);
      if (pairing && this.#isDue(pairing)) void this.check(id).catch(() => {});
    }
  }

  async #check(
    id: string,
    depth: CheckDepth,
    signal: AbortSignal,
    held: HeldChannel | undefined,
  ): Promise<PairingRecord> {
    const { context } = this.#parts;
    const before = this.#statusOf(this.#pairing(id));
    if (this.#closed) throw failure('cancelled', 'the app ends');
    this.#checkedAt.set(id, context.now() - this.#headStart(id));
    this.#apply(id, { type: 'check-started' });
    // Not opened again before the outcome is known, which may say that somebody must look first.
    if (depth === 'full') await this.#unwatch(id);
    try {
      const hasTill = depth === 'quiet' && this.#parts.tills?.hasTill(id) === true;
      const checked = hasTill
        ? await this.#seenByTill(id, signal)
        : await checkConnection(id, depth, context, signal, held);
      await this.#checked(id, checked, hasTill);
      return checked.pairing;
    } catch (thrown) {
      // Broken off, or kept from its keys: that says nothing about the connection.
      if (toAppError(thrown).code === 'cancelled' && !this.#parts.tills?.hasTill(id))
        this.#checkedAt.delete(id);
      this.#apply(id, { type: 'check-dropped', before });
      throw thrown;
    }
  }

  /** The device has one channel: the till's own shows what there is to see. */
  async #seenByTill(id: string, signal: AbortSignal): Promise<Checked> {
    const seen = await this.#parts.tills?.check(id, signal);
    if (!seen) throw failure('cancelled', 'the channel of the till says nothing now');
    return keepSeen(id, seen, this.#parts.context);
  }

  async #checked(
    id: string,
    { pairing, check, waits, promoted }: Checked,
    wasWithTill: boolean,
  ): Promise<void> {
    this.#tellChanged(pairing);
    const hasTill = wasWithTill && this.#parts.tills?.hasTill(id) === true;
    this.#apply(id, waits ? { type: 'waits' } : { type: 'check-ended', check, hasTill });
    if (promoted) this.#parts.tell({ type: 'pairing-proved', pairing });
    // A channel that was opened before must not outlive what the check has found.
    if (!maybeWatched(this.#statusOf(pairing))) await this.#unwatch(id);
    this.#followIfLost(pairing);
  }

  /** Many pairings are all checked soon after the start; from then on their checks are spread over the interval. */
  #headStart(id: string): number {
    const { context, random } = this.#parts;
    const first = !this.#checkedAt.has(id);
    return first && context.vault.size > CHECKS_AT_ONCE ? Math.floor(random() * this.#intervalMs) : 0;
  }

  #followIfLost(pairing: PairingRecord): void {
    const isWanted =
      this.#parts.settings().followAddressChanges && FOLLOWED.has(this.#statusOf(pairing).state);
    if (isWanted) void this.#follow(pairing).catch(() => {});
  }

  async #follow({ id, address }: PairingRecord): Promise<void> {
    const movedTo = await this.#finder.find(this.#pairing(id), false, this.#closing.signal);
    const pairing = this.#parts.context.vault.find(id);
    if (!movedTo || !pairing || this.#closed || this.#isBeingPaired(pairing)) return;
    // The search took its time: the device may be back, or somebody else has moved it.
    const stillLost = FOLLOWED.has(this.#statusOf(pairing).state);
    if (!stillLost || formatAuthority(pairing.address) !== formatAuthority(address)) return;
    await this.moveAddress(id, movedTo);
  }

  /** Opens a wanted channel, unless somebody has to look at the pairing first. */
  #watchAgain(pairing: PairingRecord): void {
    if (pairing.watchLive && !this.#yielded.has(pairing.id) && maybeWatched(this.#statusOf(pairing)))
      this.#watch(pairing);
  }

  #watch(pairing: PairingRecord): void {
    const { id } = pairing;
    // A check has the channel for itself, and opens it again when it ends.
    if (this.#watchers.has(id) || this.#checks.has(id) || this.#closed || this.#isBeingPaired(pairing))
      return;
    const { context, heartbeat, random, later } = this.#parts;
    const watcher = new ChannelWatcher({
      now: context.now,
      random,
      later,
      acquire: (signal) => context.leases.acquire(this.#pairing(id).identity, { holder: 'watch', signal }),
      open: async (onLost, signal) => {
        const { record, credentials } = await this.#inUse(id);
        return openLiveChannel(
          {
            address: record.address,
            identity: record.identity,
            trust: pinnedTrust(record, context),
            clientCertificate: credentials,
            signal: withDeadline(signal, context.timing.connectMs),
          },
          heartbeat,
          (lost) => onLost(lost.appError),
        );
      },
      onOpened: (channel) => {
        this.#recordCertificate(id, channel);
        this.#apply(id, { type: 'channel-opened' });
      },
      onLost: (error, nextTryAt) => {
        // A till took the channel over, or has it: it works, and is not disturbed again.
        if (error.code === 'device-in-use') this.#yield(id);
        this.#apply(id, { type: 'channel-lost', error, nextTryAt });
        const lost = context.vault.find(id);
        // Given up until somebody has looked; the check that finds it well again opens a new one.
        if (lost && nextTryAt === null && !maybeWatched(this.#statusOf(lost))) this.#watchers.delete(id);
        if (lost) this.#followIfLost(lost);
      },
      onGaveWay: () => {
        if (this.#watchers.get(id) === watcher) void this.#unwatch(id);
      },
    });
    this.#watchers.set(id, watcher);
    watcher.wake();
  }

  #yield(id: string): void {
    this.#yielded.add(id);
    this.#watchers.delete(id);
    this.#checkedAt.set(id, this.#parts.context.now());
  }

  /** A watched pairing is not checked as long as its channel is open, so a renewed certificate is noticed here. */
  #recordCertificate(id: string, { certificate }: LiveChannel): void {
    const { context } = this.#parts;
    if (context.vault.find(id)?.deviceCertificate.fingerprint256 === certificate.fingerprint256) return;
    try {
      this.#tellChanged(context.vault.updateRecord(id, { deviceCertificate: summarize(certificate) }));
    } catch {
      // Gone meanwhile, or the disk is full: the next check tells.
    }
  }

  async #unwatch(id: string): Promise<void> {
    const watcher = this.#watchers.get(id);
    if (!watcher) return;
    this.#watchers.delete(id);
    await watcher.stop();
    if (this.#statuses.has(id)) this.#apply(id, { type: 'channel-closed' });
  }

  async #inUse(id: string) {
    const stored = await this.#parts.context.vault.credentials(id);
    const found = stored.find(({ pending }) => !pending);
    if (!found) throw failure('mtls-inconclusive', 'the credentials have not been proved yet');
    if (found.error) throw new Failure(found.error);
    return found;
  }

  #pairing(id: string): PairingRecord {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing) throw failure('not-found', `pairing ${id}`);
    return pairing;
  }

  #tellChanged(pairing: PairingRecord): void {
    this.#parts.tell({ type: 'pairing-changed', pairing });
  }

  #statusOf(pairing: PairingRecord): PairingStatus {
    return this.#statuses.get(pairing.id) ?? initialStatus(pairing, this.#parts.context.now());
  }

  #apply(id: string, event: StatusEvent): void {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing || this.#closed) return;
    const before = this.#statusOf(pairing);
    const status = nextStatus(before, event, pairing, this.#parts.context.now());
    const known = this.#statuses.has(id);
    this.#statuses.set(id, status);
    if (known && (status === before || isDeepStrictEqual(status, before))) return;
    this.#parts.tell({ type: 'status-changed', pairing, status, before });
  }
}
