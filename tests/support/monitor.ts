import { searchHosts } from '../../electron/core/discovery/search-hosts.ts';
import { later } from '../../electron/core/later.ts';
import type { AttemptEnd } from '../../electron/core/news.ts';
import { currentTrust } from '../../electron/core/root-ca/trust.ts';
import { ConnectionMonitor, type MonitorParts } from '../../electron/core/status/monitor.ts';
import type { DeviceAddress } from '../../shared/inputs.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import type { testRegister } from './register.ts';
import { steadyClock } from './steady-clock.ts';

/** The monitor of a register with the real search over some loopback addresses, and a look at all it tells. */
export function watchRegister(register: ReturnType<typeof testRegister>, hosts: readonly string[] = []) {
  const settings = { checkIntervalMinutes: 15, followAddressChanges: true };
  const told: { readonly id: string; readonly status: PairingStatus }[] = [];
  const moves: { readonly id: string; readonly from: DeviceAddress; readonly to: DeviceAddress }[] = [];
  const listeners = new Set<() => void>();
  let searches = 0;
  const parts: MonitorParts = {
    context: register.context,
    settings: () => settings,
    search: (port, signal) => {
      searches += 1;
      return searchHosts({ hosts, port, trust: currentTrust(register.context), signal });
    },
    heartbeat: { everyMs: 100, pongWithinMs: 2_000, clock: steadyClock() },
    random: () => 0.1,
    later,
    tell: (news) => {
      if (news.type === 'status-changed') told.push({ id: news.pairing.id, status: news.status });
      if (news.type === 'pairing-moved')
        moves.push({ id: news.pairing.id, from: news.from, to: news.pairing.address });
      for (const listener of listeners) listener();
    },
  };
  const monitor = new ConnectionMonitor(parts);
  const status = (id: string): PairingStatus => {
    const found = monitor.statuses[id];
    if (!found) throw new Error('no status');
    return found;
  };
  /** Resolves once `wanted` holds and what told of it has come to its end; looks whenever something was told. */
  const until = (wanted: () => boolean): Promise<void> =>
    new Promise((resolve) => {
      const look = () => {
        if (!wanted()) return;
        listeners.delete(look);
        setImmediate(resolve);
      };
      listeners.add(look);
      look();
    });
  return {
    monitor,
    /** For pairings that are made while the monitor runs, as the core does it. */
    onEnd: ({ stored }: AttemptEnd) => {
      if (stored) monitor.pairingChanged(stored);
    },
    settings,
    told,
    moves,
    status,
    until,
    untilState: (id: string, state: ConnectionState) => until(() => status(id).state === state),
    untilLive: (id: string) => until(() => status(id).live),
    searches: () => searches,
  };
}
