import type { Change } from '../../../shared/doctor.ts';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { Circumstances } from '../../../shared/pairing.ts';

/**
 * What differs from when the connection last worked. What is not known now, such as the certificate of a device that
 * does not answer, has not changed.
 */
export function changesSince(
  before: Circumstances,
  now: Omit<Circumstances, 'certificate256'> & { readonly certificate256: string | undefined },
): Change[] {
  const network = ({ network }: Pick<Circumstances, 'network'>) =>
    network ? `${network.cidr} (${network.kind})` : '—';
  const facts = [
    ['address', formatAuthority(before.address), formatAuthority(now.address)],
    ['network', network(before), network(now)],
    ['certificate', before.certificate256, now.certificate256],
    ['version', before.version, now.version],
    ['system', before.system, now.system],
  ] as const;
  return facts.flatMap(([what, from, to]) => (to === undefined || from === to ? [] : [{ what, from, to }]));
}
