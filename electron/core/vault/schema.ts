import { z } from 'zod';
import { pairingRecordSchema } from '../../../shared/pairing.ts';

/** Version of every stored document. Raise it together with a new entry in {@link MIGRATIONS}. */
export const CURRENT_VERSION = 1;

/** `MIGRATIONS[n]` turns a document of version n into version n + 1. */
export const MIGRATIONS: Readonly<
  Record<number, (document: Record<string, unknown>) => Record<string, unknown>>
> = {};

export const trustAnchorDocumentSchema = z.object({
  version: z.literal(CURRENT_VERSION),
  rootPem: z.string(),
  /** Of the Root CA, to notice a changed document; missing in documents of older versions. */
  fingerprint256: z.string().optional(),
  intermediatesPem: z.array(z.string()),
  trustedAt: z.iso.datetime(),
});
export type TrustAnchorDocument = z.infer<typeof trustAnchorDocumentSchema>;

const sealedPairingSchema = z.object({
  record: pairingRecordSchema,
  /** The encrypted {@link Credentials}, base64. */
  sealed: z.string(),
});
export type SealedPairing = z.infer<typeof sealedPairingSchema>;

/** `pending` holds credentials that are stored but not proved yet; proving makes them `active`. */
export const pairingDocumentSchema = z
  .object({
    version: z.literal(CURRENT_VERSION),
    active: sealedPairingSchema.nullable(),
    pending: sealedPairingSchema.nullable(),
  })
  .refine(({ active, pending }) => active !== null || pending !== null, 'neither active nor pending');
export type PairingDocument = z.infer<typeof pairingDocumentSchema>;

export type ReadVersioned<T> =
  | { readonly kind: 'current'; readonly value: T }
  | { readonly kind: 'newer-version' }
  | { readonly kind: 'damaged' };

/** Brings a stored value to the current version and checks its shape. */
export function readVersioned<T>(
  stored: unknown,
  schema: z.ZodType<T>,
  migrations = MIGRATIONS,
  currentVersion: number = CURRENT_VERSION,
): ReadVersioned<T> {
  const envelope = z.looseObject({ version: z.number().int().min(1) }).safeParse(stored);
  if (!envelope.success) return { kind: 'damaged' };
  let document: Record<string, unknown> = envelope.data;
  let { version } = envelope.data;
  if (version > currentVersion) return { kind: 'newer-version' };
  for (; version < currentVersion; version += 1) {
    const migrate = migrations[version];
    if (!migrate) return { kind: 'damaged' };
    document = { ...migrate(document), version: version + 1 };
  }
  const parsed = schema.safeParse(document);
  return parsed.success ? { kind: 'current', value: parsed.data } : { kind: 'damaged' };
}
