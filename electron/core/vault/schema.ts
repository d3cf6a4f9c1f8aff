import { z } from 'zod';
import { pairingRecordSchema } from '../../../shared/pairing.ts';

/** Version of every stored document. Raise it together with a new entry in {@link MIGRATIONS}. */
export const CURRENT_VERSION = 2;

const identityV1 = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('serial'), serial: z.string() }),
  z.looseObject({ kind: z.literal('address'), host: z.string() }),
]);
const sealedV1 = z.looseObject({
  record: z.looseObject({
    identity: identityV1,
    deviceCertificate: z.looseObject({ fingerprint256: z.string() }),
  }),
});

/** Version 1 knew one brand, and no key of a device without a serial number. */
function withWholeIdentity(stored: unknown): unknown {
  const sealed = sealedV1.safeParse(stored);
  if (!sealed.success) return stored;
  const { record } = sealed.data;
  const identity =
    record.identity.kind === 'serial'
      ? { ...record.identity, name: `${record.identity.serial.toLowerCase()}.cybs.seclib.io` }
      : { ...record.identity, publicKey256: null, certificate256: record.deviceCertificate.fingerprint256 };
  return { ...sealed.data, record: { ...record, identity } };
}

/** `MIGRATIONS[n]` turns a document of version n into version n + 1. */
const MIGRATIONS: Readonly<Record<number, (document: Record<string, unknown>) => Record<string, unknown>>> = {
  1: (document) => ({
    ...document,
    // The document of the Root CA has neither.
    ...('active' in document && { active: withWholeIdentity(document.active) }),
    ...('pending' in document && { pending: withWholeIdentity(document.pending) }),
  }),
};

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
  .refine(({ active, pending }) => active !== null || pending !== null, 'neither active nor pending')
  .refine(
    ({ active, pending }) => !active || !pending || active.record.id === pending.record.id,
    'active and pending of two pairings',
  );
export type PairingDocument = z.infer<typeof pairingDocumentSchema>;

export type ReadVersioned<T> =
  | { readonly kind: 'current'; readonly value: T }
  | { readonly kind: 'newer-version' }
  | { readonly kind: 'damaged' };

type Envelope = Record<string, unknown> & { readonly version: number };

/** By hand: this is asked of each of a thousand documents, of which a schema would make a copy. */
const isEnvelope = (stored: unknown): stored is Envelope =>
  typeof stored === 'object' &&
  stored !== null &&
  'version' in stored &&
  Number.isSafeInteger(stored.version) &&
  Number(stored.version) >= 1;

/** Brings a stored value to the current version and checks its shape. */
export function readVersioned<T>(
  stored: unknown,
  schema: z.ZodType<T>,
  migrations = MIGRATIONS,
  currentVersion: number = CURRENT_VERSION,
): ReadVersioned<T> {
  if (!isEnvelope(stored)) return { kind: 'damaged' };
  let document: Record<string, unknown> = stored;
  let { version } = stored;
  if (version > currentVersion) return { kind: 'newer-version' };
  for (; version < currentVersion; version += 1) {
    const migrate = migrations[version];
    if (!migrate) return { kind: 'damaged' };
    document = { ...migrate(document), version: version + 1 };
  }
  const parsed = schema.safeParse(document);
  return parsed.success ? { kind: 'current', value: parsed.data } : { kind: 'damaged' };
}
