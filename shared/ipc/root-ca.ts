import { z } from 'zod';
import { rootCaPreviewSchema, trustedRootCaSchema } from '../root-ca.ts';

export const ROOT_CA_METHODS = {
  /** Reads a Root CA file (PEM, DER or the vendor's REST answer) without trusting it. */
  previewRootCa: {
    request: z.object({ bytes: z.instanceof(Uint8Array) }),
    value: rootCaPreviewSchema,
  },
  /** Trusts the certificate previewed last; `fingerprint256` is the one the user saw. */
  trustRootCa: {
    request: z.object({ fingerprint256: z.string().max(200), replaceConfirmed: z.boolean() }),
    value: trustedRootCaSchema,
  },
} as const;

export const ROOT_CA_PUSHES = [
  z.object({ type: z.literal('root-ca-trusted'), rootCa: trustedRootCaSchema }),
] as const;
