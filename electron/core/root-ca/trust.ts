import type { PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import type { Trust } from '../device/connection.ts';
import { failure } from '../failure.ts';

type TrustContext = Pick<CoreContext, 'vault' | 'now' | 'builtAt'>;

/** The trust a new acquaintance is judged by. Throws {@link Failure} `root-ca-missing`. */
export function currentTrust({ vault, now, builtAt }: TrustContext): Trust {
  const { rootCa } = vault;
  if (!rootCa) throw failure('root-ca-missing');
  return { rootCa, now, knownPast: Math.max(builtAt, Date.parse(rootCa.trustedAt)) };
}

/**
 * The trust a paired device is judged by: the Root CA it was paired under, since serial and issuer are pinned
 * together. Throws {@link Failure} `root-ca-missing`, `root-ca-replaced`.
 */
export function pinnedTrust(
  { trustAnchorFingerprint256 }: Pick<PairingRecord, 'trustAnchorFingerprint256'>,
  context: TrustContext,
): Trust {
  const trust = currentTrust(context);
  const { fingerprint256 } = trust.rootCa.root;
  if (fingerprint256 === trustAnchorFingerprint256) return trust;
  throw failure(
    'root-ca-replaced',
    `paired under ${trustAnchorFingerprint256}, trusted now ${fingerprint256}`,
  );
}
