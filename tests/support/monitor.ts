import { currentTrust } from '../../electron/core/context.ts';
import { searchHosts } from '../../electron/core/discovery/search-hosts.ts';
import { ConnectionMonitor, type MonitorParts } from '../../electron/core/status/monitor.ts';
import type { DeviceAddress } from '../../shared/inputs.ts';
import type { ConnectionState, PairingStatus } from '../../shared/status.ts';
import type { testRegister } from './register.ts';

/** The monitor of a register with the real search over some loopback addresses, and a look at all it tells. */
export function watchRegister(register: ReturnType<typeof testRegister>, hosts: readonly string[] = []) {
  const settings = { checkIntervalMinutes: 15, followAddressChanges: true };
  const told: { readonly id: string; readonly status: PairingStatus }[] = [];
  const moves: { readonly id: string; readonly from: DeviceAddress; readonly to: DeviceAddress }[] = [];
  const listeners = new Set<() => void>();
  const tell = () => {
    for (const listener of listeners) listener();
  };
  let searches = 0;
  const parts: MonitorParts = {
    context: register.context,
    settings: () => settings,
    search: (port, signal) => {
      searches += 1;
      return searchHosts({ hosts, port, trust: currentTrust(register.context), signal });
    },
    heartbeat: { everyMs: 100, pongWithinMs: 2_000 },
    random: () => 0.1,
    later: (work, ms) => {
      const timer = setTimeout(work, ms);
      return () => clearTimeout(timer);
    },
    onStatus: ({ id }, status) => {
      told.push({ id, status });
      tell();
    },
    onPairing: tell,
    onMoved: ({ id, address }, from) => moves.push({ id, from, to: address }),
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
