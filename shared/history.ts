import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** What the history tells of. */
export const HISTORY_KINDS = [
  'paired',
  're-paired',
  /** Paired; the proof waits for somebody to tap Connect Device on the device. */
  'paired-waiting',
  /** What was paired before is proved now. */
  'proved',
  'pairing-failed',
  /** Re-paired with another device in the old one's place; `from` and `to` are serial numbers. */
  'device-swapped',
  /** `from` and `to` are `host:port`. */
  'address-moved',
  /** The device no longer accepts this register's certificate. */
  'refused',
  /** `from` and `to` are the friendly names. */
  'renamed',
  'removed',
  /** A connection kit was written for POS software; `to` is its folder's name, `note` its format. */
  'exported',
  /** Written by versions that trusted one at a time; `from` and `to` are SHA-256 fingerprints. */
  'root-ca-changed',
  /** `to` is a SHA-256 fingerprint, `note` the subject. */
  'root-ca-added',
  /** `from` is a SHA-256 fingerprint, `note` the subject. */
  'root-ca-removed',
  /** The device belongs to another Root CA now, as the user confirmed; `from` and `to` are SHA-256 fingerprints. */
  'pairing-root-ca-changed',
  'manager-pin-set',
  'manager-pin-changed',
  'manager-pin-removed',
  /** Forgotten: all pairings went with it. */
  'manager-pin-reset',
  /** Too many wrong PINs. */
  'manager-locked-out',
  /** The bridge to the till was switched on or off, or got another token. */
  'bridge-on',
  'bridge-off',
  'bridge-token',
  /** Too many wrong tokens; `to` is for how many seconds nobody is let in. */
  'bridge-locked',
  /** The organisation's policy; `note` is where it is, and for a rejected one also why. */
  'policy-applied',
  'policy-removed',
  'policy-rejected',
  /** Another version of the app runs than at the last start; `from` and `to` are versions. */
  'app-updated',
  /** An update was refused or not installed; `to` is its version, where that is known. */
  'update-failed',
  /** The connection changed; `from` and `to` are connection states (shared/status.ts). */
  'status',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** Largest number of characters of `note`, `from` and `to`. */
export const HISTORY_TEXT_LIMIT = 300;

const text = z.string().max(HISTORY_TEXT_LIMIT);

/** One thing that happened. Never holds a secret. */
export const historyEntrySchema = z.object({
  at: z.iso.datetime(),
  kind: z.enum(HISTORY_KINDS),
  /** `ok`, or the error it ended with. */
  result: z.enum(['ok', ...ERROR_CODES]),
  pairingId: z.uuid().optional(),
  /** As it was then; the pairing may be gone. */
  posId: text.optional(),
  /** Serial number of the device. */
  serial: text.optional(),
  from: text.optional(),
  to: text.optional(),
  /** One line for people who support the register. */
  note: text.optional(),
});
export type HistoryEntry = Readonly<z.infer<typeof historyEntrySchema>>;
