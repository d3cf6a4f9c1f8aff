import type { X509Certificate } from 'node:crypto';
import type WebSocket from 'ws';
import { type Failure, failure } from '../failure.ts';
import { type ConnectionOptions, openConnection } from './connection.ts';
import { cancellable } from './deadline.ts';
import { socketFailure } from './socket-errors.ts';
import { closeWebSocket, openWebSocket } from './web-socket.ts';

export interface Heartbeat {
  /** Milliseconds between two pings. */
  readonly everyMs: number;
  /** Milliseconds a pong may take before the channel counts as lost. */
  readonly pongWithinMs: number;
}

export interface LiveChannel {
  /** The device's, as seen now: a restarted device may have a new one. */
  readonly certificate: X509Certificate;
  /** Ends the channel without an `onLost`. Resolves when the device has seen the end, soon in any case. */
  close(): Promise<void>;
}

function opened(options: ConnectionOptions, socket: WebSocket): Promise<void> {
  return cancellable(options.signal, 'the secure connection', (resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      const refused = status === 401 || status === 403;
      reject(failure(refused ? 'mtls-refused' : 'mtls-inconclusive', `HTTP ${status}`));
    });
    socket.on('error', (error) => reject(socketFailure(error)));
    socket.once('close', (code) => reject(failure('connection-lost', `WebSocket closed: ${code}`)));
    return () => socket.terminate();
  });
}

/**
 * Opens the one WebSocket channel a paired device offers and keeps it alive with pings (RFC 6455 section 5.5.2).
 * Throws {@link Failure} when it cannot be opened; afterwards `onLost` is called once, when it ends by itself.
 */
export async function openLiveChannel(
  options: ConnectionOptions,
  heartbeat: Heartbeat,
  onLost: (failure: Failure) => void,
): Promise<LiveChannel> {
  const connection = await openConnection(options);
  const socket = openWebSocket(connection, options.address);
  try {
    await opened(options, socket);
    // It may have ended while nobody listened yet.
    if (socket.readyState !== socket.OPEN) throw failure('connection-lost', 'closed right after opening');
  } catch (thrown) {
    // An HTTP answer in place of the WebSocket leaves the connection open.
    connection.socket.destroy();
    throw thrown;
  }

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
  socket.on('error', (error) => lose(socketFailure(error)));
  socket.on('close', (code, reason) => lose(closeFailure(code, reason.toString())));
  return {
    certificate: connection.certificate,
    close: () => {
      end();
      return closeWebSocket(socket);
    },
  };
}

/** 1008 refuses, 1013 asks to come back later (RFC 6455 section 7.4.1, IANA registry); else it is just gone. */
function closeFailure(code: number, reason: string): Failure {
  const detail = `WebSocket closed: ${code} ${reason}`.trim();
  if (code === 1008) return failure('mtls-refused', detail);
  return failure('connection-lost', detail);
}
