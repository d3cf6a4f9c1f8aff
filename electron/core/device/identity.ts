import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { identityText, parseDeviceName, sameIdentity, sameSerial } from '../../../shared/identity.ts';
import { failure } from '../failure.ts';
import { publicKeyFingerprint256, readExtensions } from '../pki/certificate.ts';

function namesAddress(certificate: X509Certificate, host: string): boolean {
  // Only the SAN counts (RFC 9525 section 6.3), never the subject's common name.
  return isIP(host)
    ? certificate.checkIP(host) !== undefined
    : certificate.checkHost(host, { subject: 'never', wildcards: false }) !== undefined;
}

/**
 * Who the device says it is, by its verified certificate: the name with its serial number in the SAN, or, without
 * one, an IP or host SAN equal to `host` and its public key. Throws {@link Failure} `device-identity-missing`,
 * `device-identity-ambiguous`.
 */
export function readIdentity(certificate: X509Certificate, host: string): DeviceIdentity {
  const { dnsNames } = readExtensions(certificate);
  // Sorted, so that a device with names of two brands is known by the same one each time.
  const named = dnsNames.toSorted().flatMap((name) => {
    const parsed = parseDeviceName(name);
    return parsed ? [{ name, serial: parsed.serial.toUpperCase() }] : [];
  });
  const [first] = named;
  const serials = [...new Set(named.map(({ serial }) => serial))];
  if (serials.length > 1) {
    throw failure('device-identity-ambiguous', `serial numbers in the SAN: ${serials.join(', ')}`, {
      params: { serials: serials.join(', ') },
    });
  }
  if (first) return { kind: 'serial', ...first };
  if (namesAddress(certificate, host))
    return { kind: 'address', host, publicKey256: publicKeyFingerprint256(certificate) };
  throw failure(
    'device-identity-missing',
    `no serial number in the SAN and no name for ${host}; DNS names: ${dnsNames.join(', ') || 'none'}`,
  );
}

/** Whether the certificate states the expected serial number by the very same whole name, brand included. */
export function statesWholeName(
  certificate: X509Certificate,
  host: string,
  expected: DeviceIdentity,
): boolean {
  try {
    const found = readIdentity(certificate, host);
    return (
      found.kind === 'serial' &&
      expected.kind === 'serial' &&
      found.name !== undefined &&
      found.name === expected.name &&
      sameSerial(found.serial, expected.serial)
    );
  } catch {
    return false;
  }
}

/**
 * Throws {@link Failure} unless the device is the expected one: `serial-mismatch` for another device,
 * `device-key-changed` for one without a serial number that has another key than before.
 */
export function requireIdentity(
  found: DeviceIdentity,
  expected: DeviceIdentity,
  certificate: X509Certificate,
): void {
  // A device without a serial number, stored without its key.
  const isKeyless = expected.kind === 'address' && expected.publicKey256 === null;
  if (
    sameIdentity(found, expected) &&
    (!isKeyless || certificate.fingerprint256 === expected.certificate256)
  ) {
    return;
  }
  if (found.kind === 'address' && expected.kind === 'address' && sameSerial(found.host, expected.host)) {
    const known = expected.publicKey256 ?? `of certificate ${expected.certificate256}`;
    throw failure('device-key-changed', `expected key ${known}, found ${found.publicKey256}`, {
      params: { host: found.host },
    });
  }
  // The same serial number under another brand: only the whole names tell them apart.
  const text = (identity: DeviceIdentity) =>
    identity.kind === 'serial' && identityText(found) === identityText(expected)
      ? (identity.name ?? identity.serial)
      : identityText(identity);
  throw failure(
    'serial-mismatch',
    `expected ${expected.kind} ${text(expected)}, found ${found.kind} ${text(found)}`,
    { params: { expected: text(expected), serial: text(found) } },
  );
}
