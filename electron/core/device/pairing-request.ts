import { request as httpsRequest } from 'node:https';
import type { SetupCode } from '../../../shared/brands.ts';
import { type DeviceAddress, formatAuthority, type Transport } from '../../../shared/inputs.ts';
import { failure } from '../failure.ts';
import { redact } from '../redact.ts';
import type { VerifiedConnection } from './connection.ts';
import { cancellable } from './deadline.ts';
import { errorResponseFailure, httpStatusFailure, parseDeviceMessage } from './messages.ts';
import { readBody, tooLarge } from './read-body.ts';
import { socketFailure } from './socket-errors.ts';
import { openWebSocket } from './web-socket.ts';

export interface PairingRequestOptions {
  /** A connection whose device is proved; it is used up by the request. */
  readonly connection: VerifiedConnection;
  readonly address: DeviceAddress;
  readonly transport: Transport;
  readonly posId: string;
  /** Secret: goes into the request body and nowhere else. */
  readonly setupCode: SetupCode;
  readonly signal: AbortSignal;
  /** Called with the text of each `OperationStatusResponse`. */
  readonly onStatus: (message: string) => void;
}

function overHttps({
  connection,
  address,
  signal,
  setupCode,
  ...rest
}: PairingRequestOptions): Promise<string> {
  const body = JSON.stringify({ posId: rest.posId, setupCode });
  return cancellable(signal, 'the answer to the connection code', (resolve, reject) => {
    const request = httpsRequest({
      host: address.host,
      port: address.port,
      path: '/',
      method: 'POST',
      headers: {
        host: formatAuthority(address),
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        accept: '*/*',
        connection: 'close',
      },
      createConnection: () => connection.socket,
    });
    request.once('response', (response) => {
      const status = response.statusCode ?? 0;
      readBody(
        response,
        (text) => {
          if (status < 200 || status > 299) return reject(httpStatusFailure(status, text, [setupCode], true));
          const message = parseDeviceMessage(text);
          if (message?.type === 'ErrorResponse') return reject(errorResponseFailure(message, [setupCode]));
          resolve(text);
        },
        reject,
      );
    });
    request.on('error', (error) => {
      const mapped = socketFailure(error);
      reject(
        mapped.appError.code === 'connection-lost' ? failure('no-answer', mapped.appError.detail) : mapped,
      );
    });
    request.end(body);
    return () => request.destroy();
  });
}

function overWebSocket(options: PairingRequestOptions): Promise<string> {
  const { connection, address, signal, setupCode, posId, onStatus } = options;
  return cancellable(signal, 'the answer to the connection code', (resolve, reject) => {
    const socket = openWebSocket(connection, address);
    socket.once('open', () => socket.send(JSON.stringify({ posId, setupCode })));
    socket.on('message', (data) => {
      const text = data.toString();
      const message = parseDeviceMessage(text);
      if (message?.type === 'OperationStatusResponse') {
        onStatus(redact(message.message ?? '', [setupCode]));
        return;
      }
      if (message?.type === 'ErrorResponse') reject(errorResponseFailure(message, [setupCode]));
      else resolve(text);
      socket.close(1000);
    });
    socket.once('unexpected-response', (_request, response) => {
      readBody(
        response,
        (text) => reject(httpStatusFailure(response.statusCode ?? 0, text, [setupCode], false)),
        reject,
      );
    });
    socket.once('close', (code, reason) =>
      reject(failure('no-answer', redact(`WebSocket closed: ${code} ${reason.toString()}`, [setupCode]))),
    );
    socket.on('error', (error) => reject(webSocketFailure(error)));
    return () => socket.terminate();
  });
}

function webSocketFailure(error: Error & { code?: string }): Error {
  if (error.code === 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH') return tooLarge();
  if (error.code?.startsWith('WS_ERR')) return failure('answer-malformed', `${error.code} ${error.message}`);
  const mapped = socketFailure(error);
  return mapped.appError.code === 'connection-lost' ? failure('no-answer', mapped.appError.detail) : mapped;
}

/**
 * Sends `{"posId":"…","setupCode":"…"}` (vendor page "Request Certificates for the POS System") and returns the
 * device's answer as text. Throws {@link Failure} `code-rejected`, `pos-id-in-use`, `device-error`, `http-status`,
 * `no-answer`, `answer-too-large`, `answer-malformed`, `timed-out`, `cancelled`.
 */
export async function requestCredentials(options: PairingRequestOptions): Promise<string> {
  try {
    return await (options.transport === 'https' ? overHttps(options) : overWebSocket(options));
  } finally {
    // A polite WebSocket close is already under way; this ends what is left.
    options.connection.socket.end();
  }
}
