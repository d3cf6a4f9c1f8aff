import type WebSocket from 'ws';
import { type Failure, failure } from '../failure.ts';
import type { ChannelWebSocket } from './channel-web-socket.ts';
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
import { openWebSocket, type WebSocketManner } from './web-socket.ts';

export interface ChannelSocket {
  readonly socket: ChannelWebSocket;
  readonly connection: VerifiedConnection;
}

function opened({ signal }: PresentOptions, socket: WebSocket): Promise<void> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    socket.once('open', () => resolve());
    socket.once('unexpected-response', (_request, response) => {
      judgeUpgrade(response, (verdict, detail) => reject(failure(CODE_OF_VERDICT[verdict], detail)));
    });
    socket.on('error', (error) => reject(channelFailure(error)));
    socket.once('close', (code) => reject(failure('connection-lost', `WebSocket closed: ${code}`)));
    return () => socket.terminate();
  });
}

const codeOf = ({ kind }: AgainstCertificate) => CODE_OF_VERDICT[kind === 'closed' ? 'lost' : kind];

/** What an error of a channel means. An alert on a connection whose handshake is done is about its certificate. */
export function channelFailure(error: Error): Failure {
  const failed = socketFailure(error);
  const against = againstCertificate(failed);
  return against ? failure(codeOf(against), against.detail) : failed;
}

/** What the end of a channel means after `openMs` milliseconds: another program has it, a refusal, or the network. */
export function endFailure(code: number, reason: string, openMs: number): Failure {
  return failure(CODE_OF_VERDICT[closeVerdict(code, openMs)], `WebSocket closed: ${code} ${reason}`.trim());
}

/** What an error on an open channel ends it with. */
export function lossFailure(error: Error, openMs: number): Failure {
  const failed = channelFailure(error);
  const { code, detail } = failed.appError;
  return code === CODE_OF_VERDICT.lost ? endFailure(CUT, detail, openMs) : failed;
}

/**
 * Opens the one WebSocket channel a paired device offers. Throws {@link Failure}, `device-in-use` when another program
 * has the channel (refusals.ts).
 *
 * @param onUpgrade hears of the device's clock when it says it, in milliseconds since 1970
 */
export async function openChannelSocket(
  options: PresentOptions,
  manner: WebSocketManner = {},
  onUpgrade: (deviceTime: number) => void = () => {},
): Promise<ChannelSocket> {
  const presented = await presentCertificate(options);
  if (presented.kind !== 'let-in') throw failure(codeOf(presented), presented.detail);
  const { connection } = presented;
  const socket = openWebSocket(connection, options.address, manner);
  socket.once('upgrade', ({ headers }) => {
    if (headers.date !== undefined) onUpgrade(Date.parse(headers.date));
  });
  const endedAtOnce = new Promise<Failure>((resolve) => {
    socket.once('close', (code, reason) => resolve(endFailure(code, reason.toString(), 0)));
  });
  try {
    await opened(options, socket);
    // The end may have come with the beginning, while nobody listened yet.
    if (socket.readyState !== socket.OPEN) {
      socket.terminate();
      throw await endedAtOnce;
    }
  } catch (thrown) {
    // An HTTP answer in place of the WebSocket leaves the connection open.
    connection.socket.destroy();
    throw thrown;
  }
  return { socket, connection };
}
