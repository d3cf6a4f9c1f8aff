import { z } from 'zod';
import { appErrorSchema } from './errors.ts';
import { deviceIdentitySchema } from './identity.ts';
import { deviceAddressSchema } from './inputs.ts';
import { certificateSummarySchema } from './pairing.ts';

/** A subnet of this computer that can be searched. */
export const searchRangeSchema = z.object({
  /** IPv4 CIDR notation (RFC 4632), at most a /22. */
  cidr: z.string().max(18),
  interfaceName: z.string(),
  hostCount: z.number().int(),
  /** Of a virtual machine, a container or a VPN: left out unless it is chosen. */
  virtual: z.boolean(),
});
export type SearchRange = z.infer<typeof searchRangeSchema>;

/** A device whose certificate leads to a trusted Root CA. */
const foundDeviceSchema = z.object({
  address: deviceAddressSchema,
  identity: deviceIdentitySchema,
  certificate: certificateSummarySchema,
  /** Fingerprint of that Root CA. */
  trustAnchorFingerprint256: z.string(),
  /** Milliseconds from the open TCP connection to the verified certificate. */
  responseMs: z.number(),
});
export type FoundDevice = z.infer<typeof foundDeviceSchema>;

export const searchProgressSchema = z.object({
  searchId: z.uuid(),
  /** Hosts that are dealt with, of all. */
  done: z.number().int(),
  total: z.number().int(),
  found: z.array(foundDeviceSchema),
  finished: z.boolean(),
  error: appErrorSchema.optional(),
});
export type SearchProgress = z.infer<typeof searchProgressSchema>;
