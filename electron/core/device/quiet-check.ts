import type { X509Certificate } from 'node:crypto';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { Failure, failure } from '../failure.ts';
import type { RootCa } from '../pki/root-ca.ts';
import {
  type ClientCertificate,
  type ConnectionOptions,
  openConnection,
  type VerifiedConnection,
} from './connection.ts';
import { cancellable } from './deadline.ts';
import { CODE_OF_VERDICT } from './refusals.ts';
import { AlertFailure, socketFailure } from './socket-errors.ts';

/** What came of a handshake with a client certificate that the device has had in its hands. */
export type Presented =
  | { readonly kind: 'let-in'; readonly connection: VerifiedConnection; readonly roundTripMs: number }
  | AgainstCertificate;

/** A word against the certificate, or a close without any. */
export interface AgainstCertificate {
  readonly kind: 'refused' | 'ambiguous' | 'closed';
  readonly detail: string;
}

export interface PresentOptions extends ConnectionOptions {
  readonly clientCertificate: ClientCertificate;
}

/** What a failure says about a certificate the device has had; undefined: something else has failed. */
export function againstCertificate(failed: Failure): AgainstCertificate | undefined {
  const { detail, code } = failed.appError;
  if (failed instanceof AlertFailure) return { kind: failed.verdict, detail };
  return code === 'connection-lost' ? { kind: 'closed', detail } : undefined;
}

/**
 * Opens a connection with a client certificate. In TLS 1.2 a refusal comes within the handshake; in TLS 1.3 it comes
 * at a later read. Throws what {@link openConnection} throws for all that ends before the device has the certificate;
 * an alert that ends it then is `tls-failed`, whatever it says.
 */
export async function presentCertificate(options: PresentOptions): Promise<Presented> {
  const startedAt = performance.now();
  let sentAt: number | undefined;
  try {
    const connection = await openConnection({
      ...options,
      onCertificateSent: () => {
        sentAt = performance.now();
      },
    });
    // TCP takes one round trip, the device's part of the handshake another one.
    return { kind: 'let-in', connection, roundTripMs: ((sentAt ?? performance.now()) - startedAt) / 2 };
  } catch (thrown) {
    if (!(thrown instanceof Failure)) throw thrown;
    const against = sentAt === undefined ? undefined : againstCertificate(thrown);
    if (against) return against;
    if (thrown instanceof AlertFailure) throw failure('tls-failed', thrown.appError.detail);
    throw thrown;
  }
}

/** Milliseconds a word may take after the handshake: the device's part of it, and nothing but the network. */
const SHORTEST_WAIT_MS = 150;
/** Once the device has gone on after the handshake, only its software can object, and it does so at once. */
const SHORTEST_WAIT_AFTER_SIGN_MS = 50;
const LONGEST_WAIT_MS = 2_000;

/**
 * Listens on a connection just opened for a word against its certificate; undefined when none comes within a few
 * round trips. The wait is shorter where something shows that TLS has accepted it: the end of the handshake in
 * TLS 1.2, a session ticket in TLS 1.3 (RFC 8446 section 4.6.1).
 */
export function listenForRefusal(
  { socket }: VerifiedConnection,
  roundTripMs: number,
  signal: AbortSignal,
): Promise<AgainstCertificate | undefined> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    const accepted = () => {
      clearTimeout(timer);
      timer = setTimeout(done, waitMs(2 * roundTripMs, SHORTEST_WAIT_AFTER_SIGN_MS), undefined);
    };
    const done = (against: AgainstCertificate | undefined) => {
      cleanUp();
      resolve(against);
    };
    const onClosed = () => done({ kind: 'closed', detail: 'closed after the TLS handshake' });
    const onError = (error: Error) => {
      const failed = socketFailure(error);
      const against = againstCertificate(failed);
      if (against) return done(against);
      cleanUp();
      reject(failed);
    };
    const cleanUp = () => {
      clearTimeout(timer);
      socket.off('error', onError).off('end', onClosed).off('close', onClosed).off('session', accepted);
    };
    let timer = setTimeout(done, waitMs(3 * roundTripMs, SHORTEST_WAIT_MS), undefined);
    socket.on('error', onError).on('end', onClosed).on('close', onClosed);
    if (socket.getProtocol() === 'TLSv1.2') accepted();
    else socket.once('session', accepted);
    socket.resume();
    return () => {
      cleanUp();
      socket.destroy();
    };
  });
}

const waitMs = (wanted: number, shortest: number): number =>
  Math.min(Math.max(wanted, shortest), LONGEST_WAIT_MS);

const GOODBYE_MS = 1_000;

/**
 * Ends a connection just opened, and tells a word against its certificate. Where TLS shows that it has accepted it, the
 * goodbye (close_notify, RFC 8446 section 6.1) goes out at once, else after a few round trips. The other end reads in
 * order, so an alert against the certificate comes before its answer to the goodbye; however else the connection then
 * ends, that is an answer. Only where nothing has shown a yes, a reset may have taken an alert with it.
 */
function sayGoodbye(
  { socket }: VerifiedConnection,
  roundTripMs: number,
  signal: AbortSignal,
): Promise<AgainstCertificate | undefined> {
  return cancellable(signal, 'the secure connection', (resolve, reject) => {
    let isAccepted = false;
    let hasEnded = false;
    const end = () => {
      if (hasEnded || socket.destroyed) return;
      hasEnded = true;
      clearTimeout(timer);
      timer = setTimeout(() => socket.destroy(), GOODBYE_MS);
      socket.end();
    };
    const accepted = () => {
      isAccepted = true;
      // Within the callback that tells of it, OpenSSL is still at work and would send no close_notify.
      setImmediate(end);
    };
    const onClosed = () => {
      resolve(hasEnded ? undefined : { kind: 'closed', detail: 'closed after the TLS handshake' });
    };
    const onError = (error: Error) => {
      const failed = socketFailure(error);
      const against = againstCertificate(failed);
      const isAnswer = hasEnded && isAccepted && !(failed instanceof AlertFailure);
      if (isAnswer) resolve(undefined);
      else if (against) resolve(against);
      else reject(failed);
    };
    let timer = setTimeout(end, waitMs(3 * roundTripMs, SHORTEST_WAIT_MS));
    socket.on('error', onError);
    socket.once('end', () => {
      if (!hasEnded) onClosed();
    });
    socket.once('close', () => {
      clearTimeout(timer);
      onClosed();
    });
    if (socket.getProtocol() === 'TLSv1.2') accepted();
    else socket.once('session', accepted);
    socket.resume();
    return () => socket.destroy();
  });
}

export interface QuietCheckOptions extends PresentOptions {
  readonly identity: DeviceIdentity;
}

export type QuietOutcome =
  | {
      readonly kind: 'accepted';
      readonly certificate: X509Certificate;
      /** The one the device leads to. */
      readonly rootCa: RootCa;
      readonly tlsVersion: string;
      readonly cipher: string;
      readonly roundTripMs: number;
    }
  /** A TLS alert against our certificate. */
  | { readonly kind: 'refused'; readonly detail: string };

/**
 * Checks a pairing without a byte of HTTP or WebSocket, so that the device's one channel stays with whoever has it:
 * TCP, a TLS handshake with our certificate, chain, identity and pin as in {@link openConnection}, and a goodbye as
 * soon as TLS shows that it has accepted the certificate, or after a few round trips. Shows that the device is there,
 * is the right one and accepts our certificate; not that its software answers, and not that it turns strangers away.
 * A dropped connection is opened once more.
 *
 * Throws {@link Failure} as {@link openConnection} does, `connection-lost` when the device closes before the goodbye, and
 * `certificate-or-channel-refused` for an alert that need not be about the certificate, such as 40.
 */
export async function quietCheck(options: QuietCheckOptions): Promise<QuietOutcome> {
  const first = await checkOnce(options);
  const outcome = first.kind === 'closed' ? await checkOnce(options) : first;
  switch (outcome.kind) {
    case 'accepted':
      return outcome;
    case 'refused':
      return { kind: 'refused', detail: outcome.detail };
    case 'ambiguous':
      throw failure(CODE_OF_VERDICT.ambiguous, outcome.detail);
    case 'closed':
      throw failure(CODE_OF_VERDICT.lost, outcome.detail);
  }
}

async function checkOnce(
  options: QuietCheckOptions,
): Promise<Extract<QuietOutcome, { kind: 'accepted' }> | AgainstCertificate> {
  const presented = await presentOrClosed(options);
  if (presented.kind !== 'let-in') return presented;
  const { connection, roundTripMs } = presented;
  const { socket, certificate, rootCa } = connection;
  const tlsVersion = socket.getProtocol() ?? '';
  const cipher = socket.getCipher().name;
  const against = await sayGoodbye(connection, roundTripMs, options.signal);
  return against ?? { kind: 'accepted', certificate, rootCa, tlsVersion, cipher, roundTripMs };
}

/** A connection that is dropped even before the certificate deserves the same second try. */
async function presentOrClosed(options: QuietCheckOptions): Promise<Presented> {
  try {
    return await presentCertificate(options);
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.appError.code === 'connection-lost')
      return { kind: 'closed', detail: thrown.appError.detail };
    throw thrown;
  }
}
