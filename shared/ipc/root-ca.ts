import { z } from 'zod';
import { pairingRecordSchema } from '../pairing.ts';
import { MOST_ROOT_CAS, rootCaPreviewSchema, trustedRootCaSchema } from '../root-ca.ts';

const fingerprint256 = z.string().max(200);
const rootCas = z.array(trustedRootCaSchema);

export const ROOT_CA_METHODS = {
  /** Reads a Root CA file (PEM, DER or the vendor's REST answer) without trusting it. */
  previewRootCa: {
    request: z.object({ bytes: z.instanceof(Uint8Array) }),
    value: rootCaPreviewSchema,
  },
  /** Trusts some of the certificates previewed last, beside those that are trusted; the value has them all. */
  trustRootCas: {
    request: z.object({ fingerprints: z.array(fingerprint256).min(1).max(MOST_ROOT_CAS) }),
    value: z.object({ rootCas }),
  },
  /** Pairings made under it stay, but their devices are not recognised any more. The value has those that are left. */
  removeRootCa: { request: z.object({ fingerprint256 }), value: z.object({ rootCas }) },
  /** The device of this pairing belongs to another trusted Root CA now, the one the user saw: keeps the pairing. */
  confirmOtherRootCa: {
    request: z.object({ pairingId: z.uuid(), fingerprint256 }),
    value: pairingRecordSchema,
  },
} as const;

/** All that are trusted now. */
export const ROOT_CA_PUSHES = [z.object({ type: z.literal('root-cas-changed'), rootCas })] as const;
