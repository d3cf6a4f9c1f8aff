import type { PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import type { Trust } from '../device/connection.ts';
import { failure } from '../failure.ts';
import type { StoredRootCa } from '../vault/stored-root-ca.ts';

type TrustContext = Pick<CoreContext, 'vault' | 'now' | 'builtAt'>;
type Pinned = Pick<PairingRecord, 'trustAnchorFingerprint256'>;

const isNamed = (fingerprint256: string) => (rootCa: StoredRootCa) =>
  rootCa.root.fingerprint256 === fingerprint256;

function trustIn(rootCas: readonly StoredRootCa[], { vault, now, builtAt }: TrustContext): Trust {
  const trustedAt = vault.rootCas.map((rootCa) => Date.parse(rootCa.trustedAt));
  return { rootCas, now, knownPast: Math.max(builtAt, ...trustedAt) };
}

/**
 * The trust a new acquaintance is judged by: every trusted Root CA, `preferred` (a fingerprint) first. Throws
 * {@link Failure} `root-ca-missing`.
 */
export function currentTrust(context: TrustContext, preferred = ''): Trust {
  const { rootCas } = context.vault;
  if (rootCas.length === 0) throw failure('root-ca-missing');
  const isFirst = isNamed(preferred);
  return trustIn([...rootCas.filter(isFirst), ...rootCas.filter((rootCa) => !isFirst(rootCa))], context);
}

/**
 * The trust a paired device is judged by: the Root CA it was paired under and no other, since serial and issuer are
 * pinned together. Throws {@link Failure} `root-ca-missing`, `root-ca-replaced`.
 */
export function pinnedTrust({ trustAnchorFingerprint256 }: Pinned, context: TrustContext): Trust {
  const { rootCas } = context.vault;
  const isOwn = isNamed(trustAnchorFingerprint256);
  const own = rootCas.filter(isOwn);
  if (rootCas.length === 0) throw failure('root-ca-missing');
  if (own.length === 0)
    throw failure('root-ca-replaced', `paired under ${trustAnchorFingerprint256}, which is not trusted now`);
  return { ...trustIn(own, context), otherRootCas: rootCas.filter((rootCa) => !isOwn(rootCa)) };
}

/** One trusted Root CA, and no other. Throws {@link Failure} `not-found`. */
export function onlyTrust(fingerprint256: string, context: TrustContext): Trust {
  const only = context.vault.rootCas.filter(isNamed(fingerprint256));
  if (only.length === 0) throw failure('not-found', `Root CA ${fingerprint256}`);
  return trustIn(only, context);
}

/** The Root CAs that are trusted, but not for this pairing: enough to tell its device from a stranger, no more. */
export function otherTrust({ trustAnchorFingerprint256 }: Pinned, context: TrustContext): Trust {
  const isOwn = isNamed(trustAnchorFingerprint256);
  return trustIn(
    context.vault.rootCas.filter((rootCa) => !isOwn(rootCa)),
    context,
  );
}
