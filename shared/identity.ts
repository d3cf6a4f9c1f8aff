import { z } from 'zod';

/** What says which device it is: its serial number, or, without one, the address and the key of its certificate. */
export const deviceIdentitySchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('serial'),
    serial: z.string(),
    /** The whole DNS name `{serial}.{brand}.seclib.io`, lower case; absent when only the serial is known. */
    name: z.string().optional(),
  }),
  z.object({
    kind: z.literal('address'),
    host: z.string(),
    /**
     * SHA-256 over the public key (SubjectPublicKeyInfo, RFC 5280 section 4.1), upper-case hex pairs joined by
     * colons; null when it was stored by a version of the app that did not keep it.
     */
    publicKey256: z.string().nullable(),
    /** While `publicKey256` is null: the fingerprint of the only certificate that is taken for its own. */
    certificate256: z.string().optional(),
  }),
]);
export type DeviceIdentity = z.infer<typeof deviceIdentitySchema>;

/** DNS names compare without case (RFC 4343), so serial numbers do too. */
export const sameSerial = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

const sameIfKnown = (a: string | null | undefined, b: string | null | undefined): boolean =>
  !a || !b || a === b;

/**
 * Whether both name the same device: the only comparison of identities. The whole name and the public key count as
 * far as both know them.
 */
export function sameIdentity(a: DeviceIdentity, b: DeviceIdentity): boolean {
  if (a.kind === 'serial' && b.kind === 'serial')
    return sameSerial(a.serial, b.serial) && sameIfKnown(a.name, b.name);
  if (a.kind === 'address' && b.kind === 'address')
    return a.host.toLowerCase() === b.host.toLowerCase() && sameIfKnown(a.publicKey256, b.publicKey256);
  return false;
}

/** By what the channel of a device is owned: its serial number or host alone, whatever else is known of it. */
export const channelKey = (identity: DeviceIdentity): string =>
  `${identity.kind}:${identityText(identity).toLowerCase()}`;

/** Whether both stand for one channel, also when one of them has another key or name than the other. */
export const sameChannel = (a: DeviceIdentity, b: DeviceIdentity): boolean => channelKey(a) === channelKey(b);

/** The serial number, or the host a device without one is known by. */
export const identityText = (identity: DeviceIdentity): string =>
  identity.kind === 'serial' ? identity.serial : identity.host;

/** The serial number, or '' for a device without one. */
export const serialOf = (identity: DeviceIdentity): string =>
  identity.kind === 'serial' ? identity.serial : '';

/** A letter-digit-hyphen label (RFC 5890 section 2.3.1), lower case. */
export const DNS_LABEL = /^(?!-)[a-z0-9-]{1,63}(?<!-)$/;

/**
 * Takes `{serial}.{brand}.seclib.io` apart, for any brand of one label (vendor pages "Implementing Hostname
 * Validation" of several brands); undefined for any other name. Internationalised labels are none of a device.
 *
 * @param name lower case
 */
export function parseDeviceName(name: string): { readonly serial: string } | undefined {
  const [serial, brand, ...domain] = name.split('.');
  if (serial === undefined || brand === undefined || domain.join('.') !== 'seclib.io') return undefined;
  const isPlain = (label: string) => DNS_LABEL.test(label) && !label.startsWith('xn--');
  return isPlain(serial) && isPlain(brand) ? { serial } : undefined;
}
