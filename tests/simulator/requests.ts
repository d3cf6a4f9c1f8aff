import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';

/** The largest request body or message the device takes. */
export const MAX_REQUEST_BYTES = 64 * 1024;
const MAX_POS_ID_LENGTH = 255;

export interface PairingRequest {
  readonly posId: string;
  readonly setupCode: string;
}

export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

/** The body as text; null when it is too large. */
export async function readBody(request: IncomingMessage): Promise<string | null> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request) {
      if (!Buffer.isBuffer(chunk)) continue;
      size += chunk.length;
      if (size > MAX_REQUEST_BYTES) return null;
      chunks.push(chunk);
    }
  } catch {
    // The client has gone in the middle of its request: what did arrive still counts as received.
  }
  return Buffer.concat(chunks).toString('utf8');
}

export function headOf(request: IncomingMessage): string {
  return [`${request.method} ${request.url}`, ...request.rawHeaders].join('\n');
}

export function reply(response: ServerResponse, status: number, body: string): void {
  replyWith(response, { status, contentType: 'application/json', body });
}

export function replyWith(response: ServerResponse, { status, contentType, body }: HttpAnswer): void {
  response.writeHead(status, { 'content-type': contentType }).end(body);
}

export function rejectUpgrade(socket: Duplex, status: number, contentType: string, body: string): void {
  const head = [
    `HTTP/1.1 ${status} Refused`,
    `Content-Type: ${contentType}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

export function fieldOf(json: unknown, name: string): unknown {
  return typeof json === 'object' && json !== null ? Reflect.get(json, name) : undefined;
}

export function pairingRequestIn(json: unknown): PairingRequest | null {
  const posId = fieldOf(json, 'posId');
  const setupCode = fieldOf(json, 'setupCode');
  if (typeof posId !== 'string' || typeof setupCode !== 'string') return null;
  return posId.length > 0 && posId.length <= MAX_POS_ID_LENGTH ? { posId, setupCode } : null;
}

export function firstHalf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}
