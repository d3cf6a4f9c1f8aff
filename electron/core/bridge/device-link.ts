import { type DeviceIdentity, sameChannel } from '../../../shared/identity.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { Lease } from '../channel/channel-lease.ts';
import type { CoreContext } from '../context.ts';
import { openChannelSocket } from '../device/channel-socket.ts';
import type { ChannelWebSocket } from '../device/channel-web-socket.ts';
import type { VerifiedConnection } from '../device/connection.ts';
import { cancellable, withDeadline } from '../device/deadline.ts';
import { closeWebSocket } from '../device/web-socket.ts';
import { Failure, failure } from '../failure.ts';
import type { Credentials } from '../pki/credentials.ts';
import { pinnedTrust } from '../root-ca/trust.ts';

/** The till's own end of a device: an open channel, paused until somebody listens, and the lease it is held under. */
export interface DeviceLink {
  readonly socket: ChannelWebSocket;
  readonly connection: VerifiedConnection;
  /** The pairing it was opened for, as it was then. */
  readonly opened: PairingRecord;
  /** Ends when the app needs the channel itself; then the link has to be closed. */
  readonly mayHold: AbortSignal;
  /** Closes the channel and gives the lease back. Never rejects. */
  close(): Promise<void>;
}

interface InUse {
  readonly record: PairingRecord;
  readonly credentials: Credentials;
}

/** The credentials that are proved. New ones that wait for their proof are left to it. */
async function inUse({ vault }: CoreContext, id: string): Promise<InUse> {
  const stored = await vault.credentials(id);
  const found = stored.find(({ pending }) => !pending);
  if (!found) throw failure('mtls-inconclusive', 'the keys have not been proved yet');
  if (found.error) throw new Failure(found.error);
  return found;
}

/** Held by something that goes on anyhow: another bridge is asked for nothing. */
async function acquire(
  { leases, vault }: CoreContext,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly lease: Lease; readonly identity: DeviceIdentity }> {
  for (;;) {
    const before = vault.find(id);
    if (!before) throw failure('not-found', `pairing ${id}`);
    const lease = await leases.acquire(before.identity, { holder: 'bridge', signal });
    const now = vault.find(id);
    if (now && sameChannel(now.identity, before.identity)) return { lease, identity: now.identity };
    // Swapped while it was waited for.
    lease.release();
  }
}

/**
 * Opens the channel of a paired device for a till, with the keys in use and the pinned trust, under the channel's
 * lease. The private key is read from the vault here and kept nowhere. Throws {@link Failure}; `cancelled` also when
 * something more urgent needs the channel.
 */
export async function openDeviceLink(
  id: string,
  context: CoreContext,
  messageLimitKib: number,
  signal: AbortSignal,
): Promise<DeviceLink> {
  // Before the lease: a check that is to prove new keys must not wait for a bridge that waits for them.
  await inUse(context, id);
  const { lease, identity } = await acquire(context, id, signal);
  try {
    const { record, credentials } = await inUse(context, id);
    // Swapped while its keys were read: the lease is that of another device.
    if (!sameChannel(record.identity, identity)) throw failure('cancelled', 'the device was swapped');
    const { socket, connection } = await openChannelSocket(
      {
        address: record.address,
        identity: record.identity,
        trust: pinnedTrust(record, context),
        clientCertificate: credentials,
        signal: withDeadline(lease.signal, context.timing.connectMs),
      },
      { maxPayload: messageLimitKib * 1024, requireUtf8: true, startsPaused: true, isTills: true },
    );
    // A device may end what it has just opened; who takes the link over hears of that.
    socket.on('error', () => {});
    return {
      socket,
      connection,
      opened: record,
      mayHold: lease.signal,
      close: async () => {
        // Its goodbye is to be read.
        socket.resume();
        await closeWebSocket(socket);
        lease.release();
      },
    };
  } catch (thrown) {
    lease.release();
    throw thrown;
  }
}

/** Milliseconds from a ping to its pong. Throws {@link Failure} `timed-out`, `cancelled` when `signal` ends first. */
export function pingDevice(socket: ChannelWebSocket, signal: AbortSignal): Promise<number> {
  return cancellable(signal, 'a pong of the device', (resolve) => {
    const startedAt = performance.now();
    const onPong = () => {
      socket.off('pong', onPong);
      resolve(performance.now() - startedAt);
    };
    socket.on('pong', onPong);
    socket.ping();
    return () => socket.off('pong', onPong);
  });
}
