import { BlockList, isIPv4 } from 'node:net';
import { type NetworkInterfaceInfo, networkInterfaces } from 'node:os';
import type { SearchRange } from '../../../shared/search.ts';
import { failure } from '../failure.ts';

/** The widest subnet that is searched: 1,022 hosts. */
const WIDEST_PREFIX = 22;
const ADDRESS_BITS = 32;

/** Private networks (RFC 1918). Link-local ones (RFC 3927) are no network of a store. */
const PRIVATE = blockListOf(['10.0.0.0', 8], ['172.16.0.0', 12], ['192.168.0.0', 16]);
const LOOPBACK = blockListOf(['127.0.0.0', 8]);

function blockListOf(...subnets: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [address, prefix] of subnets) list.addSubnet(address, prefix, 'ipv4');
  return list;
}

/** An IPv4 subnet. */
export interface Cidr {
  /** Network address as a number of 32 bits. */
  readonly network: number;
  readonly prefix: number;
}

/** An IPv4 address in dotted form as a number of 32 bits, for comparing and counting. */
export const addressNumber = (address: string): number =>
  address.split('.').reduce((number, octet) => number * 256 + Number(octet), 0);

const dotted = (number: number): string => [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff).join('.');

const sizeOf = ({ prefix }: Cidr): number => 2 ** (ADDRESS_BITS - prefix);

const subnetOf = (address: string, prefix: number): Cidr => {
  const number = addressNumber(address);
  return { network: number - (number % 2 ** (ADDRESS_BITS - prefix)), prefix };
};

/** `192.168.1.0/24` (RFC 4632 section 3.1). */
export const formatCidr = ({ network, prefix }: Cidr): string => `${dotted(network)}/${prefix}`;

/** A subnet of two addresses or one has no network and broadcast address (RFC 3021). */
const edgesOf = (cidr: Cidr): number => (cidr.prefix < 31 ? 1 : 0);

const hostCountOf = (cidr: Cidr): number => sizeOf(cidr) - 2 * edgesOf(cidr);

const contains = (outer: Cidr, inner: Cidr): boolean =>
  inner.prefix >= outer.prefix &&
  inner.network >= outer.network &&
  inner.network < outer.network + sizeOf(outer);

/**
 * Reads an IPv4 subnet in CIDR notation that may be searched: private or loopback, at most a /22. Bits behind the
 * prefix are cleared. Throws {@link Failure} `invalid-request`.
 */
export function parseCidr(text: string): Cidr {
  const [, address = '', bits = ''] = /^([\d.]+)\/(\d{1,2})$/.exec(text) ?? [];
  const prefix = Number(bits);
  if (!isIPv4(address) || prefix > ADDRESS_BITS) throw failure('invalid-request', 'no IPv4 subnet');
  if (prefix < WIDEST_PREFIX) throw failure('invalid-request', `a subnet wider than a /${WIDEST_PREFIX}`);
  if (!PRIVATE.check(address) && !LOOPBACK.check(address))
    throw failure('invalid-request', 'not a private subnet');
  return subnetOf(address, prefix);
}

/** Every host of a subnet in ascending order, without network and broadcast address. Throws like {@link parseCidr}. */
export function hostsIn(text: string): string[] {
  const cidr = parseCidr(text);
  const first = cidr.network + edgesOf(cidr);
  return Array.from({ length: hostCountOf(cidr) }, (_, index) => dotted(first + index));
}

/**
 * Interfaces of virtual machines, containers, VPNs and the like: no payment device is there. By name on Linux and macOS,
 * by the adapter's friendly name on Windows.
 */
const VIRTUAL =
  /^(docker|br-|veth|virbr|vmnet|vboxnet|lxc|lxd|cni|flannel|cali|podman|utun|tun|tap|wg|tailscale|zt|ppp|ipsec|gpd|awdl|llw|bridge|anpi|nordlynx|proton)|vEthernet|Hyper-V|VirtualBox|VMware|WSL|Loopback|Tailscale|ZeroTier|WireGuard|OpenVPN|TAP-|Wintun|AnyConnect|GlobalProtect|FortiClient|Fortinet|NordLynx|ProtonVPN|VPN/i;

/** Whether an interface of this name leads to no cable and no Wi-Fi. */
export const isVirtual = (interfaceName: string): boolean => VIRTUAL.test(interfaceName);

interface NamedCidr {
  readonly cidr: Cidr;
  readonly names: readonly string[];
}

/** A subnet inside another one is searched with it, once. */
function merge(ranges: readonly NamedCidr[]): NamedCidr[] {
  const merged: NamedCidr[] = [];
  for (const { cidr, names } of ranges.toSorted((a, b) => a.cidr.prefix - b.cidr.prefix)) {
    const index = merged.findIndex((other) => contains(other.cidr, cidr));
    const outer = merged[index];
    if (outer) merged[index] = { ...outer, names: [...new Set([...outer.names, ...names])] };
    else merged.push({ cidr, names });
  }
  return merged.toSorted((a, b) => a.cidr.network - b.cidr.network);
}

/**
 * The private IPv4 subnets this computer is in (RFC 1918), ascending. Of a subnet wider than a /22 only the /22
 * around the own address is taken. One that is reached over several interfaces appears once, with all their names.
 */
export function localRanges(
  interfaces: NodeJS.Dict<NetworkInterfaceInfo[]> = networkInterfaces(),
): SearchRange[] {
  const own = Object.entries(interfaces).flatMap(([name, addresses = []]) =>
    addresses.flatMap(({ family, internal, address, cidr }) => {
      const prefix = Number(cidr?.split('/')[1] ?? Number.NaN);
      // In a subnet of one address, as of many VPNs, there is nobody else.
      if (family !== 'IPv4' || internal || !PRIVATE.check(address) || !(prefix < ADDRESS_BITS)) return [];
      return [{ cidr: subnetOf(address, Math.max(prefix, WIDEST_PREFIX)), names: [name] }];
    }),
  );
  return merge(own).map(({ cidr, names }) => ({
    cidr: formatCidr(cidr),
    interfaceName: names.join(', '),
    virtual: names.every(isVirtual),
    hostCount: hostCountOf(cidr),
  }));
}
