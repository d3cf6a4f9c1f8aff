import { type BridgeCloseCause, bridgeCloseCode, type TillFate } from '../../../shared/bridge-close-codes.ts';
import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import { lossFailure } from '../device/channel-socket.ts';
import type { ChannelWebSocket } from '../device/channel-web-socket.ts';
import { type Heartbeat, startHeartbeat } from '../device/heartbeat.ts';
import { failure } from '../failure.ts';
import { stateOfError } from '../status/state-machine.ts';
import { closeReason, type EndDetail } from './close-reason.ts';
import type { TillSocket } from './till-socket.ts';

/** Bytes that may wait for one end before the other is read no further. */
const MOST_WAITING = 1024 * 1024;

export interface RelayEnd extends EndDetail {
  /** What the till's connection ended with; its own code when it left by itself. */
  readonly closeCode: number;
  /** undefined: the till left. */
  readonly cause: BridgeCloseCause | undefined;
}

/** The cause that an error of the device's end is told to the till with. */
export function causeOfError({ code, clockSuspect, ...rest }: AppError): BridgeCloseCause {
  if (code === 'device-in-use') return 'device-in-use';
  if (code === 'mtls-inconclusive' || code === 'cancelled') return 'device-away';
  const state = stateOfError({ ...rest, code, ...(clockSuspect !== undefined && { clockSuspect }) });
  return state === 'unreachable' ? 'device-away' : 'needs-person';
}

/**
 * Carries text messages between one till and one device, unchanged, in order, **at most once**: a message goes to the
 * device's open socket in the turn it is read, or never. Nothing is kept: who sends faster than the other end takes is
 * read no further, so that {@link MOST_WAITING} and one message wait in each direction at most.
 */
export class Relay {
  readonly #till: TillSocket;
  readonly #device: ChannelWebSocket;
  readonly #onEnd: (end: RelayEnd) => void;
  readonly #openedAt = performance.now();
  readonly #stopHeartbeat: () => void;
  #handedOver = 0;
  #passedOn = 0;
  #ended = false;
  /** Ends a {@link probe} that runs. */
  #stopProbe: (() => void) | undefined;

  /** The device's socket is paused until here, so that nothing it has said is missed. */
  constructor(
    till: TillSocket,
    device: ChannelWebSocket,
    heartbeat: Heartbeat,
    onEnd: (end: RelayEnd) => void,
  ) {
    this.#till = till;
    this.#device = device;
    this.#onEnd = onEnd;
    till.onRefused = (cause) => this.#endFor(cause, {});
    till.on('message', (data: Buffer, isBinary) => this.#fromTill(data, isBinary));
    // ws ends the connection itself; 'close' follows.
    till.on('error', () => {});
    till.on('close', (code) => this.#finish({ closeCode: code, cause: undefined }));
    device.onClosedByPeer = (deviceCode, deviceReason) =>
      this.end('device-closed', { deviceCode, deviceReason });
    device.on('message', (data: Buffer, isBinary) => this.#fromDevice(data, isBinary));
    device.on('error', (error) => this.#deviceFailed(error));
    device.on('close', () => this.#deviceFailed(new Error('the connection was cut')));
    device.onRoom = () => {
      if (till.isPaused && !this.#stopProbe) till.resume();
    };
    till.onRoom = () => {
      if (device.isPaused && !this.#ended) device.resume();
    };
    this.#stopHeartbeat = startHeartbeat(device, heartbeat, () =>
      this.#lost(failure('timed-out', 'no answer to a ping').appError),
    );
    if (device.readyState === device.OPEN) device.resume();
    else this.#deviceFailed(new Error('the connection was cut'));
  }

  /** Messages of the till that were given to the device's open socket. */
  get handedOver(): number {
    return this.#handedOver;
  }

  /** Messages of the device that were given to the till's open socket. */
  get passedOn(): number {
    return this.#passedOn;
  }

  /**
   * Asks whether the device is still there, which a computer that slept cannot know. Until it has answered, nothing
   * more of the till is read: what it sends into a connection that is dead was not handed over.
   */
  probe(pongWithinMs: number): void {
    // As long as nothing is read from it, its pong cannot be seen.
    if (this.#ended || this.#stopProbe || this.#device.isPaused) return;
    const device = this.#device;
    const stop = () => {
      clearTimeout(deadline);
      device.off('pong', goOn);
      device.off('message', goOn);
      this.#stopProbe = undefined;
    };
    const goOn = () => {
      stop();
      if (device.waitingBytes <= MOST_WAITING) this.#till.resume();
    };
    const deadline = setTimeout(() => {
      if (device.isPaused) goOn();
      else this.#lost(failure('timed-out', 'no answer to a ping').appError);
    }, pongWithinMs);
    this.#stopProbe = stop;
    this.#till.pause();
    device.on('pong', goOn);
    device.on('message', goOn);
    device.ping();
  }

  /** Ends the till's connection, with its messages' fate. */
  end(cause: BridgeCloseCause, detail: Omit<EndDetail, 'handedOver'> = {}): void {
    const told = this.#endFor(cause, detail);
    if (told) this.#till.close(told.code, told.reason);
  }

  /** A message that is refused says nothing of a payment that was handed over before it: the fate is that of all. */
  #endFor(
    cause: BridgeCloseCause,
    detail: Omit<EndDetail, 'handedOver'>,
  ): { readonly code: number; readonly reason: string } | undefined {
    if (this.#ended) return undefined;
    const fate: TillFate = this.#handedOver > 0 ? 'outcome-unknown' : 'not-handed-over';
    const code = bridgeCloseCode(fate, cause);
    const reason = closeReason({ handedOver: this.#handedOver, ...detail });
    this.#finish({ closeCode: code, cause, ...detail });
    // What it still has to say is not handed over; its goodbye is to be read.
    this.#till.resume();
    return { code, reason };
  }

  #finish(end: Omit<RelayEnd, 'handedOver'>): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#stopHeartbeat();
    this.#stopProbe?.();
    this.#onEnd({ ...end, handedOver: this.#handedOver });
  }

  #fromTill(data: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    const refused = isBinary
      ? 'binary'
      : this.#device.readyState !== this.#device.OPEN && ('device-away' as const);
    if (refused) {
      this.end(refused);
      return;
    }
    this.#handedOver += 1;
    this.#device.sendText(data);
    if (this.#device.waitingBytes > MOST_WAITING) this.#till.pause();
  }

  #fromDevice(data: Buffer, isBinary: boolean): void {
    if (this.#ended) return;
    if (isBinary) {
      this.end('binary');
      return;
    }
    if (this.#till.readyState !== this.#till.OPEN) return;
    this.#passedOn += 1;
    this.#till.sendText(data);
    if (this.#till.waitingBytes > MOST_WAITING) this.#device.pause();
  }

  #deviceFailed(error: Error & { readonly code?: unknown }): void {
    if (this.#ended) return;
    if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') this.end('too-large');
    else if (typeof error.code === 'string' && error.code.startsWith('WS_ERR')) this.end('malformed');
    else this.#lost(lossFailure(error, performance.now() - this.#openedAt).appError);
  }

  /** The connection broke: whatever that is a sign of, nobody has said a word. */
  #lost(error: AppError): void {
    const code: ErrorCode = error.code === 'device-in-use' ? 'connection-lost' : error.code;
    this.end(causeOfError({ ...error, code }), { error: code });
  }
}
