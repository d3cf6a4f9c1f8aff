import type { BridgeSettings, BridgeState, BridgeView } from '../../../shared/bridge.ts';
import { type BridgeCloseCause, bridgeCloseCode } from '../../../shared/bridge-close-codes.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import type { Holder } from '../channel/channel-lease.ts';
import type { Heartbeat } from '../device/heartbeat.ts';
import { closeWebSocket } from '../device/web-socket.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { Later } from '../later.ts';
import { backoffMs } from '../status/backoff.ts';
import { BridgeServer, type WaitingTill } from './bridge-server.ts';
import { closeReason } from './close-reason.ts';
import type { DeviceLink } from './device-link.ts';
import { LockOut } from './lock-out.ts';
import { causeOfError, Relay, type RelayEnd } from './relay.ts';
import { TillGate } from './till-gate.ts';
import type { TillSocket } from './till-socket.ts';

/** Milliseconds a till is kept waiting for its device before it is told that the device is away. */
const WAIT_MS = 20_000;
/** Milliseconds a device may take to answer after the computer woke. */
const PROBE_MS = 5_000;
/** Milliseconds between two looks at the counts of a connected till. */
const COUNT_MS = 1_000;

export interface BridgeParts {
  readonly settings: BridgeSettings;
  readonly tokenSha256: string | null;
  readonly openLink: (messageLimitKib: number, signal: AbortSignal) => Promise<DeviceLink>;
  /** Who else has the device's channel now. */
  readonly holder: () => Holder | undefined;
  /** What is known of the device while no till is there; null: nothing is wrong. */
  readonly deviceProblem: () => AppError | null;
  readonly onChange: () => void;
  readonly onLocked: (forMs: number) => void;
  /** A till has the device's channel. */
  readonly onTillConnected: () => void;
  /** It has it no more; `wasLost`: the device's end went away. */
  readonly onTillLeft: (wasLost: boolean) => void;
  readonly heartbeat: Heartbeat;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly random: () => number;
  readonly later: Later;
  readonly waitMs?: number;
}

/** The one till of a bridge, from its upgrade to its end. */
interface Visit {
  readonly since: string;
  readonly origin: string;
  readonly cancel: AbortController;
  /** Tries the device now, while it is waited for. */
  wake: () => void;
  relay: Relay | undefined;
  link: DeviceLink | undefined;
}

/** Why a device is not there for a till, in the bridge's own terms. */
function stateOfProblem(problem: AppError): BridgeState {
  if (problem.code === 'bridge-paused') return 'paused';
  const cause = causeOfError(problem);
  if (cause === 'device-in-use') return 'busy';
  return cause === 'device-away' ? 'device-away' : 'paused';
}

const PAUSED = appError('bridge-paused', 'the app needs the channel itself');

/** The bridge of one pairing: its server on this computer, its one till, and that till's link to the device. */
export class Bridge {
  readonly #parts: BridgeParts;
  readonly #server: BridgeServer;
  readonly #lockOut: LockOut;
  #settings: BridgeSettings;
  #tokenSha256: string | null;
  /** undefined: it does not listen. */
  #port: number | undefined;
  #listenError: AppError | undefined;
  #visit: Visit | undefined;
  #lastTill: BridgeView['lastTill'] = null;
  /** Of the last try to reach the device, while a till waits. */
  #problem: AppError | undefined;
  readonly #closing = new Set<Promise<void>>();
  /** Tills that are let in or turned away. */
  readonly #receiving = new Set<Promise<void>>();

  constructor(parts: BridgeParts) {
    this.#parts = parts;
    this.#settings = parts.settings;
    this.#tokenSha256 = parts.tokenSha256;
    this.#lockOut = new LockOut(
      () => performance.now(),
      (forMs) => {
        parts.onLocked(forMs);
        parts.onChange();
      },
    );
    this.#server = new BridgeServer({
      gate: new TillGate({
        port: () => this.#port ?? 0,
        origins: () => this.#settings.origins,
        tokenSha256: () => this.#tokenSha256,
        lockOut: this.#lockOut,
      }),
      messageLimitKib: () => this.#settings.messageLimitKib,
      status: () => this.#status(),
      onTill: (till) => {
        const received = this.#receive(till).finally(() => this.#receiving.delete(received));
        this.#receiving.add(received);
      },
    });
  }

  get isListening(): boolean {
    return this.#port !== undefined;
  }

  /** The till's link, when one is connected. */
  get link(): DeviceLink | undefined {
    return this.#visit?.relay && this.#visit.link;
  }

  /** Returns the port. Throws what {@link BridgeServer.listen} does; the view then tells. */
  async listen(port: number | null): Promise<number> {
    try {
      this.#port = await this.#server.listen(port);
      this.#listenError = undefined;
      return this.#port;
    } catch (thrown) {
      this.#listenError = toAppError(thrown);
      throw thrown;
    } finally {
      this.#parts.onChange();
    }
  }

  /** From the next till on, but a page that may not connect any more is disconnected. */
  change(settings: BridgeSettings): void {
    this.#settings = settings;
    const origin = this.#visit?.origin ?? '';
    if (origin !== '' && !settings.origins.includes(origin)) this.endTill('bridge-ended');
    this.#parts.onChange();
  }

  /** Whoever is connected came with the old token. */
  replaceToken(tokenSha256: string): void {
    this.#tokenSha256 = tokenSha256;
    this.#lockOut.reset();
    this.endTill('bridge-ended');
  }

  /** A till that waits for the device has it tried at once. */
  wake(): void {
    this.#visit?.wake();
  }

  /** The device of a connected till is asked at once whether it is still there. */
  probe(): void {
    this.#visit?.relay?.probe(Math.min(PROBE_MS, this.#parts.heartbeat.pongWithinMs));
  }

  endTill(cause: 'bridge-ended' | 'paused'): void {
    const visit = this.#visit;
    if (!visit) return;
    if (visit.relay) visit.relay.end(cause);
    else visit.cancel.abort(cause);
  }

  async close(): Promise<void> {
    this.endTill('bridge-ended');
    await this.#server.close();
    this.#port = undefined;
    // A till that waited is still to be told.
    await Promise.allSettled(this.#receiving);
    await Promise.allSettled(this.#closing);
  }

  get view(): BridgeView {
    const { state, reason } = this.#standing();
    const visit = this.#visit;
    const lockedMs = this.#lockOut.remainingMs;
    return {
      settings: this.#settings,
      hasToken: this.#tokenSha256 !== null,
      state,
      reason,
      till: visit
        ? {
            since: visit.since,
            origin: visit.origin,
            connected: visit.relay !== undefined,
            fromTill: visit.relay?.handedOver ?? 0,
            fromDevice: visit.relay?.passedOn ?? 0,
          }
        : null,
      lastTill: this.#lastTill,
      lockedUntil: lockedMs > 0 ? new Date(this.#parts.now() + lockedMs).toISOString() : null,
    };
  }

  #standing(): { readonly state: BridgeState; readonly reason: AppError | null } {
    if (!this.#settings.on) return { state: 'off', reason: null };
    if (this.#port === undefined) {
      const reason = this.#listenError ?? appError('bridge-cannot-listen', 'not started yet');
      return { state: 'failed', reason };
    }
    if (this.#visit?.relay) return { state: 'busy', reason: appError('bridge-till-connected') };
    const problem = this.#heldElsewhere() ?? (this.#visit ? this.#problem : this.#parts.deviceProblem());
    return problem ? { state: stateOfProblem(problem), reason: problem } : { state: 'ready', reason: null };
  }

  #heldElsewhere(): AppError | undefined {
    switch (this.#parts.holder()) {
      case 'pairing':
      case 'proof':
      case 'doctor':
        return PAUSED;
      case 'bridge':
        // The till of another pairing with this device, unless it is the last one of this bridge.
        return this.#visit || this.#closing.size > 0
          ? undefined
          : appError('bridge-till-connected', 'at another bridge');
      default:
        return undefined;
    }
  }

  /** What a till may know: no address, no key, no name of the device. */
  #status() {
    const { state, reason, till, lastTill } = this.view;
    return { state, reason: reason?.code ?? null, till, lastTill };
  }

  async #receive(waiting: WaitingTill): Promise<void> {
    if (this.#visit) {
      await this.#turnAway(waiting, 'another-till');
      return;
    }
    const visit: Visit = {
      since: this.#iso(),
      origin: waiting.origin,
      cancel: new AbortController(),
      wake: () => {},
      relay: undefined,
      link: undefined,
    };
    this.#visit = visit;
    this.#problem = undefined;
    waiting.onLeft(() => visit.cancel.abort());
    this.#parts.onChange();
    let link: DeviceLink | undefined;
    try {
      link = await this.#linkFor(visit);
      visit.link = link;
      const till = waiting.accept();
      if (till) {
        this.#connect(visit, till, link);
        return;
      }
      this.#leave(visit);
    } catch (thrown) {
      this.#leave(visit);
      const { reason } = visit.cancel.signal;
      const error = toAppError(thrown);
      const cause: BridgeCloseCause =
        reason === 'bridge-ended' || reason === 'paused'
          ? reason
          : error.code === 'bridge-paused'
            ? 'paused'
            : causeOfError(error);
      await this.#turnAway(waiting, cause, error);
    }
    if (link) await link.close();
  }

  /** Opens its WebSocket only to close it: a page can read a close code, and no HTTP status. */
  async #turnAway(waiting: WaitingTill, cause: BridgeCloseCause, error?: AppError): Promise<void> {
    const till = waiting.accept();
    if (!till) return;
    till.on('error', () => {});
    await closeWebSocket(
      till,
      bridgeCloseCode('not-handed-over', cause),
      closeReason({ handedOver: 0, ...(error && error.code !== 'cancelled' && { error: error.code }) }),
    );
  }

  /** Tries until the device is there, the till has left or has waited long enough. Throws the last {@link Failure}. */
  async #linkFor(visit: Visit): Promise<DeviceLink> {
    const { openLink, later, random, waitMs = WAIT_MS } = this.#parts;
    const { cancel } = visit;
    let isOver = false;
    const cancelDeadline = later(() => {
      isOver = true;
      cancel.abort();
    }, waitMs);
    let last: unknown;
    try {
      for (let attempt = 0; ; attempt += 1) {
        try {
          return await openLink(this.#settings.messageLimitKib, cancel.signal);
        } catch (thrown) {
          const error = toAppError(thrown);
          if (isOver) {
            if (this.#heldElsewhere()?.code === 'bridge-paused') throw new Failure(PAUSED);
            throw last ?? failure('device-in-use', 'its channel was not free');
          }
          if (cancel.signal.aborted) throw thrown;
          if (error.code !== 'cancelled') last = thrown;
          this.#problem = error.code === 'cancelled' ? PAUSED : error;
          if (causeOfError(error) !== 'device-away') throw thrown;
        }
        this.#parts.onChange();
        await this.#pause(visit, backoffMs(attempt, random()));
      }
    } finally {
      cancelDeadline();
    }
  }

  #pause(visit: Visit, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const goOn = () => {
        cancelTimer();
        visit.cancel.signal.removeEventListener('abort', goOn);
        visit.wake = () => {};
        resolve();
      };
      const cancelTimer = this.#parts.later(goOn, ms);
      visit.cancel.signal.addEventListener('abort', goOn);
      visit.wake = goOn;
    });
  }

  #connect(visit: Visit, till: TillSocket, link: DeviceLink): void {
    const { heartbeat, onChange, onTillConnected } = this.#parts;
    const stopCounting = this.#countFor(visit);
    // The device may have ended before it began.
    let endedAtOnce: RelayEnd | undefined;
    let relay: Relay | undefined;
    const onEnd = (end: RelayEnd) => {
      if (!relay) {
        endedAtOnce = end;
        return;
      }
      stopCounting();
      this.#ended(visit, relay, end);
    };
    relay = new Relay(till, link.socket, heartbeat, onEnd);
    visit.relay = relay;
    if (endedAtOnce) {
      onEnd(endedAtOnce);
      return;
    }
    const giveWay = () => relay.end('paused');
    link.mayHold.addEventListener('abort', giveWay, { once: true });
    onTillConnected();
    onChange();
    if (link.mayHold.aborted) giveWay();
  }

  #ended(visit: Visit, relay: Relay, end: RelayEnd): void {
    const { closeCode, cause, deviceCode, deviceReason } = end;
    this.#lastTill = {
      since: visit.since,
      until: this.#iso(),
      origin: visit.origin,
      fromTill: relay.handedOver,
      fromDevice: relay.passedOn,
      closeCode,
      ...(deviceCode !== undefined && { deviceCode }),
      ...(deviceReason && { deviceReason }),
    };
    const link = visit.link;
    if (link) {
      const closed = link.close().finally(() => {
        this.#closing.delete(closed);
        this.#parts.onChange();
      });
      this.#closing.add(closed);
    }
    this.#leave(visit);
    this.#parts.onTillLeft(cause === 'device-away' || cause === 'device-closed' || cause === 'needs-person');
  }

  #leave(visit: Visit): void {
    if (this.#visit !== visit) return;
    this.#visit = undefined;
    this.#problem = undefined;
    this.#parts.onChange();
  }

  /** The counts are told as they grow, not with each message. */
  #countFor(visit: Visit): () => void {
    let told = 0;
    const timer = setInterval(() => {
      const { relay } = visit;
      const total = relay ? relay.handedOver + relay.passedOn : 0;
      if (total === told) return;
      told = total;
      this.#parts.onChange();
    }, COUNT_MS);
    timer.unref();
    return () => clearInterval(timer);
  }

  #iso(): string {
    return new Date(this.#parts.now()).toISOString();
  }
}
