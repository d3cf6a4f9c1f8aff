import { X509Certificate } from 'node:crypto';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createSecureContext, createServer as createTlsServer, type SecureContextOptions } from 'node:tls';
import { pemOf } from './certificates.ts';
import type { ShownChain } from './chains/chain-case.ts';
import { Gone, Tls13Peer } from './tls13.ts';

/** Who shows a chain: a real TLS library, or, for what that would not load or would write otherwise, tls13.ts. */
type ShownBy = 'OpenSSL' | 'by hand';

export interface ChainPeer {
  readonly port: number;
  readonly servedBy: ShownBy;
  /** What registers have sent within TLS. */
  heard(): string;
  stop(): Promise<void>;
}

const REFUSAL = 'HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';
const HOST = '127.0.0.1';

/** What OpenSSL would show, if it is the same to the byte. */
function contextFor({ chain, key, byHand }: ShownChain): SecureContextOptions | undefined {
  if (chain.length === 0 || byHand) return undefined;
  const options = {
    key: key.privateKey.export({ type: 'pkcs8', format: 'pem' }),
    cert: chain.map(pemOf).join(''),
    // A server of its own would not show what is weak.
    ciphers: 'DEFAULT:@SECLEVEL=0',
  };
  try {
    createSecureContext(options);
    const isSame = chain.every((der) => new X509Certificate(Buffer.from(der)).raw.equals(der));
    return isSame ? options : undefined;
  } catch {
    return undefined;
  }
}

/** A device that shows this chain and turns every code away. */
export async function startChainPeer(shown: ShownChain): Promise<ChainPeer> {
  const heard: string[] = [];
  const open = new Set<Socket>();
  const context = contextFor(shown);
  const server: Server = context
    ? createTlsServer(context, (socket) => {
        open.add(socket);
        socket.on('error', () => {});
        socket.on('data', (data) => {
          heard.push(data.toString('latin1'));
          if (heard.join('').includes('\r\n\r\n')) socket.end(REFUSAL);
        });
      }).on('tlsClientError', () => {})
    : createTcpServer((tcp) => {
        open.add(tcp);
        void turnAway(new Tls13Peer(tcp, { chain: shown.chain, key: shown.key.privateKey }), heard);
      });
  await new Promise<void>((resolve) => server.listen(0, HOST, resolve));
  const bound = server.address();
  return {
    port: typeof bound === 'object' && bound ? bound.port : 0,
    servedBy: context ? 'OpenSSL' : 'by hand',
    heard: () => heard.join(''),
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

async function turnAway(peer: Tls13Peer, heard: string[]): Promise<void> {
  try {
    await peer.shakeHands();
    do heard.push((await peer.read()).toString('latin1'));
    while (!heard.join('').includes('\r\n\r\n'));
    await peer.write(REFUSAL);
    peer.tcp.end();
  } catch (thrown) {
    peer.tcp.destroy();
    if (!(thrown instanceof Gone)) throw thrown;
  }
}
