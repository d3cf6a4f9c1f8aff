import type { ConnectionCheck, PairingRecord } from '../../../shared/pairing.ts';
import type { PairingContext } from '../context.ts';
import type { Trust } from '../device/connection.ts';
import { proveMtls } from '../device/mtls-proof.ts';
import { summarize } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';

export interface ProvedConnection {
  /** As the device states it: more than a version of the app kept that knew less about devices. */
  readonly identity: PairingRecord['identity'];
  readonly deviceCertificate: PairingRecord['deviceCertificate'];
  readonly lastCheck: ConnectionCheck;
}

/** Opens, proves and closes the connection of one pairing. Throws what {@link proveMtls} throws. */
export async function proveConnection(
  { address, transport, identity }: PairingRecord,
  credentials: Credentials,
  { now, timing }: PairingContext,
  trust: Trust,
  signal: AbortSignal,
): Promise<ProvedConnection> {
  const proof = await proveMtls({
    address,
    transport,
    identity,
    trust,
    signal,
    clientCertificate: credentials,
    retry: timing.proofRetry,
    timeoutMs: timing.proofMs,
  });
  return {
    identity: proof.identity,
    deviceCertificate: summarize(proof.certificate),
    lastCheck: {
      result: proof.result,
      at: new Date(now()).toISOString(),
      tlsVersion: proof.tlsVersion,
      cipher: proof.cipher,
      roundTripMs: Math.round(proof.roundTripMs * 10) / 10,
    },
  };
}
