import type { SearchRange } from '../../shared/search.ts';
import { hostsIn, localRanges } from '../core/discovery/ranges.ts';
import { testSearchRange } from './command-line.ts';

/**
 * This computer's own subnets, or what `--search-range=CIDR` names in their place, such as a loopback one: tests must
 * not reach out into the network they happen to run in.
 */
export function readSearchRanges(): SearchRange[] {
  const cidr = testSearchRange();
  if (!cidr) return localRanges();
  return [{ cidr, interfaceName: 'test', hostCount: hostsIn(cidr).length, virtual: false }];
}
