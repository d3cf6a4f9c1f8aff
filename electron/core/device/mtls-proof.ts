import type { X509Certificate } from 'node:crypto';
import { request as httpsRequest } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import type { Transport } from '../../../shared/inputs.ts';
import { Failure, failure } from '../failure.ts';
import {
  type ClientCertificate,
  type ConnectionOptions,
  openConnection,
  type VerifiedConnection,
} from './connection.ts';
import { cancellable, withDeadline } from './deadline.ts';
import { readBody } from './read-body.ts';
import { socketFailure } from './socket-errors.ts';
import { strangerAt } from './stranger.ts';
import { closeWebSocket, openWebSocket } from './web-socket.ts';

export interface MtlsProof {
  /** `tls-only`: the device let a stranger's client certificate in as well. */
  readonly result: 'mtls' | 'tls-only';
  readonly tlsVersion: string;
  readonly cipher: string;
  /** Milliseconds from a ping or request to its answer on the open connection. */
  readonly roundTripMs: number;
  readonly certificate: X509Certificate;
  readonly identity: DeviceIdentity;
}

export interface ProofOptions extends Omit<ConnectionOptions, 'clientCertificate' | 'identity'> {
  readonly identity: DeviceIdentity;
  readonly transport: Transport;
  readonly clientCertificate: ClientCertificate;
  /** Milliseconds to wait between two tries, and how many there are. */
  readonly retry: { readonly delayMs: number; readonly tries: number };
  /** Milliseconds after which one connection without an answer is given up. */
  readonly timeoutMs: number;
}

/** What the device did with a client certificate, seen beyond the handshake. */
type Reaction =
  | { readonly kind: 'answered'; readonly roundTripMs: number }
  | { readonly kind: 'refused'; readonly detail: string }
  /** Closed without a word after the device had spoken TLS: a refusal, or a lost network. */
  | { readonly kind: 'closed'; readonly detail: string }
  /** An answer that says nothing about the certificate, such as "busy". */
  | { readonly kind: 'busy'; readonly detail: string };

const REFUSED_STATUS = new Set([401, 403]);
const BUSY_STATUS = new Set([409, 423, 429, 503]);
/** Policy violation (RFC 6455 section 7.4.1). */
const REFUSED_CLOSE = 1008;
/** "Try again later" (IANA WebSocket close code registry). */
const BUSY_CLOSE = 1013;

function byStatus(status: number, startedAt: number): Reaction {
  if (REFUSED_STATUS.has(status)) return { kind: 'refused', detail: `HTTP ${status}` };
  if (BUSY_STATUS.has(status)) return { kind: 'busy', detail: `HTTP ${status}` };
  return { kind: 'answered', roundTripMs: performance.now() - startedAt };
}

/** What a failure tells about the certificate, if anything, once the device has spoken TLS. */
function byFailure({ appError: { code, detail } }: Failure): Reaction | undefined {
  if (code === 'mtls-refused') return { kind: 'refused', detail };
  if (code === 'connection-lost') return { kind: 'closed', detail };
  return undefined;
}

function reactionOverWebSocket(
  { address, signal }: ProofOptions,
  connection: VerifiedConnection,
): Promise<Reaction> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    const startedAt = performance.now();
    const socket = openWebSocket(connection, address);
    let pingedAt = 0;
    socket.once('open', () => {
      pingedAt = performance.now();
      socket.ping();
    });
    socket.once('pong', () => {
      const roundTripMs = performance.now() - pingedAt;
      // The device has one channel: it must be free again before anybody else connects.
      socket.removeAllListeners('close');
      void closeWebSocket(socket).then(() => resolve({ kind: 'answered', roundTripMs }));
    });
    socket.once('unexpected-response', (_request, response) => {
      response.resume();
      resolve(byStatus(response.statusCode ?? 0, startedAt));
      connection.socket.destroy();
    });
    socket.once('close', (code, reason) => {
      const detail = `WebSocket closed: ${code} ${reason.toString()}`.trim();
      if (code === REFUSED_CLOSE) resolve({ kind: 'refused', detail });
      else if (code === BUSY_CLOSE) resolve({ kind: 'busy', detail });
      else resolve({ kind: 'closed', detail });
    });
    socket.on('error', (error) => {
      const failed = socketFailure(error);
      const reaction = byFailure(failed);
      if (reaction) resolve(reaction);
      else reject(failed);
    });
    return () => socket.terminate();
  });
}

function reactionOverHttps(
  { address, signal }: ProofOptions,
  connection: VerifiedConnection,
): Promise<Reaction> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    const startedAt = performance.now();
    const request = httpsRequest({
      host: address.host,
      port: address.port,
      path: '/',
      method: 'GET',
      headers: { connection: 'close' },
      createConnection: () => connection.socket,
    });
    request.once('response', (response) => {
      const reaction = byStatus(response.statusCode ?? 0, startedAt);
      readBody(response, () => resolve(reaction), reject);
    });
    request.on('error', (error) => {
      const failed = socketFailure(error);
      const reaction = byFailure(failed);
      if (reaction) resolve(reaction);
      else reject(failed);
    });
    request.end();
    return () => request.destroy();
  });
}

interface Try {
  readonly reaction: Reaction;
  readonly connection: VerifiedConnection | undefined;
  readonly tlsVersion: string;
  readonly cipher: string;
}

async function tryWith(clientCertificate: ClientCertificate, options: ProofOptions): Promise<Try> {
  const limited = { ...options, signal: withDeadline(options.signal, options.timeoutMs) };
  let deviceSpokeTls = false;
  let connection: VerifiedConnection;
  try {
    connection = await openConnection({
      ...limited,
      clientCertificate,
      onServerHello: () => {
        deviceSpokeTls = true;
      },
    });
  } catch (thrown) {
    // In TLS 1.2 the refusal comes within the handshake, as an alert or as a closed connection. One that is closed
    // before the device has spoken TLS never got as far as a certificate.
    const reaction = thrown instanceof Failure ? byFailure(thrown) : undefined;
    if (!reaction || (reaction.kind === 'closed' && !deviceSpokeTls)) throw thrown;
    return { reaction, connection: undefined, tlsVersion: '', cipher: '' };
  }
  const { socket } = connection;
  const facts = { connection, tlsVersion: socket.getProtocol() ?? '', cipher: socket.getCipher().name };
  try {
    const react = options.transport === 'https' ? reactionOverHttps : reactionOverWebSocket;
    return { reaction: await react(limited, connection), ...facts };
  } finally {
    socket.destroy();
  }
}

const TRANSIENT = new Set(['connection-refused', 'connection-lost', 'device-unreachable']);

async function proveOwn(options: ProofOptions): Promise<Omit<MtlsProof, 'result'>> {
  let closedEachTime = true;
  for (let left = options.retry.tries - 1; ; left -= 1) {
    try {
      const { reaction, connection, tlsVersion, cipher } = await tryWith(options.clientCertificate, options);
      switch (reaction.kind) {
        case 'answered':
          if (!connection) throw failure('internal', 'answered without a connection');
          return {
            roundTripMs: reaction.roundTripMs,
            tlsVersion,
            cipher,
            certificate: connection.certificate,
            identity: connection.identity,
          };
        case 'refused':
          throw failure('mtls-refused', reaction.detail);
        case 'busy':
          closedEachTime = false;
          if (left === 0) throw failure('mtls-inconclusive', `the device is busy: ${reaction.detail}`);
          break;
        case 'closed':
          // Only the same end each time is a refusal: it costs credentials that may be good.
          if (left === 0)
            throw failure(closedEachTime ? 'mtls-refused' : 'connection-lost', `closed: ${reaction.detail}`);
          break;
      }
    } catch (thrown) {
      // Right after a pairing the device may restart its server: such failures deserve another try.
      if (left === 0 || !(thrown instanceof Failure) || !TRANSIENT.has(thrown.appError.code)) throw thrown;
      closedEachTime = false;
    }
    await pause(options);
  }
}

async function pause({ retry, signal }: ProofOptions): Promise<void> {
  await sleep(retry.delayMs, undefined, { signal }).catch(() => {
    throw failure('cancelled', 'the secure connection');
  });
}

/** A try that came to nothing says as little about the certificate as a busy device. */
async function reactionTo(clientCertificate: ClientCertificate, options: ProofOptions): Promise<Reaction> {
  try {
    return (await tryWith(clientCertificate, options)).reaction;
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.appError.code === 'cancelled') throw thrown;
    return { kind: 'busy', detail: thrown.message };
  }
}

async function strangerIsRefused(options: ProofOptions): Promise<boolean> {
  const stranger = await strangerAt(options.trust.now());
  let closedBefore = false;
  for (let left = options.retry.tries - 1; ; left -= 1) {
    const reaction = await reactionTo(stranger, options);
    switch (reaction.kind) {
      case 'answered':
        return false;
      case 'refused':
        return true;
      case 'closed':
        // Once may be a lost network; twice is a refusal if our own certificate is still let in.
        if (closedBefore) return ownIsStillAnswered(options);
        closedBefore = true;
        break;
      case 'busy':
        if (left <= 0)
          throw failure('mtls-inconclusive', `self-test with an unknown certificate: ${reaction.detail}`);
    }
    await pause(options);
  }
}

async function ownIsStillAnswered(options: ProofOptions): Promise<true> {
  const reaction = await reactionTo(options.clientCertificate, options);
  if (reaction.kind === 'answered') return true;
  throw failure('mtls-inconclusive', `after the self-test with an unknown certificate: ${reaction.detail}`);
}

/**
 * Proves mutual TLS both ways round. With the issued certificate the device must answer beyond the handshake
 * (in TLS 1.3 a refusal arrives only at the first read, RFC 8446 section 4.4.2.4): a WebSocket opens and answers
 * a ping, or an HTTPS request gets an answer. And because a TLS client is not told whether a certificate was
 * asked for, a stranger's certificate must be refused; otherwise the result is `tls-only`. A refusal is a word to
 * that effect (TLS alert, HTTP 401 or 403, WebSocket 1008) or, as some TLS stacks do, a close each time after the
 * device has spoken TLS; a connection that ends earlier says nothing.
 * Throws {@link Failure} `mtls-refused`, `mtls-inconclusive`, or what {@link openConnection} throws.
 */
export async function proveMtls(options: ProofOptions): Promise<MtlsProof> {
  const own = await proveOwn(options);
  // The same device must answer: the stranger's connection is pinned to the certificate just seen.
  const refused = await strangerIsRefused({ ...options, pinnedCertificate: own.certificate });
  return { result: refused ? 'mtls' : 'tls-only', ...own };
}
