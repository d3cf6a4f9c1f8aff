import type WebSocket from 'ws';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import { followWebSocket } from '../diagnostics/connection-diagnosis.ts';
import { ANSWER_LIMIT } from './answer-limit.ts';
import { ChannelWebSocket } from './channel-web-socket.ts';
import type { VerifiedConnection } from './connection.ts';
import { UpgradeSocket } from './upgrade-socket.ts';

/** Milliseconds the other end may take to say goodbye; ws itself would wait for 30 s. */
const GOODBYE_MS = 1_500;

export interface WebSocketManner {
  /** Largest message that is read, in bytes. */
  readonly maxPayload?: number;
  /** What stands around the PEM blocks of an answer may be in any encoding, so it is not checked unless asked for. */
  readonly requireUtf8?: boolean;
  /** Reads nothing from the open WebSocket until it is resumed, so that its first messages are not missed. */
  readonly startsPaused?: boolean;
  /** Carries whatever a till and its device have to say, all day: no message of it is told to the diagnosis. */
  readonly isTills?: boolean;
}

/** A WebSocket (RFC 6455) over a proved connection; path `/`. */
export function openWebSocket(
  connection: VerifiedConnection,
  address: DeviceAddress,
  {
    maxPayload = ANSWER_LIMIT,
    requireUtf8 = false,
    startsPaused = false,
    isTills = false,
  }: WebSocketManner = {},
): ChannelWebSocket {
  const transport = new UpgradeSocket(connection.socket);
  const socket = new ChannelWebSocket(`wss://${formatAuthority(address)}/`, {
    createConnection: () => transport,
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload,
    skipUTF8Validation: !requireUtf8,
  });
  socket.carryBy(transport);
  followWebSocket(socket, connection.socket, !isTills);
  if (startsPaused) socket.once('open', () => socket.pause());
  return socket;
}

/** Closes with a goodbye (RFC 6455 section 7.1.2); cut off when the other end does not answer it. Never rejects. */
export function closeWebSocket(socket: WebSocket, code = 1000, reason?: string): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve();
    const cutOff = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(cutOff);
      resolve();
    });
    socket.close(code, reason);
  });
}
