import type { X509Certificate } from 'node:crypto';
import type WebSocket from 'ws';
import { type Failure, failure } from '../failure.ts';
import type { VerifiedConnection } from './connection.ts';
import { cancellable } from './deadline.ts';
import { judgeUpgrade } from './judge-answer.ts';
import {
  type AgainstCertificate,
  againstCertificate,
  type PresentOptions,
  presentCertificate,
} from './quiet-check.ts';
import { CODE_OF_VERDICT, CUT, closeVerdict } from './refusals.ts';
import { socketFailure } from './socket-errors.ts';
import { closeWebSocket, openWebSocket } from './web-socket.ts';

export interface Heartbeat {
  /** Milliseconds between two pings. */
  readonly everyMs: number;
  /** Milliseconds a pong may take before the channel counts as lost. */
  readonly pongWithinMs: number;
  /** Milliseconds from any fixed moment; left out: the process's own clock. */
  readonly clock?: () => number;
}

export interface LiveChannel {
  /** The device's, as seen now: a restarted device may have a new one. */
  readonly certificate: X509Certificate;
  /** Ends the channel without an `onLost`. Resolves when the device has seen the end, soon in any case. */
  close(): Promise<void>;
}

function opened({ signal }: PresentOptions, socket: WebSocket): Promise<void> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      judgeUpgrade(response, (verdict, detail) => reject(failure(CODE_OF_VERDICT[verdict], detail)));
    });
    socket.on('error', (error) => reject(errorFailure(error)));
    socket.once('close', (code) => reject(failure('connection-lost', `WebSocket closed: ${code}`)));
    return () => socket.terminate();
  });
}

/** An alert on a connection whose handshake is done is about the certificate it has carried. */
export function errorFailure(error: Error): Failure {
  const failed = socketFailure(error);
  const against = againstCertificate(failed);
  return against ? failure(codeOf(against), against.detail) : failed;
}

const codeOf = ({ kind }: AgainstCertificate) => CODE_OF_VERDICT[kind === 'closed' ? 'lost' : kind];

/** What the end of a channel means after `openMs` milliseconds: another program has it, a refusal, or the network. */
export function endFailure(code: number, reason: string, openMs: number): Failure {
  return failure(CODE_OF_VERDICT[closeVerdict(code, openMs)], `WebSocket closed: ${code} ${reason}`.trim());
}

export interface OpenChannel {
  readonly connection: VerifiedConnection;
  readonly socket: WebSocket;
}

/**
 * Opens the one WebSocket channel a paired device offers. Throws {@link Failure}: what {@link presentCertificate}
 * throws, and by {@link CODE_OF_VERDICT} why the device opens none. What comes before the caller listens is lost,
 * except the end: it may have come with the beginning.
 *
 * @param onUpgrade hears of the device's clock when it says it, in milliseconds since 1970
 */
export async function openChannel(
  options: PresentOptions,
  onUpgrade: (deviceTime: number) => void = () => {},
): Promise<OpenChannel> {
  const presented = await presentCertificate(options);
  if (presented.kind !== 'let-in') throw failure(codeOf(presented), presented.detail);
  const { connection } = presented;
  const socket = openWebSocket(connection, options.address);
  socket.once('upgrade', ({ headers }) => {
    if (headers.date !== undefined) onUpgrade(Date.parse(headers.date));
  });
  const endedAtOnce = new Promise<Failure>((resolve) => {
    socket.once('close', (code, reason) => resolve(endFailure(code, reason.toString(), 0)));
  });
  try {
    await opened(options, socket);
    if (socket.readyState !== socket.OPEN) {
      socket.terminate();
      throw await endedAtOnce;
    }
  } catch (thrown) {
    // An HTTP answer in place of the WebSocket leaves the connection open.
    connection.socket.destroy();
    throw thrown;
  }
  return { connection, socket };
}

/**
 * Opens the one WebSocket channel a paired device offers and keeps it alive with pings (RFC 6455 section 5.5.2).
 * Throws {@link Failure} when it cannot be opened; afterwards `onLost` is called once, when it ends by itself. Both
 * name `device-in-use` when another program has the channel, or takes it over (refusals.ts).
 */
export async function openLiveChannel(
  options: PresentOptions,
  heartbeat: Heartbeat,
  onLost: (failure: Failure) => void,
): Promise<LiveChannel> {
  const { connection, socket } = await openChannel(options);
  const clock = heartbeat.clock ?? (() => performance.now());
  const openedAt = clock();
  let ended = false;
  let pongDeadline: NodeJS.Timeout | undefined;
  const end = () => {
    ended = true;
    clearInterval(beat);
    clearTimeout(pongDeadline);
  };
  const lose = (reason: Failure) => {
    if (ended) return;
    end();
    socket.terminate();
    onLost(reason);
  };
  const beat = setInterval(() => {
    socket.ping();
    // The oldest ping without an answer counts, however often others follow.
    pongDeadline ??= setTimeout(
      () => lose(failure('timed-out', 'no answer to a ping')),
      heartbeat.pongWithinMs,
    );
  }, heartbeat.everyMs);
  socket.on('pong', () => {
    clearTimeout(pongDeadline);
    pongDeadline = undefined;
  });
  const openMs = () => clock() - openedAt;
  socket.on('error', (error) => {
    const failed = errorFailure(error);
    const { code, detail } = failed.appError;
    lose(code === CODE_OF_VERDICT.lost ? endFailure(CUT, detail, openMs()) : failed);
  });
  socket.on('close', (code, reason) => lose(endFailure(code, reason.toString(), openMs())));
  return {
    certificate: connection.certificate,
    close: () => {
      end();
      return closeWebSocket(socket);
    },
  };
}
