import { createHash, type X509Certificate } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { createServer, type Server } from 'node:https';
import { createServer as createTcpServer, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSecureContext, type SecureVersion, TLSSocket } from 'node:tls';
import type { CertifiedKey } from '../simulator/pki.ts';
import { AlertGate } from './tls-alerts.ts';

const CLOSE = 0x8;
const PING = 0x9;
const WS_KEY_SUFFIX = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11';

export interface TestServer {
  readonly address: { readonly host: string; readonly port: number };
  readonly server: Server;
  /** Connections that are open now. */
  readonly open: Set<TLSSocket>;
  stop(): Promise<void>;
}

/**
 * What becomes of a client within its handshake: an alert by its number (RFC 8446 section 6), or a silent close; or
 * right behind it, when TLS 1.3 itself has accepted the client and sent its tickets.
 */
export type Judgement =
  | 'let-in'
  | 'close'
  | 'reset'
  | 'close-behind'
  | { readonly alert: number }
  | { readonly alertBehind: number };

/** An HTTPS server with full control over what it shows and does, for what no device should do. */
export async function startTlsServer(
  { certificatePem, privateKeyPem }: CertifiedKey,
  {
    host = '127.0.0.1',
    port = 0,
    chainPem = '',
    maxVersion = 'TLSv1.3',
    judge,
    ciphers,
  }: {
    readonly host?: string;
    readonly port?: number;
    readonly chainPem?: string;
    readonly maxVersion?: SecureVersion;
    /** Judges each client by its certificate. Without it everybody is let in. */
    readonly judge?: (certificate: X509Certificate | undefined) => Judgement;
    readonly ciphers?: string;
  } = {},
): Promise<TestServer> {
  const server = createServer({
    key: privateKeyPem,
    cert: certificatePem + chainPem,
    maxVersion,
    ...(ciphers && { ciphers }),
    requestCert: true,
    rejectUnauthorized: false,
  });
  const open = new Set<TLSSocket>();
  server.on('secureConnection', (socket) => {
    open.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => open.delete(socket));
  });
  server.on('tlsClientError', () => {});
  const listener = judge
    ? judgingListener(server, judge, {
        key: privateKeyPem,
        cert: certificatePem + chainPem,
        maxVersion,
        // The one that the gate can write an alert in.
        ciphers: 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256:ECDHE-ECDSA-AES128-GCM-SHA256',
      })
    : server;
  await new Promise<void>((resolve) => listener.listen(port, host, resolve));
  const bound = listener.address();
  return {
    address: { host, port: typeof bound === 'object' && bound ? bound.port : 0 },
    server,
    open,
    stop: () =>
      new Promise((resolve) => {
        listener.close(() => resolve());
        for (const socket of open) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

/** The TCP connections under those that were judged. */
const rawSockets = new WeakMap<Duplex, Socket>();

function judgingListener(
  server: Server,
  judge: (certificate: X509Certificate | undefined) => Judgement,
  context: Parameters<typeof createSecureContext>[0],
) {
  const secureContext = createSecureContext(context);
  return createTcpServer((raw) => {
    const gate = new AlertGate(raw);
    const socket = new TLSSocket(gate, {
      isServer: true,
      secureContext,
      requestCert: true,
      rejectUnauthorized: false,
    });
    rawSockets.set(socket, raw);
    gate.listen(socket);
    socket.on('error', () => {});
    socket.once('secure', () => {
      const judgement = judge(socket.getPeerX509Certificate());
      if (judgement === 'close') gate.close();
      else if (judgement === 'reset') raw.resetAndDestroy();
      // Node tells the end of the handshake before the tickets leave it.
      else if (judgement === 'close-behind')
        setImmediate(() => {
          gate.letIn();
          gate.close();
        });
      else if (typeof judgement === 'object' && 'alertBehind' in judgement)
        setImmediate(() => gate.objectTo(judgement.alertBehind));
      else if (judgement !== 'let-in') gate.refuse(judgement.alert);
      else {
        gate.letIn();
        server.emit('secureConnection', socket);
      }
    });
  });
}

/**
 * How a channel that was just opened ends: with a close code, or with the connection under it, which only a server
 * that judges can `reset`.
 */
export type ChannelEnd = { readonly close: number } | 'cut' | 'reset';

/** Accepts one WebSocket by hand (RFC 6455). The `end` follows right behind the opening; a `reset` on the first frame. */
export function acceptChannel(
  request: IncomingMessage,
  socket: Duplex,
  {
    pongs,
    goodbyes = false,
    end,
  }: { readonly pongs: boolean; readonly goodbyes?: boolean; readonly end?: ChannelEnd },
): void {
  const accept = createHash('sha1')
    .update(`${request.headers['sec-websocket-key']}${WS_KEY_SUFFIX}`)
    .digest('base64');
  socket.on('error', () => {});
  socket.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  );
  // Not before the client is heard on its open channel: a reset overtakes what was sent before it.
  if (end === 'reset') socket.once('data', () => rawSockets.get(socket)?.resetAndDestroy());
  else if (end === 'cut') socket.end();
  else if (end) socket.end(Buffer.from([0x88, 2, end.close >> 8, end.close & 0xff]));
  if (end) {
    socket.resume();
    return;
  }
  socket.on('data', (frame: Buffer) => {
    const opcode = (frame[0] ?? 0) & 0xf;
    if (pongs && opcode === PING) socket.write(Buffer.from([0x8a, 0]));
    if (goodbyes && opcode === CLOSE) socket.end(Buffer.from([0x88, 0]));
  });
}

/** Accepts all WebSockets by hand: answers pings or not, and a close only if it says goodbye. */
export function acceptChannels(
  { server }: TestServer,
  manners: { readonly pongs: boolean; readonly goodbyes?: boolean },
): void {
  server.on('upgrade', (request, socket) => acceptChannel(request, socket, manners));
}
