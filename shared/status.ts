import { z } from 'zod';
import { appErrorSchema, ERROR_CATALOGUE } from './errors.ts';
import { deviceAddressSchema } from './inputs.ts';

/** What is known about the connection of one pairing right now. */
const CONNECTION_STATES = [
  /** Not checked since the app was started. */
  'unknown',
  'checking',
  'connected',
  /** A till has the device's channel, through the bridge of this app. */
  'till-connected',
  /** Paired, and waiting for somebody to tap Connect Device on the device. */
  'waiting',
  /** Another program, such as the POS software, uses the device's channel. */
  'in-use',
  /** Another program uses the channel, or the certificate is that of another pairing: a full test tells. */
  'unclear',
  /** Connected, but the device does not check client certificates. */
  'tls-only',
  /** A watched channel was lost and is being opened again. */
  'reconnecting',
  'unreachable',
  /** Another serial number or another issuer answers at the address: never reconnected to silently. */
  'wrong-device',
  /** The same device leads to another trusted Root CA now: the pairing is kept once a person has confirmed it. */
  'other-root-ca',
  /** The device no longer accepts this register's certificate. */
  'refused',
  /** A certificate of this pairing has ended. */
  'expired',
  'clock-wrong',
  /** Anything else; the error says what. */
  'failed',
] as const;
export type ConnectionState = (typeof CONNECTION_STATES)[number];

/** The one primary action a state offers, if any. */
export type StatusAction =
  | 'check-connection'
  | 'pair-again'
  | 'use-new-address'
  | 'connect-device'
  | 'confirm-root-ca'
  | 'full-test';

/** How far the check of all pairings is. */
export const checksProgressSchema = z.object({ done: z.number().int(), total: z.number().int() });
export type ChecksProgress = z.infer<typeof checksProgressSchema>;

const EXPIRY_LEVELS = ['30-days', '7-days', '1-day', 'expired'] as const;

export const pairingStatusSchema = z.object({
  state: z.enum(CONNECTION_STATES),
  /** Since when the state holds. */
  since: z.iso.datetime(),
  /** True while a watched channel is open. */
  live: z.boolean(),
  error: appErrorSchema.nullable(),
  /** When the next try is made, while reconnecting. */
  nextTryAt: z.iso.datetime().nullable(),
  /** Where the device was found instead, while that waits for the user's consent. */
  movedTo: deviceAddressSchema.nullable(),
  /** The certificate of this pairing that ends first, once that is near. */
  expiry: z
    .object({
      level: z.enum(EXPIRY_LEVELS),
      certificate: z.enum(['client', 'device']),
      date: z.iso.datetime(),
    })
    .nullable(),
});
export type PairingStatus = z.infer<typeof pairingStatusSchema>;

const ACTION_OF_STATE: Record<ConnectionState, StatusAction | null> = {
  unknown: null,
  checking: null,
  connected: null,
  'till-connected': null,
  waiting: 'connect-device',
  'in-use': null,
  unclear: 'full-test',
  'tls-only': 'check-connection',
  reconnecting: null,
  unreachable: 'check-connection',
  'wrong-device': 'check-connection',
  'other-root-ca': 'confirm-root-ca',
  refused: 'pair-again',
  expired: 'pair-again',
  'clock-wrong': 'check-connection',
  failed: 'check-connection',
};

/** The primary action for a status; at most one. */
export function statusAction({ state, movedTo, error, expiry }: PairingStatus): StatusAction | null {
  if (movedTo) return 'use-new-address';
  if (error && ERROR_CATALOGUE[error.code].action === 'pair-again') return 'pair-again';
  if (expiry?.certificate === 'client' && expiry.level !== '30-days') return 'pair-again';
  // The device's own certificate is renewed on the device, not by pairing.
  if (error?.code === 'device-certificate-expired') return 'check-connection';
  return ACTION_OF_STATE[state];
}

const CALM: ReadonlySet<ConnectionState> = new Set([
  'unknown',
  'checking',
  'connected',
  'till-connected',
  'in-use',
  'reconnecting',
]);

/** Whether somebody should look at this pairing. */
export const needsAttention = (status: PairingStatus): boolean =>
  !CALM.has(status.state) || status.movedTo !== null || statusAction(status) === 'pair-again';
