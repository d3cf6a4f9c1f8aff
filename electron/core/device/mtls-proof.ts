import type { X509Certificate } from 'node:crypto';
import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { formatAuthority, type Transport } from '../../../shared/inputs.ts';
import { Failure, failure } from '../failure.ts';
import type { ClientCertificate, ConnectionOptions, VerifiedConnection } from './connection.ts';
import { cancellable, withDeadline } from './deadline.ts';
import { exchange } from './http-answer.ts';
import { judgeUpgrade } from './judge-answer.ts';
import {
  type AgainstCertificate,
  againstCertificate,
  listenForRefusal,
  presentCertificate,
} from './quiet-check.ts';
import { CUT, closeVerdict, requestVerdict, type Verdict } from './refusals.ts';
import { socketFailure } from './socket-errors.ts';
import { makeStranger } from './stranger.ts';
import { closeWebSocket, openWebSocket } from './web-socket.ts';

/** What the connection with our own certificate showed. */
interface ConnectionFacts {
  readonly tlsVersion: string;
  readonly cipher: string;
  /** Milliseconds from a ping or request to its answer on the open connection. */
  readonly roundTripMs: number;
  readonly certificate: X509Certificate;
  readonly identity: DeviceIdentity;
}

export type ProofOutcome =
  /** `tls-only`: the device let a stranger's client certificate in as well. */
  | ({ readonly kind: 'proved'; readonly result: 'mtls' | 'tls-only' } & ConnectionFacts)
  /** Nobody answers: refused, reset, closed without a word, or out of time. */
  | { readonly kind: 'away'; readonly error: AppError }
  /** Another program has the device's one channel. */
  | { readonly kind: 'in-use'; readonly detail: string }
  /** Turned away, for its certificate or because another program has the channel. */
  | { readonly kind: 'ambiguous'; readonly detail: string }
  /** An explicit word against our certificate. */
  | { readonly kind: 'refused'; readonly detail: string }
  /** The device answered, but not in a way that proves both ends. */
  | { readonly kind: 'inconclusive'; readonly detail: string };

export interface ProofOptions extends Omit<ConnectionOptions, 'clientCertificate' | 'identity'> {
  readonly identity: DeviceIdentity;
  readonly transport: Transport;
  readonly clientCertificate: ClientCertificate;
  /** Milliseconds after which one connection without an answer is given up. */
  readonly timeoutMs: number;
}

/** What the device did with a client certificate, seen beyond the handshake. */
type Reaction =
  | { readonly verdict: 'answered'; readonly roundTripMs: number }
  | { readonly verdict: 'questioned'; readonly detail: string; readonly roundTripMs: number }
  | { readonly verdict: Exclude<Verdict, 'answered' | 'questioned' | 'lost'>; readonly detail: string }
  /** `hadCertificate`: the connection held until the device had the certificate. */
  | { readonly verdict: 'lost'; readonly error: AppError; readonly hadCertificate: boolean };

const closed = (detail: string): Reaction => ({
  verdict: 'lost',
  error: { code: 'connection-lost', detail },
  hadCertificate: true,
});

/** What is no verdict on a certificate, but may pass by itself. */
const AWAY = new Set<ErrorCode>([
  'connection-refused',
  'connection-lost',
  'device-unreachable',
  'timed-out',
  'name-not-found',
]);

/** A failure of a connection that has carried the certificate: a word, a loss, or bytes that make no sense. */
function reactionToFailure(failed: Failure): Reaction {
  const against = againstCertificate(failed);
  if (against && against.kind !== 'closed') return { verdict: against.kind, detail: against.detail };
  const { code, detail } = failed.appError;
  if (code === 'cancelled') throw failed;
  if (AWAY.has(code))
    return { verdict: 'lost', error: failed.appError, hadCertificate: against !== undefined };
  return { verdict: 'unclear', detail };
}

/** What ws reports: an error of the socket, or its own, which has no system code. */
function reactionToError(error: Error & { readonly code?: unknown }): Reaction {
  if (error instanceof Failure) return reactionToFailure(error);
  const { code } = error;
  return typeof code !== 'string' || code.startsWith('WS_ERR') || code.startsWith('HPE_')
    ? { verdict: 'unclear', detail: error.message }
    : reactionToFailure(socketFailure(error));
}

function reactionOverWebSocket(
  { address, signal }: ProofOptions,
  connection: VerifiedConnection,
): Promise<Reaction> {
  return cancellable(signal, 'the secure connection', (resolve) => {
    const socket = openWebSocket(connection, address);
    let openedAt: number | undefined;
    socket.once('open', () => {
      openedAt = performance.now();
      socket.ping();
    });
    const answered = () => {
      const roundTripMs = performance.now() - (openedAt ?? 0);
      // The device has one channel: it must be free again before anybody else connects.
      socket.removeAllListeners('close');
      void closeWebSocket(socket).then(() => resolve({ verdict: 'answered', roundTripMs }));
    };
    socket.once('pong', answered);
    socket.once('message', answered);
    socket.once('unexpected-response', (_request, response) => {
      judgeUpgrade(response, (verdict, detail) => {
        resolve({ verdict, detail });
        connection.socket.destroy();
      });
    });
    const ended = (code: number, detail: string) => {
      const openMs = openedAt === undefined ? undefined : performance.now() - openedAt;
      const verdict = closeVerdict(code, openMs);
      resolve(verdict === 'lost' ? closed(detail) : { verdict, detail });
    };
    socket.once('close', (code, reason) => {
      ended(code, `WebSocket closed: ${code} ${reason.toString()}`.trim());
    });
    socket.on('error', (error) => {
      const reaction = reactionToError(error);
      if (reaction.verdict === 'lost' && openedAt !== undefined) ended(CUT, reaction.error.detail);
      else resolve(reaction);
    });
    return () => socket.terminate();
  });
}

async function reactionOverHttps(
  { address, signal }: ProofOptions,
  { socket }: VerifiedConnection,
): Promise<Reaction> {
  const startedAt = performance.now();
  const request = `GET / HTTP/1.1\r\nHost: ${formatAuthority(address)}\r\nAccept: */*\r\nConnection: close\r\n\r\n`;
  try {
    const { status, body } = await exchange(socket, request, {
      signal,
      waitingFor: 'the secure connection',
      onSent: () => {},
    });
    const roundTripMs = performance.now() - startedAt;
    const verdict = requestVerdict(status, body);
    return verdict === 'answered'
      ? { verdict, roundTripMs }
      : { verdict, detail: `HTTP ${status}`, roundTripMs };
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    return reactionToFailure(thrown);
  }
}

interface Try {
  readonly reaction: Reaction;
  /** Of a connection whose handshake was completed. */
  readonly facts?: Omit<ConnectionFacts, 'roundTripMs'>;
}

/**
 * One connection. After a drop it `listens` first: a device that closes right behind its alert can cut off what we
 * send, and on some systems a reset takes the alert with it.
 */
async function tryWith(
  clientCertificate: ClientCertificate,
  options: ProofOptions,
  listens: boolean,
): Promise<Try> {
  const signal = withDeadline(options.signal, options.timeoutMs);
  let opened: VerifiedConnection | undefined;
  try {
    const presented = await presentCertificate({ ...options, signal, clientCertificate });
    if (presented.kind !== 'let-in') return { reaction: reactionTo(presented) };
    opened = presented.connection;
    const { socket, certificate, identity } = opened;
    const facts = {
      tlsVersion: socket.getProtocol() ?? '',
      cipher: socket.getCipher().name,
      certificate,
      identity,
    };
    if (listens) {
      const against = await listenForRefusal(opened, presented.roundTripMs, signal);
      if (against) return { reaction: reactionTo(against), facts };
    }
    const react = options.transport === 'https' ? reactionOverHttps : reactionOverWebSocket;
    return { reaction: await react({ ...options, signal }, opened), facts };
  } catch (thrown) {
    if (!(thrown instanceof Failure) || !AWAY.has(thrown.appError.code)) throw thrown;
    return { reaction: { verdict: 'lost', error: thrown.appError, hadCertificate: false } };
  } finally {
    opened?.socket.destroy();
  }
}

const reactionTo = ({ kind, detail }: AgainstCertificate): Reaction =>
  kind === 'closed' ? closed(detail) : { verdict: kind, detail };

const wasDropped = (reaction: Reaction): boolean =>
  reaction.verdict === 'lost' && reaction.error.code === 'connection-lost';

async function tryOwn(options: ProofOptions): Promise<Try> {
  const first = await tryWith(options.clientCertificate, options, false);
  return wasDropped(first.reaction) ? tryWith(options.clientCertificate, options, true) : first;
}

/** What a stranger's certificate comes to, when ours was answered or questioned before. */
type StrangerOutcome =
  | { readonly kind: 'refused' | 'let-in' | 'questioned' }
  | { readonly kind: 'in-use' | 'ambiguous' | 'inconclusive'; readonly detail: string };

async function tryStranger(options: ProofOptions, stranger: ClientCertificate): Promise<StrangerOutcome> {
  const plain = await reactionOf(stranger, options, false);
  const clear = clearOutcome(plain);
  if (clear) return clear;
  if (plain.verdict === 'lost' && !wasDropped(plain)) return inconclusive(plain);
  // Turned away without a word about the certificate. Once may be the network or a moment when somebody else had the
  // channel: it counts when it happens again, and ours is still let in afterwards.
  const again = await reactionOf(stranger, options, wasDropped(plain));
  const clearNow = clearOutcome(again);
  if (clearNow) return clearNow;
  if (again.verdict === 'lost' && !again.hadCertificate) return inconclusive(again);
  const own = await reactionOf(options.clientCertificate, options, false);
  if (own.verdict === 'in-use') return { kind: 'in-use', detail: own.detail };
  if (own.verdict !== 'answered' && own.verdict !== 'questioned')
    return {
      kind: 'inconclusive',
      detail: `after the self-test with an unknown certificate: ${detailOf(own)}`,
    };
  if (again.verdict !== 'in-use') return { kind: 'refused' };
  // The other program may have left between the two.
  const last = await reactionOf(stranger, options, false);
  return clearOutcome(last) ?? { kind: 'refused' };
}

const inconclusive = (reaction: Reaction): StrangerOutcome => ({
  kind: 'inconclusive',
  detail: `self-test with an unknown certificate: ${detailOf(reaction)}`,
});

function clearOutcome(reaction: Reaction): StrangerOutcome | undefined {
  switch (reaction.verdict) {
    case 'answered':
      return { kind: 'let-in' };
    case 'refused':
      return { kind: 'refused' };
    case 'questioned':
      return { kind: 'questioned' };
    default:
      return undefined;
  }
}

const detailOf = (reaction: Reaction): string => {
  switch (reaction.verdict) {
    case 'answered':
      return 'answered';
    case 'lost':
      return `${reaction.error.code} ${reaction.error.detail}`;
    default:
      return reaction.detail;
  }
};

/** The device is known by now: whatever else fails here, another certificate included, says nothing about ours. */
async function reactionOf(
  clientCertificate: ClientCertificate,
  options: ProofOptions,
  listens: boolean,
): Promise<Reaction> {
  try {
    return (await tryWith(clientCertificate, options, listens)).reaction;
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.appError.code === 'cancelled') throw thrown;
    return { verdict: 'lost', error: thrown.appError, hadCertificate: false };
  }
}

/**
 * Proves mutual TLS both ways round. With the issued certificate the device must answer beyond the handshake
 * (in TLS 1.3 a refusal arrives only at the first read, RFC 8446 section 4.4.2.4): a WebSocket opens and answers
 * a ping or speaks first, or an HTTPS request gets an answer. And because a TLS client is not told whether a
 * certificate was asked for, a stranger's certificate must be turned away; otherwise the result is `tls-only`. What
 * counts as what is in refusals.ts; together (over both versions of TLS):
 *
 * | ours                  | the stranger's                       | outcome                                       |
 * | --------------------- | ------------------------------------ | --------------------------------------------- |
 * | answered              | refused; questioned                  | proved, mtls                                  |
 * | answered              | answered                             | proved, tls-only                              |
 * | answered              | turned away twice in any other way   | proved, mtls, if ours is let in once more     |
 * | answered              | lost before it had the certificate   | inconclusive                                  |
 * | questioned (HTTP 400) | refused; turned away twice           | proved, mtls                                  |
 * | questioned (HTTP 400) | questioned; answered                 | ambiguous                                     |
 * | refused               | not asked                            | refused                                       |
 * | ambiguous             | not asked                            | ambiguous                                     |
 * | in-use                | not asked                            | in-use                                        |
 * | unclear               | not asked                            | inconclusive                                  |
 * | lost, and once more   | not asked                            | away                                          |
 *
 * A drop is tried again at once, and only once: whoever waits for a device calls again. Throws {@link Failure} for all
 * else that {@link openConnection} throws: another device, an untrusted or expired certificate, `cancelled`.
 */
export async function proveMtls(options: ProofOptions): Promise<ProofOutcome> {
  // Its key is made while the device answers. Whatever becomes of it, our own connection is ended first.
  const unknown = makeStranger(options.trust.now());
  unknown.catch(() => {});
  const { reaction, facts } = await tryOwn(options);
  switch (reaction.verdict) {
    case 'lost':
      return { kind: 'away', error: reaction.error };
    case 'unclear':
      return { kind: 'inconclusive', detail: reaction.detail };
    case 'refused':
    case 'ambiguous':
    case 'in-use':
      return { kind: reaction.verdict, detail: reaction.detail };
  }
  if (!facts) throw failure('internal', 'answered without a connection');
  // The same device must answer: the stranger's connection is pinned to the certificate just seen.
  const stranger = await tryStranger({ ...options, pinnedCertificate: facts.certificate }, await unknown);
  const proved = { kind: 'proved', ...facts, roundTripMs: reaction.roundTripMs } as const;
  switch (stranger.kind) {
    case 'refused':
      return { ...proved, result: 'mtls' };
    case 'let-in':
      return reaction.verdict === 'answered'
        ? { ...proved, result: 'tls-only' }
        : { kind: 'ambiguous', detail: `${reaction.detail}, but an unknown certificate is answered` };
    case 'questioned':
      return reaction.verdict === 'answered'
        ? { ...proved, result: 'mtls' }
        : { kind: 'ambiguous', detail: `${reaction.detail} to ours and to an unknown certificate` };
    default:
      return { kind: stranger.kind, detail: stranger.detail };
  }
}
