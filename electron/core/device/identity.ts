import type { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { identityText, sameIdentity } from '../../../shared/identity.ts';
import { failure } from '../failure.ts';
import { readExtensions } from '../pki/certificate.ts';

/** `{serial}.cybs.seclib.io` (vendor page "Implementing Hostname Validation"). */
const SERIAL_NAME = /^([a-z0-9-]{1,63})\.cybs\.seclib\.io$/i;

function serialsIn(certificate: X509Certificate): string[] {
  const serials = readExtensions(certificate).dnsNames.flatMap((name) => SERIAL_NAME.exec(name)?.[1] ?? []);
  return [...new Set(serials.map((serial) => serial.toUpperCase()))];
}

function namesAddress(certificate: X509Certificate, host: string): boolean {
  // Only the SAN counts (RFC 9525 section 6.3), never the subject's common name.
  return isIP(host)
    ? certificate.checkIP(host) !== undefined
    : certificate.checkHost(host, { subject: 'never', wildcards: false }) !== undefined;
}

/**
 * Who the device says it is, by its verified certificate: the serial number in its SAN, or, without one, an IP or
 * host SAN equal to `host`. Throws {@link Failure} `device-identity-missing`.
 */
export function readIdentity(certificate: X509Certificate, host: string): DeviceIdentity {
  const [serial, ...others] = serialsIn(certificate);
  if (others.length > 0)
    throw failure('device-identity-missing', 'the certificate names several serial numbers');
  if (serial) return { kind: 'serial', serial };
  if (namesAddress(certificate, host)) return { kind: 'address', host };
  const names = readExtensions(certificate).dnsNames.join(', ') || 'none';
  throw failure(
    'device-identity-missing',
    `no serial number in the SAN and no name for ${host}; DNS names: ${names}`,
  );
}

/** Throws {@link Failure} `serial-mismatch` unless the device is the expected one. */
export function requireIdentity(found: DeviceIdentity, expected: DeviceIdentity): void {
  if (sameIdentity(found, expected)) return;
  throw failure(
    'serial-mismatch',
    `expected ${expected.kind} ${identityText(expected)}, found ${found.kind} ${identityText(found)}`,
    {
      params: { expected: identityText(expected), serial: identityText(found) },
    },
  );
}
