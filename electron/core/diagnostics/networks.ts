import { BlockList, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';

export interface NetworkFact {
  /** As the system calls it. */
  readonly name: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly scope: 'loopback' | 'link-local' | 'private' | 'public';
  /** CIDR notation (RFC 4632) of an IPv4 subnet; of IPv6 only the length, since an address may hold the MAC. */
  readonly network: string;
}

function blockList(...subnets: readonly (readonly [string, number, 'ipv4' | 'ipv6'])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix, family] of subnets) list.addSubnet(address, prefix, family);
  return list;
}

/** RFC 3927; RFC 4291 section 2.5.6. */
const LINK_LOCAL = blockList(['169.254.0.0', 16, 'ipv4'], ['fe80::', 10, 'ipv6']);
/** RFC 1918; RFC 4193. */
const PRIVATE = blockList(
  ['10.0.0.0', 8, 'ipv4'],
  ['172.16.0.0', 12, 'ipv4'],
  ['192.168.0.0', 16, 'ipv4'],
  ['fc00::', 7, 'ipv6'],
);

function scopeOf({ internal, address, family }: NetworkInterfaceInfo): NetworkFact['scope'] {
  if (internal) return 'loopback';
  const type = family === 'IPv4' ? 'ipv4' : 'ipv6';
  if (LINK_LOCAL.check(address, type)) return 'link-local';
  return PRIVATE.check(address, type) ? 'private' : 'public';
}

function subnetOf(address: string, prefix: number): string {
  const octets = address.split('.').map((octet, at) => {
    const bits = Math.min(Math.max(prefix - 8 * at, 0), 8);
    return Number(octet) & (0xff << (8 - bits)) & 0xff;
  });
  return `${octets.join('.')}/${prefix}`;
}

/** The networks this computer is in: neither its own addresses nor hardware addresses. */
export function describeNetworks(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): NetworkFact[] {
  return Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.map((info): NetworkFact => {
      const { address, family, cidr } = info;
      const prefix = Number(cidr?.split('/')[1] ?? Number.NaN);
      const length = Number.isNaN(prefix) ? '' : `/${prefix}`;
      const isSubnet = isIPv4(address) && length !== '';
      return { name, family, scope: scopeOf(info), network: isSubnet ? subnetOf(address, prefix) : length };
    }),
  );
}
