import { isDeepStrictEqual } from 'node:util';
import {
  type BridgeSettings,
  type BridgeView,
  parseBridgePort,
  parseMessageLimit,
  parseOrigins,
} from '../../../shared/bridge.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import { sameChannel } from '../../../shared/identity.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { PairingStatus } from '../../../shared/status.ts';
import type { CoreContext } from '../context.ts';
import { withDeadline } from '../device/deadline.ts';
import type { Heartbeat } from '../device/heartbeat.ts';
import { failure, required } from '../failure.ts';
import type { Later } from '../later.ts';
import type { News, Tell } from '../news.ts';
import type { SeenConnection } from '../pairing/check-connection.ts';
import type { Autostart } from './autostart.ts';
import { Bridge } from './bridge.ts';
import type { BridgeStore } from './bridge-store.ts';
import { type DeviceLink, openDeviceLink, pingDevice } from './device-link.ts';
import { hashToken, makeToken } from './token.ts';

/** Milliseconds after which a port that another program had is tried again. */
const LISTEN_AGAIN_MS = 30_000;

/** As typed, except for the switch. */
export interface BridgeChoice {
  readonly on: boolean;
  readonly port: string;
  readonly origins: string;
  readonly messageLimitKib: string;
}

/** A bridge that is not kept, as typed. */
export interface ServeRequest extends Omit<BridgeChoice, 'on'> {
  /** Secret; whoever made it has seen to it that nobody can guess it. */
  readonly token: string;
}

export interface ServedBridge {
  readonly port: number;
  /** Settles when it has ended, whoever ended it. */
  readonly ended: Promise<void>;
  readonly close: () => Promise<void>;
}

export interface BridgesParts {
  readonly context: CoreContext;
  readonly store: BridgeStore;
  readonly autostart: Autostart | undefined;
  /** Whether the app starts with the computer is the organisation's, and not to be changed here. */
  readonly isAutostartManaged?: boolean;
  readonly statusOf: (pairingId: string) => PairingStatus | undefined;
  readonly onTillConnected: (pairingId: string) => void;
  readonly onTillLeft: (pairingId: string, wasLost: boolean) => void;
  /** Throws unless whoever asks may change this. */
  readonly authorize: () => void;
  readonly heartbeat: Heartbeat;
  readonly random: () => number;
  readonly later: Later;
  readonly tell: Tell;
  /** Milliseconds a till is kept waiting for its device. */
  readonly waitMs?: number;
}

/** The bridges of all pairings: what was chosen for each, and those that run. */
export class Bridges {
  readonly #parts: BridgesParts;
  readonly #running = new Map<string, Bridge>();
  /** Tells those who serve a bridge that it has ended. */
  readonly #served = new Map<string, () => void>();
  /** The last change of each bridge: they come one after another. */
  readonly #turns = new Map<string, Promise<unknown>>();
  #triedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(parts: BridgesParts) {
    this.#parts = parts;
  }

  /** Starts those that are switched on. One that cannot listen says so in its view. */
  async start(): Promise<void> {
    this.#triedAt = this.#parts.context.now();
    const { vault } = this.#parts.context;
    const wanted = this.#parts.store.ids.filter(
      (id) => vault.find(id) && this.#parts.store.get(id).settings.on,
    );
    await Promise.all(wanted.map((id) => this.#inTurn(id, () => this.#run(id)).catch(() => {})));
  }

  /** Tries again what could not listen. Call it every few seconds. */
  tick(): void {
    const now = this.#parts.context.now();
    if (Math.abs(now - this.#triedAt) < LISTEN_AGAIN_MS) return;
    this.#triedAt = now;
    for (const [id, bridge] of this.#running)
      if (!bridge.isListening) void this.#inTurn(id, () => this.#run(id)).catch(() => {});
  }

  /** Whether any is switched on. */
  get isAnyOn(): boolean {
    return this.#parts.store.ids.some((id) => this.#parts.store.get(id).settings.on);
  }

  /** Whether any is switched on, or served without being kept. */
  get isAnyOpen(): boolean {
    return this.#running.size > 0 || this.isAnyOn;
  }

  /** Whether a till has the channel of any device. */
  get isTillConnected(): boolean {
    return [...this.#running.values()].some(({ link }) => link !== undefined);
  }

  /** Of each pairing that has one. */
  get views(): Record<string, BridgeView> {
    return Object.fromEntries(
      this.#parts.store.ids
        .filter((id) => this.#parts.context.vault.find(id))
        .map((id) => [id, this.view(id)]),
    );
  }

  view(id: string): BridgeView {
    const running = this.#running.get(id);
    if (running) return running.view;
    const { settings, tokenSha256 } = this.#parts.store.get(id);
    return {
      settings,
      hasToken: tokenSha256 !== null,
      state: settings.on ? 'failed' : 'off',
      reason: settings.on ? appError('bridge-cannot-listen', 'not started') : null,
      till: null,
      lastTill: null,
      lockedUntil: null,
    };
  }

  /**
   * Changes what was chosen. `token` is the first one, made when a bridge is switched on that has none; it can be read
   * here and never again. A port that is taken leaves the bridge as it was. Throws {@link Failure} `not-found`,
   * `bridge-port-invalid`, `bridge-origin-invalid`, `bridge-limit-invalid`, `bridge-port-in-use`,
   * `bridge-cannot-listen`, `storage-failed`, and what `authorize` throws.
   */
  configure(
    id: string,
    choice: BridgeChoice,
  ): Promise<{ readonly view: BridgeView; readonly token: string | null }> {
    return this.#inTurn(id, async () => {
      this.#parts.authorize();
      const pairing = this.#pairing(id);
      const wanted: BridgeSettings = {
        on: choice.on,
        port: required(parseBridgePort(choice.port)),
        origins: required(parseOrigins(choice.origins)),
        messageLimitKib: required(parseMessageLimit(choice.messageLimitKib)),
      };
      const { store } = this.#parts;
      const before = store.get(id);
      const token = wanted.on && before.tokenSha256 === null ? makeToken() : null;
      const tokenSha256 = token === null ? before.tokenSha256 : hashToken(token);
      const staysOpen =
        wanted.on && this.#running.get(id)?.isListening === true && wanted.port === before.settings.port;
      if (staysOpen) {
        if (!isDeepStrictEqual(wanted, before.settings)) {
          store.save(id, { settings: wanted, tokenSha256 });
          this.#running.get(id)?.change(wanted);
        }
      } else await this.#replace(id, { settings: wanted, tokenSha256 });
      if (wanted.on !== before.settings.on)
        this.#parts.tell({ type: 'bridge-switched', pairing, on: wanted.on });
      this.#changed(id);
      return { view: this.view(id), token };
    });
  }

  /**
   * Serves a bridge with a token of the caller's, of which nothing is kept, until it is closed or switched otherwise.
   * Throws {@link Failure} `busy` while the pairing's bridge runs, and what {@link configure} throws.
   */
  serve(id: string, request: ServeRequest): Promise<ServedBridge> {
    return this.#inTurn(id, async () => {
      this.#parts.authorize();
      this.#pairing(id);
      const settings: BridgeSettings = {
        on: true,
        port: required(parseBridgePort(request.port)),
        origins: required(parseOrigins(request.origins)),
        messageLimitKib: required(parseMessageLimit(request.messageLimitKib)),
      };
      if (this.#closed || this.#running.has(id)) throw failure('busy', 'the bridge of this pairing runs');
      const bridge = this.#makeBridge(id, { settings, tokenSha256: hashToken(request.token) });
      this.#running.set(id, bridge);
      const ended = new Promise<void>((resolve) => this.#served.set(id, resolve));
      try {
        const port = await bridge.listen(settings.port);
        bridge.change({ ...settings, port });
        const close = () =>
          this.#inTurn(id, async () => {
            if (this.#running.get(id) !== bridge) return;
            await this.#stop(id);
            this.#changed(id);
          });
        return { port, ended, close };
      } catch (thrown) {
        await this.#stop(id);
        throw thrown;
      }
    });
  }

  /** A new token; the old one lets nobody in from now on, and its till is disconnected. Throws as {@link configure} does. */
  replaceToken(id: string): Promise<{ readonly view: BridgeView; readonly token: string }> {
    return this.#inTurn(id, async () => {
      this.#parts.authorize();
      const pairing = this.#pairing(id);
      const token = makeToken();
      const tokenSha256 = hashToken(token);
      this.#parts.store.save(id, { ...this.#parts.store.get(id), tokenSha256 });
      this.#running.get(id)?.replaceToken(tokenSha256);
      this.#parts.tell({ type: 'bridge-token-replaced', pairing });
      this.#changed(id);
      return { view: this.view(id), token };
    });
  }

  /** Whether the app starts with the computer; null where that cannot be arranged. */
  get startsWithComputer(): boolean | null {
    try {
      return this.#parts.autostart?.isOn() ?? null;
    } catch {
      return null;
    }
  }

  /** Throws {@link Failure} `autostart-failed`, `managed-setting`, and what `authorize` throws. */
  setStartsWithComputer(on: boolean): void {
    if (this.#parts.isAutostartManaged) throw failure('managed-setting', 'start with the computer');
    this.#parts.authorize();
    try {
      if (!this.#parts.autostart) throw new Error('not available here');
      this.#parts.autostart.set(on);
    } catch (thrown) {
      throw failure('autostart-failed', thrown instanceof Error ? thrown.message : String(thrown));
    }
  }

  /** Whether a till has the channel of this pairing's own device, at the address where that is looked for. */
  hasTill(id: string): boolean {
    return this.#linkOf(id) !== undefined;
  }

  /**
   * What the till's own channel shows of the connection, by a ping; undefined when no till is connected, or it says
   * nothing now. Throws {@link Failure} `cancelled`.
   */
  async check(id: string, signal: AbortSignal): Promise<SeenConnection | undefined> {
    const link = this.#linkOf(id);
    if (!link || link.socket.isPaused || link.socket.readyState !== link.socket.OPEN) return undefined;
    const { socket, certificate } = link.connection;
    try {
      const within = withDeadline(signal, this.#parts.heartbeat.pongWithinMs);
      const roundTripMs = await pingDevice(link.socket, within);
      return {
        certificate,
        tlsVersion: socket.getProtocol() ?? '',
        cipher: socket.getCipher().name,
        roundTripMs,
      };
    } catch (thrown) {
      if (signal.aborted) throw thrown;
      // The heartbeat judges a channel that is silent.
      return undefined;
    }
  }

  /** Other keys, another device or another address: a till that waits has it tried at once. */
  hear(news: News): void {
    switch (news.type) {
      case 'pairing-ended':
        if (news.end.stored) this.#wakeAll(news.end.stored);
        break;
      case 'pairing-proved':
        this.#endOfAnother(news.pairing);
        this.#wakeAll(news.pairing);
        break;
      case 'pairing-moved':
        this.#wakeAll(news.pairing);
        break;
      case 'status-changed':
        this.#changed(news.pairing.id);
        break;
      default:
    }
  }

  /** The network or the computer came back. */
  wake(): void {
    for (const bridge of this.#running.values()) {
      bridge.wake();
      bridge.probe();
    }
  }

  /** The Root CA of these pairings is not trusted any more: nor are the channels that were opened by it. */
  trustChanged(pairingIds: readonly string[]): void {
    for (const id of pairingIds) this.#running.get(id)?.endTill('paused');
  }

  /** Ends the bridge of a pairing that is gone, and forgets what was chosen for it. Never rejects. */
  pairingRemoved(id: string): Promise<void> {
    return this.#inTurn(id, async () => {
      await this.#stop(id);
      this.#parts.store.forget(id);
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled(this.#turns.values());
    await Promise.allSettled([...this.#running.keys()].map((id) => this.#stop(id)));
  }

  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    this.#turns.set(id, turn);
    const end = () => {
      if (this.#turns.get(id) === turn) this.#turns.delete(id);
    };
    turn.then(end, end);
    return turn;
  }

  /** Stops the bridge and starts it with `config`; what cannot be had leaves it as it was. */
  async #replace(
    id: string,
    config: { settings: BridgeSettings; tokenSha256: string | null },
  ): Promise<void> {
    const { store } = this.#parts;
    const before = store.get(id);
    await this.#stop(id);
    store.save(id, config);
    if (!config.settings.on) return;
    try {
      await this.#run(id);
    } catch (thrown) {
      await this.#stop(id);
      store.save(id, before);
      if (before.settings.on) await this.#run(id).catch(() => {});
      this.#changed(id);
      throw thrown;
    }
  }

  /** Listens, and keeps the port that was found free. Throws what {@link Bridge.listen} does. */
  async #run(id: string): Promise<void> {
    if (this.#closed) return;
    const { store } = this.#parts;
    const config = store.get(id);
    const bridge = this.#running.get(id) ?? this.#makeBridge(id, config);
    this.#running.set(id, bridge);
    const port = await bridge.listen(config.settings.port);
    if (config.settings.port !== null) return;
    const settings = { ...config.settings, port };
    store.save(id, { ...config, settings });
    bridge.change(settings);
  }

  async #stop(id: string): Promise<void> {
    const bridge = this.#running.get(id);
    this.#running.delete(id);
    await bridge?.close();
    this.#served.get(id)?.();
    this.#served.delete(id);
  }

  #makeBridge(
    id: string,
    { settings, tokenSha256 }: { settings: BridgeSettings; tokenSha256: string | null },
  ): Bridge {
    const { context, heartbeat, random, later, onTillConnected, onTillLeft, waitMs } = this.#parts;
    const holder = () => {
      const pairing = context.vault.find(id);
      return pairing && context.leases.holderOf(pairing.identity);
    };
    return new Bridge({
      settings,
      tokenSha256,
      openLink: (limit, signal) => openDeviceLink(id, context, limit, signal),
      holder,
      deviceProblem: () => problemOf(this.#parts.statusOf(id)),
      onChange: () => this.#changed(id),
      onLocked: (forMs) => {
        const pairing = context.vault.find(id);
        if (pairing) this.#parts.tell({ type: 'bridge-locked', pairing, forMs });
      },
      onTillConnected: () => onTillConnected(id),
      onTillLeft: (wasLost) => onTillLeft(id, wasLost),
      heartbeat,
      now: context.now,
      random,
      later,
      ...(waitMs !== undefined && { waitMs }),
    });
  }

  #changed(id: string): void {
    if (this.#closed || !this.#parts.context.vault.find(id)) return;
    if (this.#running.has(id) || this.#parts.store.ids.includes(id))
      this.#parts.tell({ type: 'bridge-changed', pairingId: id, view: this.view(id) });
  }

  /** A channel that shows nothing of the pairing as it is now, under its Root CA, is none of its own. */
  #linkOf(id: string): DeviceLink | undefined {
    const link = this.#running.get(id)?.link;
    const pairing = this.#parts.context.vault.find(id);
    const isOwn =
      link !== undefined &&
      pairing !== undefined &&
      sameChannel(link.opened.identity, pairing.identity) &&
      link.opened.trustAnchorFingerprint256 === pairing.trustAnchorFingerprint256 &&
      formatAuthority(link.opened.address) === formatAuthority(pairing.address);
    return isOwn ? link : undefined;
  }

  /** Another device took the place of the one that a till is connected to: it must not go on paying there. */
  #endOfAnother({ id, identity }: PairingRecord): void {
    const bridge = this.#running.get(id);
    if (bridge?.link && !sameChannel(bridge.link.opened.identity, identity)) bridge.endTill('paused');
  }

  #wakeAll({ identity }: PairingRecord): void {
    for (const [id, bridge] of this.#running) {
      const pairing = this.#parts.context.vault.find(id);
      if (pairing && sameChannel(pairing.identity, identity)) bridge.wake();
    }
  }

  #pairing(id: string): PairingRecord {
    const pairing = this.#parts.context.vault.find(id);
    if (!pairing) throw failure('not-found', `pairing ${id}`);
    return pairing;
  }
}

/** What is known to be wrong with a device's connection, for a till that is not there yet. */
function problemOf(status: PairingStatus | undefined): AppError | null {
  switch (status?.state) {
    case 'waiting':
      return appError('connection-refused', 'waits for Connect Device');
    case 'in-use':
      return appError('device-in-use');
    case 'unclear':
      return appError('certificate-or-channel-refused');
    case 'expired':
      return status.error ?? appError('mtls-refused', 'a certificate has ended');
    case 'reconnecting':
    case 'unreachable':
    case 'wrong-device':
    case 'refused':
    case 'clock-wrong':
    case 'failed':
      return status.error;
    default:
      return null;
  }
}
