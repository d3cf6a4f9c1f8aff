import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { SecureVersion, TLSSocket } from 'node:tls';
import type { CertifiedKey } from '../simulator/pki.ts';

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

/** An HTTPS server with full control over what it shows and does, for what no device should do. */
export async function startTlsServer(
  { certificatePem, privateKeyPem }: CertifiedKey,
  {
    host = '127.0.0.1',
    port = 0,
    chainPem = '',
    maxVersion = 'TLSv1.3',
    ciphers,
  }: {
    readonly host?: string;
    readonly port?: number;
    readonly chainPem?: string;
    readonly maxVersion?: SecureVersion;
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
  await new Promise<void>((resolve) => server.listen(port, host, resolve));
  const bound = server.address();
  return {
    address: { host, port: typeof bound === 'object' && bound ? bound.port : 0 },
    server,
    open,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
        server.closeAllConnections();
      }),
  };
}

/** Accepts WebSockets by hand (RFC 6455): answers pings or not, and a close only if it says goodbye. */
export function acceptChannels(
  { server }: TestServer,
  { pongs, goodbyes = false }: { readonly pongs: boolean; readonly goodbyes?: boolean },
): void {
  server.on('upgrade', (request, socket) => {
    const accept = createHash('sha1')
      .update(`${request.headers['sec-websocket-key']}${WS_KEY_SUFFIX}`)
      .digest('base64');
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    socket.on('data', (frame: Buffer) => {
      const opcode = (frame[0] ?? 0) & 0xf;
      if (pongs && opcode === PING) socket.write(Buffer.from([0x8a, 0]));
      if (goodbyes && opcode === CLOSE) socket.end(Buffer.from([0x88, 0]));
    });
  });
}
