import { isDeepStrictEqual } from 'node:util';
import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import type { ConnectionCheck, PairingRecord } from '../../../shared/pairing.ts';
import type { ConnectionState, PairingStatus } from '../../../shared/status.ts';

/** Everything that can change what is known about a pairing's connection. */
export type StatusEvent =
  | { readonly type: 'check-started' }
  /** `hasTill`: seen on the channel that a till has. */
  | { readonly type: 'check-ended'; readonly check: ConnectionCheck; readonly hasTill?: boolean }
  | { readonly type: 'till-connected' }
  | { readonly type: 'till-left' }
  /** New credentials wait until somebody taps Connect Device on the device. */
  | { readonly type: 'waits' }
  /** It was broken off and says nothing: what was known before still holds. */
  | { readonly type: 'check-dropped'; readonly before: PairingStatus }
  | { readonly type: 'channel-opened' }
  | { readonly type: 'channel-lost'; readonly error: AppError; readonly nextTryAt: number | null }
  | { readonly type: 'channel-closed' }
  | { readonly type: 'moved'; readonly to: DeviceAddress | null }
  /** Time passed, or the certificates changed. */
  | { readonly type: 'looked-at-clock' };

const DAY_MS = 86_400_000;

const STATE_OF_ERROR: Partial<Record<ErrorCode, ConnectionState>> = {
  'device-unreachable': 'unreachable',
  'local-network-blocked': 'unreachable',
  'connection-refused': 'unreachable',
  'timed-out': 'unreachable',
  'name-not-found': 'unreachable',
  'connection-lost': 'unreachable',
  // Something that is no device answers at the address.
  'not-tls': 'unreachable',
  'plain-http': 'unreachable',
  'serial-mismatch': 'wrong-device',
  'device-issuer-unknown': 'wrong-device',
  'device-not-activated': 'wrong-device',
  'device-identity-missing': 'wrong-device',
  'device-identity-ambiguous': 'wrong-device',
  'device-key-changed': 'wrong-device',
  'device-changed': 'wrong-device',
  'device-certificate-invalid': 'wrong-device',
  'device-certificate-purpose': 'wrong-device',
  'device-other-root-ca': 'other-root-ca',
  'device-certificate-expired': 'expired',
  // A device is given its certificate before it is paired: when that has yet to begin, this clock is behind.
  'device-certificate-not-yet-valid': 'clock-wrong',
  'mtls-refused': 'refused',
  'device-in-use': 'in-use',
  'certificate-or-channel-refused': 'unclear',
};

/** The state an error of a check or of a watched channel leads to. */
export function stateOfError(error: AppError): ConnectionState {
  if (error.clockSuspect) return 'clock-wrong';
  return STATE_OF_ERROR[error.code] ?? 'failed';
}

const LEVELS = [
  { days: 0, level: 'expired' },
  { days: 1, level: '1-day' },
  { days: 7, level: '7-days' },
  { days: 30, level: '30-days' },
] as const;

/** The certificate of a pairing that ends first, when that is at most 30 days away. */
function expiryOf(
  { clientCertificate, deviceCertificate }: PairingRecord,
  now: number,
): PairingStatus['expiry'] {
  const certificate = clientCertificate.validTo <= deviceCertificate.validTo ? 'client' : 'device';
  const date = certificate === 'client' ? clientCertificate.validTo : deviceCertificate.validTo;
  const found = LEVELS.find(({ days }) => Date.parse(date) - now <= days * DAY_MS);
  return found ? { level: found.level, certificate, date } : null;
}

export function initialStatus(pairing: PairingRecord, now: number): PairingStatus {
  return {
    state: pairing.proved ? 'unknown' : 'waiting',
    since: new Date(now).toISOString(),
    live: false,
    error: null,
    nextTryAt: null,
    movedTo: null,
    expiry: expiryOf(pairing, now),
  };
}

/** A refusal has a plain reason when the certificate it refuses has expired. */
function explained(state: ConnectionState, expiry: PairingStatus['expiry']): ConnectionState {
  return state === 'refused' && expiry?.level === 'expired' ? 'expired' : state;
}

function outcome(check: ConnectionCheck): Pick<PairingStatus, 'state' | 'error'> {
  switch (check.result) {
    case 'mtls':
      return { state: 'connected', error: null };
    case 'tls-only':
      return { state: 'tls-only', error: null };
    case 'in-use':
    case 'unclear':
      return { state: check.result, error: null };
    case 'failed':
      return { state: stateOfError(check.error), error: check.error };
  }
}

/** States that somebody must look at first: a watched channel is not opened again by itself. */
const NEEDS_A_LOOK: ReadonlySet<ConnectionState> = new Set([
  'wrong-device',
  'other-root-ca',
  'refused',
  'expired',
  'clock-wrong',
]);
export const maybeWatched = ({ state }: PairingStatus): boolean => !NEEDS_A_LOOK.has(state);

/** The one state machine of a pairing's connection: the next status, for the pairing as it is now. */
export function nextStatus(
  status: PairingStatus,
  event: StatusEvent,
  pairing: PairingRecord,
  now: number,
): PairingStatus {
  const expiry = expiryOf(pairing, now);
  const next = {
    ...status,
    ...change(status, event, pairing),
    expiry: isDeepStrictEqual(expiry, status.expiry) ? status.expiry : expiry,
  };
  const state = explained(next.state, next.expiry);
  if (event.type === 'looked-at-clock' && next.expiry === status.expiry && state === status.state)
    return status;
  return { ...next, state, since: state === status.state ? status.since : new Date(now).toISOString() };
}

function change(
  status: PairingStatus,
  event: StatusEvent,
  { lastCheck }: PairingRecord,
): Partial<PairingStatus> {
  switch (event.type) {
    case 'check-started':
      // An open channel is no reason to worry anybody with "checking".
      return status.live || status.state === 'till-connected' ? {} : { state: 'checking' };
    case 'check-ended':
      return {
        ...outcome(event.check),
        ...(event.hasTill && event.check.result === 'mtls' && { state: 'till-connected' as const }),
        nextTryAt: null,
        ...(event.check.result === 'failed' ? {} : { movedTo: null }),
      };
    case 'till-connected':
      return {
        // Like a watched channel, it does not show whether strangers are turned away.
        state: lastCheck?.result === 'tls-only' ? 'tls-only' : 'till-connected',
        error: null,
        nextTryAt: null,
        movedTo: null,
      };
    case 'till-left':
      return status.state === 'till-connected' ? { state: 'connected' } : {};
    case 'waits':
      return { state: 'waiting', error: null, live: false, nextTryAt: null };
    case 'check-dropped':
      return status.state === 'checking' ? { state: event.before.state, error: event.before.error } : {};
    case 'channel-opened':
      // A channel does not show whether the device asks others for a certificate; only a check does.
      return {
        state: lastCheck?.result === 'tls-only' ? 'tls-only' : 'connected',
        live: true,
        error: null,
        nextTryAt: null,
        movedTo: null,
      };
    case 'channel-lost': {
      const state = stateOfError(event.error);
      const retries = event.nextTryAt !== null;
      const passes = state === 'unreachable';
      return {
        live: false,
        error: state === 'in-use' ? null : event.error,
        state: retries && passes ? 'reconnecting' : state,
        nextTryAt: event.nextTryAt === null ? null : new Date(event.nextTryAt).toISOString(),
      };
    }
    case 'channel-closed':
      return {
        live: false,
        nextTryAt: null,
        ...(status.state === 'reconnecting' ? { state: 'unreachable' } : {}),
      };
    case 'moved':
      return { movedTo: event.to };
    case 'looked-at-clock':
      return {};
  }
}
