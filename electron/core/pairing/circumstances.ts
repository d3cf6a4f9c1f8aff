import { BlockList, isIP } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { DeviceAddress } from '../../../shared/inputs.ts';
import type { Circumstances } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import { isVirtual } from '../discovery/ranges.ts';

export type Interfaces = NodeJS.Dict<NetworkInterfaceInfo[]>;

/** A network of this computer. */
export interface OwnNetwork {
  readonly interfaceName: string;
  readonly kind: NonNullable<Circumstances['network']>['kind'];
  /** This computer's address in it. */
  readonly address: string;
  /** The address of the network with its prefix, such as `192.168.178.0/24`. */
  readonly cidr: string;
}

/** As the systems name their interfaces; on a Mac the names say nothing. */
const WIRELESS = /^(wl|ath\d|ra\d)|wi-?fi|wlan|wireless/i;
const CABLE = /^(eth|en[opsx]|em\d|lan)|ethernet/i;

function kindOf(interfaceName: string): OwnNetwork['kind'] {
  if (isVirtual(interfaceName)) return 'virtual';
  if (WIRELESS.test(interfaceName)) return 'wireless';
  return CABLE.test(interfaceName) ? 'cable' : 'unknown';
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** The networks this computer is in, IPv4 first; none that only it itself is in. */
export function ownNetworks(interfaces: Interfaces = networkInterfaces()): OwnNetwork[] {
  return Object.entries(interfaces)
    .flatMap(([interfaceName, addresses = []]) =>
      addresses.flatMap(({ address, cidr, internal, netmask }) =>
        internal || !cidr || LINK_LOCAL.check(address, family(address))
          ? []
          : [
              {
                interfaceName,
                kind: kindOf(interfaceName),
                address,
                cidr: `${networkAddress(address, netmask)}/${cidr.split('/')[1]}`,
              },
            ],
      ),
    )
    .toSorted((a, b) => isIP(a.address) - isIP(b.address));
}

/** An IPv6 address stays as it is: its prefix alone says enough to a reader. */
function networkAddress(address: string, netmask: string): string {
  if (isIP(address) !== 4) return address;
  const mask = netmask.split('.').map(Number);
  return address
    .split('.')
    .map((octet, index) => Number(octet) & (mask[index] ?? 0))
    .join('.');
}

/** The one of these networks that an address is in, if any. */
export function networkWith(address: string, networks: readonly OwnNetwork[]): OwnNetwork | undefined {
  if (isIP(address) === 0) return undefined;
  return networks.find(({ cidr }) => {
    const [network = '', prefix] = cidr.split('/');
    if (family(network) !== family(address)) return false;
    const list = new BlockList();
    list.addSubnet(network, Number(prefix), family(network));
    return list.check(address, family(address));
  });
}

/** How things are at a success with the device at `address`. */
export function circumstancesOf(
  { host, port }: DeviceAddress,
  certificate256: string,
  { now, software }: Pick<CoreContext, 'now' | 'software'>,
  networks: readonly OwnNetwork[] = ownNetworks(),
): Circumstances {
  const network =
    networkWith(host, networks) ?? networks.find(({ kind }) => kind !== 'virtual') ?? networks[0];
  return {
    at: new Date(now()).toISOString(),
    address: { host, port },
    network: network ? { cidr: network.cidr, kind: network.kind } : null,
    certificate256,
    version: software.version,
    system: software.system,
  };
}
