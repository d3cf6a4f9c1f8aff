import type { TLSSocket } from 'node:tls';
import type { WebSocket } from 'ws';
import { ERROR_CATALOGUE, type ErrorCode } from '../../../shared/errors.ts';
import { type DeviceIdentity, serialOf } from '../../../shared/identity.ts';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import { toAppError } from '../failure.ts';
import { diagnose, isDiagnosed } from './diagnose.ts';
import type { About, ConnectionEvent } from './event.ts';

interface Connection {
  readonly address: DeviceAddress;
  /** The device it has to be. */
  readonly identity?: DeviceIdentity;
  readonly clientCertificate?: object;
}

/** So are alerts named by both TLS libraries. */
const ALERT_NUMBER = /SSL alert number (\d+)/i;

/** The catalogue's group of network and TLS: what is said there is the system's own, not the device's. */
const OF_THE_NETWORK = 3;
const isOfNetwork = (code: ErrorCode): boolean =>
  Math.floor(ERROR_CATALOGUE[code].number / 100) === OF_THE_NETWORK;

const connections = new WeakMap<TLSSocket, About>();
let connectionCount = 0;

const rounded = (ms: number): number => Math.round(ms * 10) / 10;
const since = (startedAt: number): number => rounded(performance.now() - startedAt);

function tell(about: About, event: ConnectionEvent): void {
  diagnose({ ...about, ...event });
}

/** Tells an event of a connection that {@link ConnectionDiagnosis} has followed from its beginning. */
export function diagnoseConnection(socket: TLSSocket, event: ConnectionEvent): void {
  const about = connections.get(socket);
  if (about) tell(about, event);
}

/** Follows one connection from its first packet to its end. It only listens. */
export class ConnectionDiagnosis {
  readonly #startedAt = performance.now();
  readonly #hasCertificate: boolean;
  #about: About;
  #socket: TLSSocket | undefined;

  constructor({ address, identity, clientCertificate }: Connection) {
    connectionCount += 1;
    const serial = identity ? serialOf(identity) : '';
    this.#hasCertificate = clientCertificate !== undefined;
    this.#about = {
      connection: connectionCount,
      device: formatAuthority(address),
      ...(serial && { serial }),
    };
  }

  /** TCP is open, and `socket` begins its handshake. */
  follow(socket: TLSSocket): void {
    if (!isDiagnosed()) return;
    this.#socket = socket;
    connections.set(socket, this.#about);
    const openedAt = performance.now();
    this.#tell({
      kind: 'connect',
      ms: rounded(openedAt - this.#startedAt),
      certificate: this.#hasCertificate,
    });
    socket.once('secureConnect', () => {
      const tlsVersion = socket.getProtocol() ?? '';
      this.#tell({ kind: 'handshake', ms: since(openedAt), tlsVersion, cipher: socket.getCipher().name });
    });
    socket.on('error', ({ message }) => {
      const number = ALERT_NUMBER.exec(message)?.[1];
      if (number !== undefined) this.#tell({ kind: 'alert', number: Number(number) });
    });
    socket.once('close', () => {
      const { bytesWritten, bytesRead } = socket;
      this.#tell({ kind: 'closed', ms: since(openedAt), sent: bytesWritten, received: bytesRead });
    });
  }

  verified(identity: DeviceIdentity): void {
    const serial = serialOf(identity);
    if (serial) this.#about = { ...this.#about, serial };
    if (this.#socket) connections.set(this.#socket, this.#about);
    this.#tell({ kind: 'verified' });
  }

  refused(thrown: unknown): void {
    if (!isDiagnosed()) return;
    const { code, detail } = toAppError(thrown);
    this.#tell({ kind: 'refused', code, detail: isOfNetwork(code) ? detail : '' });
  }

  #tell(event: ConnectionEvent): void {
    tell(this.#about, event);
  }
}

/**
 * Follows the WebSocket that runs over a connection: when it opens, how it ends, and, where `tellsMessages`, how large
 * each message is.
 */
export function followWebSocket(webSocket: WebSocket, connection: TLSSocket, tellsMessages: boolean): void {
  if (!connections.has(connection)) return;
  let openedAt: number | undefined;
  const told = (event: ConnectionEvent) => diagnoseConnection(connection, event);
  webSocket.once('open', () => {
    openedAt = performance.now();
    told({ kind: 'ws-open' });
  });
  if (tellsMessages)
    webSocket.on('message', (data) => {
      const received = Array.isArray(data)
        ? data.reduce((total, { length }) => total + length, 0)
        : data.byteLength;
      told({ kind: 'ws-message', received });
    });
  webSocket.once('close', (code, reason) => {
    const openMs = openedAt === undefined ? null : since(openedAt);
    told({ kind: 'ws-close', code, reasonLength: reason.length, openMs });
  });
}
