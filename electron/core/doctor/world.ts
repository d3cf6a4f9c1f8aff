import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type DeviceAddress, formatAuthority } from '../../../shared/inputs.ts';
import { unlessEnded, withDeadline } from '../device/deadline.ts';
import { socketFailure } from '../device/socket-errors.ts';
import { type OwnNetwork, ownNetworks } from '../pairing/circumstances.ts';

/** What a run looks at outside of the device: this computer and its name servers. */
export interface World {
  readonly networks: () => readonly OwnNetwork[];
  /** The addresses of a host name. Throws {@link Failure} `name-not-found`. */
  readonly lookup: (host: string) => Promise<readonly string[]>;
  /** This computer's own address on the way to another one; undefined when there is no way. */
  readonly sourceTowards: (address: string) => Promise<string | undefined>;
  /** The proxy this computer is set to use for a web address, such as `proxy.example:3128`; undefined: none. */
  readonly proxyFor: (url: string) => Promise<string | undefined>;
}

export function systemWorld(proxyFor: World['proxyFor']): World {
  return { networks: ownNetworks, lookup: lookUp, sourceTowards, proxyFor };
}

async function lookUp(host: string): Promise<string[]> {
  try {
    const found = await lookup(host, { all: true });
    return found.map(({ address }) => address);
  } catch (thrown) {
    throw socketFailure(thrown);
  }
}

/** Any port: choosing the way to an address sends nothing. */
const DISCARD_PORT = 9;

/** A UDP socket that is connected has been given its way, and no packet is sent (connect(2)). */
function sourceTowards(address: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    const socket = createSocket(isIP(address) === 6 ? 'udp6' : 'udp4');
    const done = (source: string | undefined) => {
      socket.close();
      resolve(source);
    };
    socket.once('error', () => done(undefined));
    socket.connect(DISCARD_PORT, address, () => done(socket.address().address));
  });
}

export const urlOf = (address: DeviceAddress): string => `https://${formatAuthority(address)}/`;

/** Milliseconds name servers, and the script that chooses a proxy, are waited for. */
const ANSWER_WITHIN_MS = 5_000;

/** The same world for one run: each name is looked up once, and nothing is waited for longer than its deadline. */
export function boundedWorld(world: World, signal: AbortSignal): World {
  const found = new Map<string, Promise<readonly string[]>>();
  const bounded = <T>(waitingFor: string, work: Promise<T>) =>
    unlessEnded(withDeadline(signal, ANSWER_WITHIN_MS), waitingFor, work);
  return {
    ...world,
    lookup: (host) => {
      const known = found.get(host) ?? bounded('the address of a name', world.lookup(host));
      found.set(host, known);
      return known;
    },
    proxyFor: (url) => bounded('the proxy of this computer', world.proxyFor(url)),
  };
}
