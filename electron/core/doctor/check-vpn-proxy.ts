import type { OwnNetwork } from '../pairing/circumstances.ts';
import { addressesOf } from './check-networks.ts';
import { ok, type Verdict, warning } from './verdict.ts';
import type { Check } from './visit.ts';
import { urlOf } from './world.ts';

/**
 * @param source this computer's own address on the way to the device
 * @param proxy that this computer is set to use; the app goes past it
 */
export function judgeWay(
  networks: readonly OwnNetwork[],
  source: string | undefined,
  proxy: string | undefined,
): Verdict {
  const way = networks.find(({ address }) => address === source);
  if (way?.kind === 'virtual') return warning('vpn-in-way', { name: way.interfaceName });
  return proxy ? ok('proxy-unused', { proxy }) : ok('direct');
}

export const checkVpnProxy: Check = {
  name: 'vpn-proxy',
  needs: [],
  run: async (visit) => {
    const { world, address } = visit;
    const [first] = await addressesOf(visit);
    const [source, proxy] = await Promise.all([
      first === undefined ? undefined : world.sourceTowards(first),
      world.proxyFor(urlOf(address)).catch(() => undefined),
    ]);
    return judgeWay(world.networks(), source, proxy);
  },
};
