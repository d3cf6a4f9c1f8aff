import { z } from 'zod';
import { certificateSummarySchema } from './pairing.ts';

/** Largest certificate file that is read, in bytes. */
export const CERTIFICATE_FILE_LIMIT = 256 * 1024;

export const trustedRootCaSchema = z.object({
  root: certificateSummarySchema,
  /** CA certificates that came with the root and help to build chains. */
  intermediates: z.array(certificateSummarySchema),
  trustedAt: z.iso.datetime(),
});
export type TrustedRootCa = z.infer<typeof trustedRootCaSchema>;

/** A certificate of a Root CA file that is of no use, and does no harm. */
const leftOutCertificateSchema = z.object({
  /** Distinguished name; '' for one that cannot be read. */
  subject: z.string(),
  problem: z.enum(['expired', 'not-yet-valid', 'unreadable']),
});
export type LeftOutCertificate = z.infer<typeof leftOutCertificateSchema>;

export const rootCaPreviewSchema = z.object({
  root: certificateSummarySchema,
  intermediates: z.array(certificateSummarySchema),
  /** All Root CAs in the file, among them the one above. */
  candidates: z.array(
    z.object({ root: certificateSummarySchema, intermediates: z.array(certificateSummarySchema) }),
  ),
  leftOut: z.array(leftOutCertificateSchema),
  /** The Root CA that is trusted now, if any. */
  replaces: certificateSummarySchema.nullable(),
  /** Pairings made under the Root CA that would be replaced. */
  affectedPairingIds: z.array(z.uuid()),
});
export type RootCaPreview = z.infer<typeof rootCaPreviewSchema>;
