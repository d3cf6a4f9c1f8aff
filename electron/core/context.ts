import type { PairingRecord } from '../../shared/pairing.ts';
import type { Trust } from './device/connection.ts';
import { failure } from './failure.ts';
import type { Vault } from './vault/vault.ts';

/** How long each step may take, in milliseconds. */
export interface Timing {
  /** TCP and TLS handshake together. */
  readonly connectMs: number;
  /** From sending the code to the device's whole answer. */
  readonly answerMs: number;
  /** One connection of the mTLS proof. */
  readonly proofMs: number;
  /** The device may restart its server after a pairing: tries of the proof and the pause between them. */
  readonly proofRetry: { readonly delayMs: number; readonly tries: number };
}

export const DEFAULT_TIMING: Timing = {
  connectMs: 8_000,
  answerMs: 30_000,
  proofMs: 10_000,
  proofRetry: { delayMs: 1_000, tries: 3 },
};

/** What the flows need; nothing of it is Electron's. */
export interface PairingContext {
  readonly vault: Vault;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** When this app was built, in milliseconds since 1970: a clock before that is wrong. */
  readonly builtAt: number;
  readonly timing: Timing;
}

/** The trust a new acquaintance is judged by. Throws {@link Failure} `root-ca-missing`. */
export function currentTrust({ vault, now, builtAt }: PairingContext): Trust {
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
  context: PairingContext,
): Trust {
  const trust = currentTrust(context);
  const { fingerprint256 } = trust.rootCa.root;
  if (fingerprint256 === trustAnchorFingerprint256) return trust;
  throw failure(
    'root-ca-replaced',
    `paired under ${trustAnchorFingerprint256}, trusted now ${fingerprint256}`,
  );
}
