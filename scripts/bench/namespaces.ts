import { execFileSync } from 'node:child_process';

const ip = (...args: string[]): void => {
  execFileSync('ip', args, { stdio: ['ignore', 'ignore', 'pipe'] });
};

const quietly = (work: () => void): void => {
  try {
    work();
  } catch {
    // Was not made, or is gone already.
  }
};

export interface NamespacePair {
  /** Where the searching happens. */
  readonly near: string;
  /** Where the devices are. */
  readonly far: string;
  /** Forgets who was found at which hardware address, so that each search begins alike. */
  readonly forgetNeighbours: () => void;
  readonly remove: () => void;
}

/**
 * Two network namespaces that reach each other over one cable (veth) and nothing else. Linux only, as root.
 *
 * @param nearAddress the near end in CIDR notation
 * @param farAddresses the far end's addresses in CIDR notation; all others of the subnet are absent hosts
 */
export function makeNamespaces(nearAddress: string, farAddresses: readonly string[]): NamespacePair {
  const near = `pos-bench-near-${process.pid}`;
  const far = `pos-bench-far-${process.pid}`;
  const remove = () => {
    // The cable goes with its ends.
    quietly(() => ip('netns', 'delete', near));
    quietly(() => ip('netns', 'delete', far));
  };
  const inside = (namespace: string, ...args: string[]) => ip('-n', namespace, ...args);
  try {
    ip('netns', 'add', near);
    ip('netns', 'add', far);
    inside(near, 'link', 'add', 'near', 'type', 'veth', 'peer', 'name', 'far', 'netns', far);
    inside(near, 'address', 'add', nearAddress, 'dev', 'near');
    for (const address of farAddresses) inside(far, 'address', 'add', address, 'dev', 'far');
    for (const [namespace, link] of [
      [near, 'near'],
      [far, 'far'],
    ] as const) {
      inside(namespace, 'link', 'set', 'lo', 'up');
      inside(namespace, 'link', 'set', link, 'up');
    }
  } catch (thrown) {
    remove();
    throw thrown;
  }
  return {
    near,
    far,
    forgetNeighbours: () => inside(near, 'neighbour', 'flush', 'all', 'nud', 'all'),
    remove,
  };
}

/** The command line that runs `command` inside a namespace. */
export const insideNamespace = (namespace: string, ...command: readonly string[]): [string, string[]] => [
  'ip',
  ['netns', 'exec', namespace, ...command],
];
