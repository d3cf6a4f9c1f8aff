import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { failure } from '../failure.ts';
import { systemCode } from '../vault/own-files.ts';
import { type Admission, SUBPROTOCOL, type TillGate } from './till-gate.ts';
import { TillSocket } from './till-socket.ts';

const IPV4 = '127.0.0.1';
const IPV6 = '::1';
/** Connections at a time and address: one till, somebody who asks for the status, and some that are turned away. */
const MOST_CONNECTIONS = 64;
/** Milliseconds for the head of a request. */
const HEAD_MS = 5_000;
const HEAD_BYTES = 8 * 1024;
/** How often a port is looked for that is free on both addresses. */
const FREE_PORT_TRIES = 8;
const PREFLIGHT_S = 600;

const REASON_PHRASES = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  429: 'Too Many Requests',
} as const;

/** A till that was let in, and whose WebSocket is not opened yet. */
export interface WaitingTill {
  readonly origin: string;
  /** Opens its WebSocket; undefined when it has left meanwhile. */
  accept(): TillSocket | undefined;
  /** Called once when it leaves before that. */
  onLeft(listener: () => void): void;
}

export interface BridgeServerParts {
  readonly gate: TillGate;
  readonly messageLimitKib: () => number;
  /** What `GET /status` answers. */
  readonly status: () => unknown;
  readonly onTill: (till: WaitingTill) => void;
}

/** The HTTP and WebSocket server of one bridge, on this computer's loopback addresses and no other. */
export class BridgeServer {
  readonly #parts: BridgeServerParts;
  #servers: Server[] = [];

  constructor(parts: BridgeServerParts) {
    this.#parts = parts;
  }

  /**
   * Listens on 127.0.0.1 and, where the computer has it, on ::1; null: any free port. Returns the port. Throws
   * {@link Failure} `bridge-port-in-use`, `bridge-cannot-listen`, and then listens on neither.
   */
  async listen(port: number | null): Promise<number> {
    for (let left = FREE_PORT_TRIES; ; left -= 1) {
      const servers = [this.#makeServer(), this.#makeServer()] as const;
      try {
        const bound = await listenOn(servers[0], IPV4, port ?? 0);
        await listenOn(servers[1], IPV6, bound).catch((thrown) => {
          // A computer without IPv6.
          if (!['EADDRNOTAVAIL', 'EAFNOSUPPORT', 'EPROTONOSUPPORT'].includes(systemCode(thrown)))
            throw thrown;
        });
        this.#servers = servers.filter(({ listening }) => listening);
        return bound;
      } catch (thrown) {
        await Promise.all(servers.map(closeServer));
        const isTaken = systemCode(thrown) === 'EADDRINUSE';
        if (isTaken && port === null && left > 1) continue;
        const detail = thrown instanceof Error ? thrown.message : String(thrown);
        throw isTaken
          ? failure('bridge-port-in-use', detail, { params: { port: String(port ?? '') } })
          : failure('bridge-cannot-listen', detail, { params: { port: String(port ?? '') } });
      }
    }
  }

  /** Ends every connection that is no WebSocket; those are closed by who has them. */
  async close(): Promise<void> {
    const servers = this.#servers;
    this.#servers = [];
    await Promise.all(servers.map(closeServer));
  }

  #makeServer(): Server {
    const server = createServer({
      noDelay: true,
      headersTimeout: HEAD_MS,
      requestTimeout: HEAD_MS,
      keepAliveTimeout: 1,
      maxHeaderSize: HEAD_BYTES,
      connectionsCheckingInterval: 1_000,
    });
    server.maxConnections = MOST_CONNECTIONS;
    server.on('request', (request, response) => this.#answer(request, response));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('clientError', (_error, socket) => refuse(socket, 400));
    // One that comes when it listens already says nothing about the till that is connected.
    server.on('error', () => {});
    return server;
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    response.setHeader('Cache-Control', 'no-store');
    response.setHeader('Connection', 'close');
    response.setHeader('Vary', 'Origin');
    request.resume();
    const { gate, status } = this.#parts;
    const isStatus = request.url === '/status';
    if (isStatus && request.method === 'OPTIONS') {
      this.#preflight(request, response);
      return;
    }
    const admission = gate.judge(request.headers);
    if (admission.origin) response.setHeader('Access-Control-Allow-Origin', admission.origin);
    if (admission.kind === 'refused') {
      response.writeHead(admission.status, refusalHeaders(admission)).end(`${admission.reason}\n`);
    } else if (!isStatus || request.method !== 'GET') response.writeHead(404).end();
    else {
      response.setHeader('Content-Type', 'application/json; charset=utf-8');
      response.end(JSON.stringify(status()));
    }
  }

  /** CORS with Private Network Access: a preflight carries no token, so the origin alone decides. */
  #preflight({ headers }: IncomingMessage, response: ServerResponse): void {
    const { gate } = this.#parts;
    const { origin } = headers;
    if (origin === undefined || !gate.isOwnHost(headers) || !gate.isAllowed(origin)) {
      response.writeHead(403).end();
      return;
    }
    response.writeHead(204, {
      'Access-Control-Allow-Origin': origin,
      'Access-Control-Allow-Methods': 'GET',
      'Access-Control-Allow-Headers': 'authorization',
      'Access-Control-Max-Age': PREFLIGHT_S,
      ...(headers['access-control-request-private-network'] === 'true' && {
        'Access-Control-Allow-Private-Network': 'true',
      }),
    });
    response.end();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const admission = this.#parts.gate.judge(request.headers);
    if (admission.kind === 'refused') {
      refuse(socket, admission.status, refusalHeaders(admission));
      return;
    }
    if (request.url !== '/') {
      refuse(socket, 404);
      return;
    }
    // A client says nothing before its WebSocket is open (RFC 6455 section 4.1): a message must not wait here.
    if (head.length > 0) {
      refuse(socket, 400);
      return;
    }
    this.#parts.onTill(this.#waitingTill(request, socket, admission.origin));
  }

  #waitingTill(request: IncomingMessage, socket: Duplex, origin: string): WaitingTill {
    let left = false;
    let tellLeft = () => {};
    const onLeft = () => {
      if (left) return;
      left = true;
      tellLeft();
    };
    // Read, so that its leaving is noticed.
    const onEarly = () => refuse(socket, 400);
    socket.on('data', onEarly);
    const onEnd = () => socket.destroy();
    socket.on('end', onEnd);
    socket.on('close', onLeft);
    return {
      origin,
      onLeft: (listener) => {
        tellLeft = listener;
        if (left) listener();
      },
      accept: () => {
        if (left || socket.destroyed) return undefined;
        socket.off('data', onEarly);
        socket.off('end', onEnd);
        socket.off('close', onLeft);
        return this.#openWebSocket(request, socket);
      },
    };
  }

  #openWebSocket(request: IncomingMessage, socket: Duplex): TillSocket | undefined {
    const server = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: this.#parts.messageLimitKib() * 1024,
      // The token is never repeated to the till.
      handleProtocols: (names) => names.has(SUBPROTOCOL) && SUBPROTOCOL,
      WebSocket: TillSocket,
    });
    let opened: TillSocket | undefined;
    // Answers a request that is no proper WebSocket by itself.
    server.handleUpgrade(request, socket, Buffer.alloc(0), (till) => {
      opened = till;
      till.carryBy(socket);
    });
    return opened;
  }
}

function listenOn(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, exclusive: true, ipv6Only: host === IPV6 }, () => {
      server.off('error', reject);
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : port);
    });
  });
}

/** Frees the port. WebSockets go on until who has them ends them. */
function closeServer(server: Server): Promise<void> {
  if (!server.listening) return Promise.resolve();
  server.close();
  server.closeAllConnections();
  return new Promise((resolve) => setImmediate(resolve));
}

const refusalHeaders = ({
  status,
  retryAfterS,
}: Extract<Admission, { kind: 'refused' }>): Record<string, string> => ({
  ...(status === 401 && { 'WWW-Authenticate': 'Bearer' }),
  ...(retryAfterS !== undefined && { 'Retry-After': String(retryAfterS) }),
});

function refuse(
  socket: Duplex | Socket,
  status: keyof typeof REASON_PHRASES,
  headers: Record<string, string> = {},
): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const fields = Object.entries({ ...headers, Connection: 'close', 'Content-Length': '0' });
  socket.end(
    `HTTP/1.1 ${status} ${REASON_PHRASES[status]}\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n`,
  );
  // Nothing it still sends is of interest.
  socket.resume();
  setTimeout(() => socket.destroy(), 1_000).unref();
}
