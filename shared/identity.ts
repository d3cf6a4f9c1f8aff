import { z } from 'zod';

/** What says which device it is: its serial number, or, without one, the address its certificate names. */
export const deviceIdentitySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('serial'), serial: z.string() }),
  z.object({ kind: z.literal('address'), host: z.string() }),
]);
export type DeviceIdentity = z.infer<typeof deviceIdentitySchema>;

/** DNS names compare without case (RFC 4343), so serial numbers do too. */
export const sameSerial = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** Equal for two identities exactly when they name the same device. */
export const identityKey = (identity: DeviceIdentity): string =>
  `${identity.kind}:${identityText(identity).toLowerCase()}`;

/** Whether both name the same device: the only comparison of identities. */
export const sameIdentity = (a: DeviceIdentity, b: DeviceIdentity): boolean =>
  identityKey(a) === identityKey(b);

/** The serial number, or the host a device without one is known by. */
export const identityText = (identity: DeviceIdentity): string =>
  identity.kind === 'serial' ? identity.serial : identity.host;

/** The serial number, or '' for a device without one. */
export const serialOf = (identity: DeviceIdentity): string =>
  identity.kind === 'serial' ? identity.serial : '';
