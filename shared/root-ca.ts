import { z } from 'zod';
import { certificateSummarySchema } from './pairing.ts';

/** Largest certificate file that is read, in bytes. */
export const CERTIFICATE_FILE_LIMIT = 256 * 1024;

/** As many Root CAs can be trusted side by side: each costs every unknown device a look. */
export const MOST_ROOT_CAS = 8;

export const trustedRootCaSchema = z.object({
  root: certificateSummarySchema,
  /** CA certificates that came with the root and help to build chains. */
  intermediates: z.array(certificateSummarySchema),
  trustedAt: z.iso.datetime(),
  /** Trusted by the organisation: users cannot remove it. */
  managed: z.boolean().optional(),
});
export type TrustedRootCa = z.infer<typeof trustedRootCaSchema>;

/** The name people know a certificate by: its CN, or the whole distinguished name without one. */
export const commonName = (subject: string): string => /(?:^|,\s*)CN=([^,]+)/.exec(subject)?.[1] ?? subject;

/** A certificate of a Root CA file that is of no use, and does no harm. */
const leftOutCertificateSchema = z.object({
  /** Distinguished name; '' for one that cannot be read. */
  subject: z.string(),
  problem: z.enum(['expired', 'not-yet-valid', 'unreadable']),
});
export type LeftOutCertificate = z.infer<typeof leftOutCertificateSchema>;

export const rootCaPreviewSchema = z.object({
  /** The Root CAs in the file, at least one, in its order. */
  candidates: z.array(
    z.object({
      root: certificateSummarySchema,
      intermediates: z.array(certificateSummarySchema),
      isTrusted: z.boolean(),
    }),
  ),
  leftOut: z.array(leftOutCertificateSchema),
});
export type RootCaPreview = z.infer<typeof rootCaPreviewSchema>;
