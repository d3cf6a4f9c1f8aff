import { BlockList, isIP } from 'node:net';
import { networkWith, type OwnNetwork } from '../pairing/circumstances.ts';
import { failed, ok, type Verdict, warning } from './verdict.ts';
import type { Check, Visit } from './visit.ts';

const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');
const isLoopback = (address: string) => LOOPBACK.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

const list = (networks: readonly OwnNetwork[]) =>
  networks.map(({ cidr, interfaceName }) => `${cidr} (${interfaceName})`).join(', ');

/** @param addresses of the device; none when its name is not known */
export function judgeNetworks(networks: readonly OwnNetwork[], addresses: readonly string[]): Verdict {
  if (addresses.length > 0 && addresses.every(isLoopback)) return ok('same-computer');
  if (networks.length === 0) return failed('no-network');
  if (addresses.length === 0) return ok('own-networks', { networks: list(networks) });
  for (const address of addresses) {
    const network = networkWith(address, networks);
    if (network) return ok('in-network', { network: list([network]) });
  }
  return warning('other-network', { networks: list(networks), address: addresses.join(', ') });
}

/** The device's address in numbers, also when it is given by a name. */
export const addressesOf = async ({ address: { host }, world }: Visit): Promise<readonly string[]> =>
  isIP(host) ? [host] : world.lookup(host).catch(() => []);

export const checkNetworks: Check = {
  name: 'networks',
  needs: [],
  run: async (visit) => {
    const verdict = judgeNetworks(visit.world.networks(), await addressesOf(visit));
    // Registers and devices may be kept in networks of their own, with a router between them.
    if (verdict.state === 'warning' && verdict.told.by === 'finding')
      visit.routed = ok('routed', verdict.told.values);
    return verdict;
  },
};
