import { BlockList, isIP } from 'node:net';
import { networkInterfaces } from 'node:os';

/** What this computer knows of its own networks. */
export interface LocalNetworks {
  readonly platform: NodeJS.Platform;
  /** Its addresses with their prefix, such as `192.168.178.20/24`. */
  readonly cidrs: readonly string[];
}

export function localNetworks(): LocalNetworks {
  const addresses = Object.values(networkInterfaces()).flatMap((all) => all ?? []);
  const cidrs = addresses.flatMap(({ cidr, internal }) => (cidr && !internal ? [cidr] : []));
  return { platform: process.platform, cidrs };
}

const family = (address: string) => (isIP(address) === 6 ? 'ipv6' : 'ipv4');

function isOnLink(address: string, cidrs: readonly string[]): boolean {
  const networks = new BlockList();
  for (const cidr of cidrs) {
    const [network = '', prefix] = cidr.split('/');
    networks.addSubnet(network, Number(prefix), family(network));
  }
  return isIP(address) !== 0 && networks.check(address, family(address));
}

/**
 * Whether "no route to host" for an address means that this computer may not use its own network. On macOS an app
 * without the Local Network permission is told so at once, for neighbours only. Elsewhere the same error for a
 * neighbour says that nobody answered ARP, so the device is off or asleep far more often than kept apart.
 */
export const isKeptFromNeighbour = (address: string, { platform, cidrs }: LocalNetworks): boolean =>
  platform === 'darwin' && isOnLink(address, cidrs);
