import type { X509Certificate } from 'node:crypto';
import type { AppError } from '../../../shared/errors.ts';
import { type DeviceIdentity, sameChannel } from '../../../shared/identity.ts';
import type { ConnectionCheck, PairingRecord } from '../../../shared/pairing.ts';
import { outranks } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { otherRootCa } from '../device/connection.ts';
import { withDeadline } from '../device/deadline.ts';
import { meetElsewhere } from '../device/meet-elsewhere.ts';
import { quietCheck } from '../device/quiet-check.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import { otherTrust, pinnedTrust } from '../root-ca/trust.ts';
import { askReadiness } from './ask-readiness.ts';
import { isAwaited } from './awaited.ts';
import { circumstancesOf } from './circumstances.ts';
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

/** A channel that whoever asks for the check holds already; its end is part of the check's signal. */
export interface HeldChannel {
  readonly device: DeviceIdentity;
  readonly signal: AbortSignal;
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
  held?: HeldChannel,
): Promise<Checked> {
  for (;;) {
    try {
      return await checkOnce(id, depth, context, signal, held);
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
  held: HeldChannel | undefined,
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
      if (!vault.trustsRootCa(record.trustAnchorFingerprint256))
        await lookElsewhere(record, credentials, context, signal);
      if (pending) {
        // Nothing that this register does by itself may take the channel before the device is there for it.
        if (depth === 'quiet') await quietly(record, credentials, context, signal);
        requireNoTill(depth, record, context);
        const proved = await inFull(record, credentials, context, signal, { held, asks: true });
        requireCurrent();
        return { pairing: vault.promote(id, proved), check: proved.lastCheck, waits: false, promoted: true };
      }
      const known = await (depth === 'quiet'
        ? quietly(record, credentials, context, signal)
        : inFull(record, credentials, context, signal, { held, asks: false }));
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

/**
 * For a pairing whose Root CA is not trusted any more. Throws {@link Failure} `device-other-root-ca` when its device
 * leads to a trusted one now; whatever else is found, the missing Root CA is what matters.
 */
async function lookElsewhere(
  record: PairingRecord,
  credentials: Credentials,
  context: CoreContext,
  signal: AbortSignal,
): Promise<void> {
  const { address, identity } = record;
  const trust = otherTrust(record, context);
  if (trust.rootCas.length === 0) return;
  let found: Awaited<ReturnType<typeof meetElsewhere>>;
  try {
    found = await meetElsewhere({
      address,
      identity,
      trust,
      clientCertificate: credentials,
      signal: withDeadline(signal, context.timing.proofMs),
    });
  } catch (thrown) {
    if (toAppError(thrown).code === 'cancelled') throw thrown;
    return;
  }
  throw otherRootCa(found.rootCa.root);
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
  return knownFrom(outcome, record, context);
}

function knownFrom(
  { certificate, tlsVersion, cipher, roundTripMs }: SeenConnection,
  { address, protection }: PairingRecord,
  context: CoreContext,
): Known {
  return {
    deviceCertificate: summarize(certificate),
    lastSuccess: circumstancesOf(address, certificate.fingerprint256, context),
    lastCheck: {
      // A handshake does not show whether strangers are turned away: what the last full proof has shown still holds,
      // and without one no more is claimed than was seen.
      result: protection ?? 'tls-only',
      at: new Date(context.now()).toISOString(),
      tlsVersion,
      cipher,
      roundTripMs: Math.round(roundTripMs * 10) / 10,
      depth: 'quiet',
    },
  };
}

/** Keeps what the open channel of a till has shown, in place of a check of its own. Throws {@link Failure} `not-found`. */
export function keepSeen(id: string, seen: SeenConnection, context: CoreContext): Checked {
  const { vault } = context;
  const pairing = vault.find(id);
  if (!pairing) throw failure('not-found', `pairing ${id}`);
  return { ...save(id, knownFrom(seen, pairing, context), vault), waits: false, promoted: false };
}

interface FullCheckOptions {
  readonly held: HeldChannel | undefined;
  /** Whether the payment app is asked as well, once the connection is proved. */
  readonly asks: boolean;
}

/** Throws what {@link proveConnection} throws, and `cancelled` when something more urgent needs the channel. */
async function inFull(
  record: PairingRecord,
  credentials: Credentials,
  context: CoreContext,
  signal: AbortSignal,
  { held, asks }: FullCheckOptions,
): Promise<ProvedConnection & Pick<PairingRecord, 'readiness'>> {
  const { vault, leases } = context;
  const trust = pinnedTrust(record, context);
  const prove = async (holding: AbortSignal) => {
    const proved = await proveConnection(record, credentials, context, trust, holding);
    const readiness = asks ? await askReadiness(record, credentials, context, trust, holding) : undefined;
    return { ...proved, ...(readiness && { readiness }) };
  };
  if (held && sameChannel(held.device, record.identity)) return prove(signal);
  const shown = vault.find(record.id);
  const holder = leases.holderOf(record.identity);
  // A swapped device that waits for its first proof is another one: whoever has its channel is not disturbed for it.
  const isAnother = shown !== undefined && !sameChannel(record.identity, shown.identity);
  if (isAnother && holder !== undefined && !outranks('proof', holder))
    throw failure('device-in-use', `held by ${holder}`);
  const lease = await leases.acquire(record.identity, { holder: 'proof', signal });
  try {
    return await prove(lease.signal);
  } finally {
    lease.release();
  }
}
