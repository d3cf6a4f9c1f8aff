import type { X509Certificate } from 'node:crypto';
import { type DeviceIdentity, identityText, sameSerial } from '../../../shared/identity.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { requireIdentity } from '../device/identity.ts';
import { Failure } from '../failure.ts';
import type { RootCa } from '../pki/root-ca.ts';
import type { ValidPairingRequest } from './valid-request.ts';

/**
 * Whether a person has already said that this is the device: by typing its serial number, or by pairing with it
 * before. What a search found was said by the network, so it binds but does not spare the question; nor does a
 * serial number that is known under another Root CA only, or an address whose device has another key.
 * Throws {@link Failure} `serial-mismatch` when it is not the device that was stated.
 *
 * @param replaced the pairing that is made anew
 * @param pairings all of this register
 */
export function isKnownDevice(
  { identity, certificate }: { readonly identity: DeviceIdentity; readonly certificate: X509Certificate },
  { expected, serialSource, allowSwap }: ValidPairingRequest,
  replaced: PairingRecord | undefined,
  pairings: readonly PairingRecord[],
  { root }: RootCa,
): boolean {
  if (expected) requireIdentity(identity, expected, certificate);
  // A swapped device is a new acquaintance: it is confirmed like the first one.
  const isPairedBefore =
    replaced !== undefined && !allowSwap && isSameOrRekeyed(identity, replaced.identity, certificate);
  const isTyped = expected !== undefined && serialSource === 'typed';
  const underAnotherRoot = pairings.some(
    (pairing) =>
      pairing.trustAnchorFingerprint256 !== root.fingerprint256 &&
      pairing.identity.kind === identity.kind &&
      sameSerial(identityText(pairing.identity), identityText(identity)),
  );
  // Whoever has confirmed it under this very Root CA is not asked again because it has a namesake.
  const isPairedHere = isPairedBefore && replaced?.trustAnchorFingerprint256 === root.fingerprint256;
  return isPairedHere || ((isPairedBefore || isTyped) && !underAnotherRoot);
}

/** False for a device without a serial number that has another key; throws for any other device. */
function isSameOrRekeyed(
  found: DeviceIdentity,
  paired: DeviceIdentity,
  certificate: X509Certificate,
): boolean {
  try {
    requireIdentity(found, paired, certificate);
    return true;
  } catch (thrown) {
    if (thrown instanceof Failure && thrown.appError.code === 'device-key-changed') return false;
    throw thrown;
  }
}
