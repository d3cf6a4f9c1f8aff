import type { UpdateObstacle } from '../../../shared/updates.ts';
import type { Bridges } from '../bridge/bridges.ts';
import type { ChannelLeases } from '../channel/channel-lease.ts';
import type { PairingService } from '../pairing/pairing-service.ts';

/** The owners of what an update must not break into. */
interface Owners {
  readonly pairing: Pick<PairingService, 'isRunning'>;
  readonly bridges: Pick<Bridges, 'isTillConnected' | 'isAnyOpen'>;
  readonly leases: Pick<ChannelLeases, 'isAnyHeldBy'>;
}

/**
 * What an update waits for, the most pressing first. A check of a connection is none: it takes a second, is broken off
 * when the app ends, and made again after the next start.
 */
export function obstacleTo({ pairing, bridges, leases }: Owners): UpdateObstacle | null {
  if (pairing.isRunning || leases.isAnyHeldBy('pairing')) return 'pairing';
  if (bridges.isTillConnected || leases.isAnyHeldBy('bridge')) return 'till';
  if (bridges.isAnyOpen) return 'bridge';
  return leases.isAnyHeldBy('doctor') ? 'test' : null;
}
