import type { Circumstances, ConnectionCheck, PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import type { Trust } from '../device/connection.ts';
import { type ProofOutcome, proveMtls } from '../device/mtls-proof.ts';
import { CODE_OF_VERDICT } from '../device/refusals.ts';
import { Failure, failure } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import { circumstancesOf } from './circumstances.ts';

export interface ProvedConnection {
  /** As the device states it: more than a version of the app kept that knew less about devices. */
  readonly identity: PairingRecord['identity'];
  readonly deviceCertificate: PairingRecord['deviceCertificate'];
  readonly protection: NonNullable<PairingRecord['protection']>;
  readonly lastCheck: ConnectionCheck;
  readonly lastSuccess: Circumstances;
}

/** Why a connection is not proved. Only `mtls-refused` is a word against the credentials. */
function unproved(outcome: Exclude<ProofOutcome, { kind: 'proved' }>): Failure {
  switch (outcome.kind) {
    case 'away':
      return new Failure(outcome.error);
    case 'inconclusive':
      return failure(CODE_OF_VERDICT.unclear, outcome.detail);
    default:
      return failure(CODE_OF_VERDICT[outcome.kind], outcome.detail);
  }
}

/**
 * Opens, proves and closes the connection of one pairing. Throws {@link Failure} `mtls-refused`, `device-in-use`,
 * `certificate-or-channel-refused`, `mtls-inconclusive`, the network's own, and what {@link proveMtls} throws.
 */
export async function proveConnection(
  { address, transport, identity }: PairingRecord,
  credentials: Credentials,
  context: Pick<CoreContext, 'now' | 'timing' | 'software'>,
  trust: Trust,
  signal: AbortSignal,
): Promise<ProvedConnection> {
  const { now, timing } = context;
  const proof = await proveMtls({
    address,
    transport,
    identity,
    trust,
    signal,
    clientCertificate: credentials,
    timeoutMs: timing.proofMs,
  });
  if (proof.kind !== 'proved') throw unproved(proof);
  return {
    identity: proof.identity,
    deviceCertificate: summarize(proof.certificate),
    protection: proof.result,
    lastCheck: {
      result: proof.result,
      at: new Date(now()).toISOString(),
      tlsVersion: proof.tlsVersion,
      cipher: proof.cipher,
      roundTripMs: Math.round(proof.roundTripMs * 10) / 10,
      depth: 'full',
    },
    lastSuccess: circumstancesOf(address, proof.certificate.fingerprint256, context),
  };
}
