import type { X509Certificate } from 'node:crypto';
import type { DeviceIdentity } from '../../../shared/identity.ts';
import { Failure, failure } from '../failure.ts';
import type { RootCa } from '../pki/root-ca.ts';
import {
  type ClientCertificate,
  type ConnectionOptions,
  openConnection,
  type VerifiedConnection,
} from './connection.ts';
import { probeHello } from './hello-probe.ts';

/** A device that has proved who it is, to be met again under the same terms. */
export interface MetDevice {
  readonly identity: DeviceIdentity;
  readonly certificate: X509Certificate;
  /** The one it leads to: from now on the only one that counts for it. */
  readonly rootCa: RootCa;
  /** What it had to be shown to let this register in; undefined: nothing. */
  readonly clientCertificate: ClientCertificate | undefined;
}

export interface FirstMeetingOptions
  extends Pick<ConnectionOptions, 'address' | 'trust' | 'signal' | 'onHandshake'> {
  /** The certificate of an earlier pairing with the device, fetched only when the device asks for one. */
  readonly earlierCertificate: () => Promise<ClientCertificate | undefined>;
}

const codeOf = (thrown: unknown) => (thrown instanceof Failure ? thrown.appError.code : undefined);

/** Whoever only closes, or speaks no TLS, may say more to a ClientHello of any version. */
async function explain(thrown: unknown, { address, signal }: FirstMeetingOptions): Promise<unknown> {
  const code = codeOf(thrown);
  if (code !== 'connection-lost' && code !== 'not-tls') return thrown;
  const said = await probeHello(address, signal).catch(() => 'nothing');
  const detail = thrown instanceof Failure ? thrown.appError.detail : '';
  if (said === 'http') return failure('plain-http', `HTTP in answer to a TLS handshake; ${detail}`);
  if (said === 'outdated-tls') return failure('tls-too-old', `a ServerHello of outdated TLS; ${detail}`);
  return thrown;
}

async function meet(
  options: FirstMeetingOptions,
  clientCertificate: ClientCertificate | undefined,
): Promise<MetDevice> {
  let spokeTls = false;
  let connection: VerifiedConnection;
  try {
    connection = await openConnection({
      address: options.address,
      trust: options.trust,
      signal: options.signal,
      ...(options.onHandshake && { onHandshake: options.onHandshake }),
      ...(clientCertificate && { clientCertificate }),
      awaitAdmission: true,
      onServerHello: () => {
        spokeTls = true;
      },
    });
  } catch (thrown) {
    throw spokeTls ? thrown : await explain(thrown, options);
  }
  const { socket, identity, certificate, rootCa } = connection;
  // The user may take minutes to answer; a later connection is pinned to this certificate instead.
  socket.destroy();
  return { identity, certificate, rootCa, clientCertificate };
}

/**
 * Meets a device before anything is sent to it: reaches and verifies it, and waits until it has let this register
 * in. When it asks for a certificate, that of an earlier pairing is offered, if there is one. Throws what
 * {@link openConnection} throws, and `device-demands-certificate`, `plain-http`, `tls-too-old`.
 */
export async function meetDevice(options: FirstMeetingOptions): Promise<MetDevice> {
  try {
    return await meet(options, undefined);
  } catch (demanded) {
    if (codeOf(demanded) !== 'device-demands-certificate') throw demanded;
    // One that cannot be read helps as little as none.
    const earlier = await options.earlierCertificate().catch(() => undefined);
    if (!earlier) throw demanded;
    return await meet(options, earlier).catch((thrown: unknown) => {
      // It does not know the earlier one any more: what helps is what helps a stranger.
      throw codeOf(thrown) === 'mtls-refused' ? demanded : thrown;
    });
  }
}
