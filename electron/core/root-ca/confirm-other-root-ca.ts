import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { CoreContext } from '../context.ts';
import { withDeadline } from '../device/deadline.ts';
import { meetElsewhere } from '../device/meet-elsewhere.ts';
import { Failure, failure } from '../failure.ts';
import type { Tell } from '../news.ts';
import { summarize } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import type { Vault } from '../vault/vault.ts';
import { requireMayTrust } from './authorize.ts';
import { onlyTrust } from './trust.ts';

export interface ConfirmOtherRootCaParts {
  readonly context: CoreContext;
  readonly authorize: Authorize;
  /** Checks the pairing under its new Root CA. */
  readonly check: (pairingId: string) => Promise<PairingRecord>;
  readonly signal: AbortSignal;
  readonly tell: Tell;
}

export interface OtherRootCa {
  readonly pairingId: string;
  /** The one the user was shown: the device must lead to this one and to no other. */
  readonly fingerprint256: string;
}

/**
 * The user has confirmed that the device of a pairing belongs to another trusted Root CA now. It is asked once more:
 * the very same device, under that Root CA, still accepting our certificate. Then the pairing belongs to it. Throws
 * {@link Failure} `not-found` when the pairing or the Root CA is gone, what {@link meetElsewhere} throws, `storage-*`,
 * and what `authorize` throws.
 */
export async function confirmOtherRootCa(
  { context, authorize, check, signal, tell }: ConfirmOtherRootCaParts,
  { pairingId, fingerprint256 }: OtherRootCa,
): Promise<PairingRecord> {
  const { vault, timing } = context;
  requireMayTrust(vault, authorize);
  const before = pairingIn(vault, pairingId);
  const { address, identity, trustAnchorFingerprint256 } = before;
  const { certificate, rootCa } = await meetElsewhere({
    address,
    identity,
    trust: onlyTrust(fingerprint256, context),
    clientCertificate: await credentialsIn(vault, pairingId),
    signal: withDeadline(signal, timing.proofMs),
  });
  // It took its time: what was confirmed must still be there.
  const now = pairingIn(vault, pairingId);
  const isSame =
    now.clientCertificate.fingerprint256 === before.clientCertificate.fingerprint256 &&
    now.trustAnchorFingerprint256 === trustAnchorFingerprint256;
  if (!isSame) throw failure('not-found', 'the pairing was made anew meanwhile');
  onlyTrust(fingerprint256, context);
  const pairing = vault.updateRecord(pairingId, {
    trustAnchorFingerprint256: fingerprint256,
    deviceCertificate: summarize(certificate),
  });
  tell({
    type: 'pairing-root-ca-changed',
    pairing,
    from: trustAnchorFingerprint256,
    to: summarize(rootCa.root),
  });
  return check(pairingId);
}

function pairingIn(vault: Vault, id: string): PairingRecord {
  const pairing = vault.find(id);
  if (!pairing) throw failure('not-found', `pairing ${id}`);
  return pairing;
}

/** Those in use, or else those that wait for their first proof. */
async function credentialsIn(vault: Vault, id: string): Promise<Credentials> {
  const [first, ...others] = (await vault.credentials(id)).toReversed();
  for (const { credentials } of first ? [first, ...others] : []) if (credentials) return credentials;
  throw first?.error ? new Failure(first.error) : failure('not-found', `pairing ${id} has no credentials`);
}
