import type { X509Certificate } from 'node:crypto';
import type { AppError } from '../../../shared/errors.ts';
import { sameChannel } from '../../../shared/identity.ts';
import type { ConnectionCheck, PairingRecord } from '../../../shared/pairing.ts';
import { outranks } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { withDeadline } from '../device/deadline.ts';
import { quietCheck } from '../device/quiet-check.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import { isAwaited } from './awaited.ts';
import { explainByNotes } from './explain-by-notes.ts';
import { type ProvedConnection, proveConnection } from './prove-connection.ts';

/**
 * `quiet`: no byte of HTTP or WebSocket, so that the device's channel stays with whoever has it. `full`: the whole
 * proof, which takes the channel for a moment.
 */
export type CheckDepth = 'quiet' | 'full';

export interface Checked {
  readonly pairing: PairingRecord;
  /** What the check has shown; not always what is stored, since a full disk is no news of a connection. */
  readonly check: ConnectionCheck;
  /** New credentials still wait for their first proof. */
  readonly waits: boolean;
  /** New credentials were proved. */
  readonly promoted: boolean;
}

/** What a handshake, or a channel that is open already, shows of a connection. */
export interface SeenConnection {
  readonly certificate: X509Certificate;
  readonly tlsVersion: string;
  readonly cipher: string;
  readonly roundTripMs: number;
}

type Known = Partial<PairingRecord> & { readonly lastCheck: ConnectionCheck };

/** Codes that say nothing about the connection: of this computer's own store, and of a check that was broken off. */
const NO_OUTCOME = new Set(['not-found', 'cancelled', 'storage-locked', 'storage-unavailable']);

/**
 * Checks one stored pairing against its device and keeps the outcome with it. Credentials that wait for their first
 * proof are tried first, quietly, and proved in full once the device lets them in: proved, they replace the ones in
 * use. If they fail, the outcome is that of the ones in use, and the new ones go on waiting unless the device refused
 * them. Throws only {@link Failure} `not-found`, `cancelled` (also when something more urgent needs the channel) and
 * `storage-*`; any other failed check is an outcome.
 */
export async function checkConnection(
  id: string,
  depth: CheckDepth,
  context: CoreContext,
  signal: AbortSignal,
): Promise<Checked> {
  for (;;) {
    try {
      return await checkOnce(id, depth, context, signal);
    } catch (thrown) {
      if (!(thrown instanceof Outdated)) throw thrown;
    }
  }
}

/** Meanwhile a pairing has brought other credentials: the outcome is that of none that matter. */
class Outdated extends Error {}

async function checkOnce(
  id: string,
  depth: CheckDepth,
  context: CoreContext,
  signal: AbortSignal,
): Promise<Checked> {
  const { vault } = context;
  const stored = await vault.credentials(id);
  let waitingError: AppError | undefined;
  for (const { record, credentials, error, pending } of stored) {
    const requireCurrent = () => {
      const now = pending ? vault.pending(id) : vault.find(id);
      if (now && now.clientCertificate.fingerprint256 !== record.clientCertificate.fingerprint256)
        throw new Outdated();
    };
    try {
      if (error) throw new Failure(error);
      if (pending) {
        // Nothing that this register does by itself may take the channel before the device is there for it.
        if (depth === 'quiet') await quietly(record, credentials, context, signal);
        requireNoTill(depth, record, context);
        const proved = await inFull(record, credentials, context, signal);
        requireCurrent();
        return { pairing: vault.promote(id, proved), check: proved.lastCheck, waits: false, promoted: true };
      }
      const check = depth === 'quiet' ? quietly : inFull;
      const known = await check(record, credentials, context, signal);
      requireCurrent();
      return { ...save(id, known, vault), waits: false, promoted: false };
    } catch (thrown) {
      if (thrown instanceof Outdated) throw thrown;
      requireCurrent();
      const failed = explained(toAppError(thrown), record);
      if (NO_OUTCOME.has(failed.code)) throw thrown;
      if (pending && toAppError(thrown).code === 'mtls-refused') {
        if (stored.length > 1) vault.discardPending(id);
      } else if (pending && isAwaited(failed)) waitingError = failed;
      if (pending && stored.length > 1) continue;
      const lastCheck = outcomeOf(failed, context.now());
      // That the old ones are away as well is no other news than that the new ones wait.
      const waits = waitingError !== undefined && isAwaited(failed);
      return { ...save(id, { lastCheck }, vault), waits, promoted: false };
    }
  }
  throw failure('not-found', `pairing ${id} has no credentials`);
}

/** A till may be taking a payment: only a person may take its channel. */
function requireNoTill(depth: CheckDepth, { identity }: PairingRecord, { leases }: CoreContext): void {
  if (depth === 'quiet' && leases.holderOf(identity) === 'bridge')
    throw failure('device-in-use', 'held by a till');
}

const explained = (error: AppError, { credentialNotes }: PairingRecord): AppError =>
  explainByNotes({ ...error, stage: 'prove' }, credentialNotes);

function outcomeOf(error: AppError, now: number): ConnectionCheck {
  const at = new Date(now).toISOString();
  switch (error.code) {
    case 'device-in-use':
      return { result: 'in-use', at, detail: error.detail };
    case 'certificate-or-channel-refused':
      return { result: 'unclear', at, detail: error.detail };
    default:
      return { result: 'failed', at, error };
  }
}

/** What is known is worth showing even when it cannot be saved. */
function save(id: string, known: Known, vault: CoreContext['vault']): Pick<Checked, 'pairing' | 'check'> {
  const check = known.lastCheck;
  try {
    return { pairing: vault.updateRecord(id, known), check };
  } catch (thrown) {
    const pairing = vault.find(id);
    if (toAppError(thrown).code !== 'storage-failed' || !pairing) throw thrown;
    return { pairing: { ...pairing, ...known }, check };
  }
}

/** Throws {@link Failure} `mtls-refused` and what {@link quietCheck} throws. */
async function quietly(
  record: PairingRecord,
  credentials: Credentials,
  context: CoreContext,
  signal: AbortSignal,
): Promise<Known> {
  const { address, identity } = record;
  const outcome = await quietCheck({
    address,
    identity,
    trust: pinnedTrust(record, context),
    clientCertificate: credentials,
    signal: withDeadline(signal, context.timing.proofMs),
  });
  if (outcome.kind === 'refused') throw failure('mtls-refused', outcome.detail);
  return knownFrom(outcome, record, context.now());
}

function knownFrom(
  { certificate, tlsVersion, cipher, roundTripMs }: SeenConnection,
  { protection }: PairingRecord,
  now: number,
): Known {
  return {
    deviceCertificate: summarize(certificate),
    lastCheck: {
      // A handshake does not show whether strangers are turned away: what the last full proof has shown still holds,
      // and without one no more is claimed than was seen.
      result: protection ?? 'tls-only',
      at: new Date(now).toISOString(),
      tlsVersion,
      cipher,
      roundTripMs: Math.round(roundTripMs * 10) / 10,
      depth: 'quiet',
    },
  };
}

/** Keeps what the open channel of a till has shown, in place of a check of its own. Throws {@link Failure} `not-found`. */
export function keepSeen(id: string, seen: SeenConnection, { vault, now }: CoreContext): Checked {
  const pairing = vault.find(id);
  if (!pairing) throw failure('not-found', `pairing ${id}`);
  return { ...save(id, knownFrom(seen, pairing, now()), vault), waits: false, promoted: false };
}

/** Throws what {@link proveConnection} throws, and `cancelled` when something more urgent needs the channel. */
async function inFull(
  record: PairingRecord,
  credentials: Credentials,
  context: CoreContext,
  signal: AbortSignal,
): Promise<ProvedConnection> {
  const { vault, leases } = context;
  const shown = vault.find(record.id);
  const holder = leases.holderOf(record.identity);
  // A swapped device that waits for its first proof is another one: whoever has its channel is not disturbed for it.
  const isAnother = shown !== undefined && !sameChannel(record.identity, shown.identity);
  if (isAnother && holder !== undefined && !outranks('proof', holder))
    throw failure('device-in-use', `held by ${holder}`);
  const lease = await leases.acquire(record.identity, { holder: 'proof', signal });
  try {
    return await proveConnection(record, credentials, context, pinnedTrust(record, context), lease.signal);
  } finally {
    lease.release();
  }
}
