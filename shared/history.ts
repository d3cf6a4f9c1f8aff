import { z } from 'zod';
import { ERROR_CODES } from './errors.ts';

/** What the local history remembers. */
export const HISTORY_KINDS = [
  'paired',
  're-paired',
  'device-swapped',
  'pairing-failed',
  'status',
  'address-moved',
  'renamed',
  'removed',
  'root-ca-changed',
] as const;
export type HistoryKind = (typeof HISTORY_KINDS)[number];

/** One event. Never holds a secret; `note` is redacted before it is written. */
export const historyEntrySchema = z.object({
  at: z.iso.datetime(),
  kind: z.enum(HISTORY_KINDS),
  pairingId: z.string().optional(),
  posId: z.string().optional(),
  serial: z.string().optional(),
  result: z.enum(['ok', ...ERROR_CODES]),
  /** Short and language-neutral: `10.0.0.5:8443 → 10.0.0.9:8443`, `connected → unreachable`, a name. */
  note: z.string().max(300).optional(),
});
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
