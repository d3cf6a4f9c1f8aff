import WebSocket from 'ws';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import { followWebSocket } from '../diagnostics/connection-diagnosis.ts';
import { ANSWER_LIMIT } from './answer-limit.ts';
import type { VerifiedConnection } from './connection.ts';
import { UpgradeSocket } from './upgrade-socket.ts';

/** Milliseconds the other end may take to say goodbye; ws itself would wait for 30 s. */
const GOODBYE_MS = 1_500;

/** A WebSocket (RFC 6455) over a proved connection; path `/`. */
export function openWebSocket(connection: VerifiedConnection, address: DeviceAddress): WebSocket {
  const webSocket = new WebSocket(`wss://${formatAuthority(address)}/`, {
    createConnection: () => new UpgradeSocket(connection.socket),
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: ANSWER_LIMIT,
    // What stands around the PEM blocks of an answer may be in any encoding.
    skipUTF8Validation: true,
  });
  followWebSocket(webSocket, connection.socket);
  return webSocket;
}

/** Closes with a goodbye (RFC 6455 section 7.1.2); cut off when the other end does not answer it. Never rejects. */
export function closeWebSocket(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.readyState === socket.CLOSED) return resolve();
    const cutOff = setTimeout(() => socket.terminate(), GOODBYE_MS);
    socket.once('close', () => {
      clearTimeout(cutOff);
      resolve();
    });
    socket.close(1000);
  });
}
