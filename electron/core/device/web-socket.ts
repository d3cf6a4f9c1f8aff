import WebSocket from 'ws';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import type { VerifiedConnection } from './connection.ts';

/** Largest answer that is read, in bytes. Credentials are a few kilobytes. */
export const ANSWER_LIMIT = 256 * 1024;

/** Milliseconds the other end may take to say goodbye; ws itself would wait for 30 s. */
const GOODBYE_MS = 1_500;

/** A WebSocket (RFC 6455) over a proved connection; path `/`. */
export function openWebSocket(connection: VerifiedConnection, address: DeviceAddress): WebSocket {
  return new WebSocket(`wss://${formatAuthority(address)}/`, {
    createConnection: () => connection.socket,
    perMessageDeflate: false,
    followRedirects: false,
    maxPayload: ANSWER_LIMIT,
  });
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
