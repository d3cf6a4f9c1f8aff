import { accountName } from '../../shared/account.ts';
import { serialOf } from '../../shared/identity.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { Core } from '../core/core.ts';
import type { PairingItem } from './documents.ts';
import { type Exit, exitOf } from './exit-codes.ts';
import { problemOf } from './problem.ts';

/** A pairing as commands print it. */
export function pairingItem(pairing: PairingRecord, { monitor }: Pick<Core, 'monitor'>): PairingItem {
  const { id, posId, name, identity, address, clientCertificate, lastCheck, account } = pairing;
  const status = monitor.statuses[id];
  const error = status?.error ?? (lastCheck?.result === 'failed' ? lastCheck.error : null);
  return {
    id,
    posId,
    name,
    serial: serialOf(identity),
    address: formatAuthority(address),
    state: status?.state ?? 'unknown',
    account: account ? accountName(account) : null,
    validTo: clientCertificate.validTo,
    lastCheck: lastCheck && { at: lastCheck.at, result: lastCheck.result },
    problem: error ? problemOf(error) : null,
  };
}

/** One line for people. */
export function pairingLine({
  posId,
  name,
  serial,
  address,
  state,
  account,
  validTo,
  lastCheck,
  problem,
}: PairingItem): string {
  const parts = [
    posId,
    ...(name ? [`“${name}”`] : []),
    serial || '(no serial number)',
    address,
    state,
    ...(account === null ? [] : [`keys of ${account}`]),
    `valid to ${validTo.slice(0, 10)}`,
    lastCheck ? `checked ${lastCheck.at}` : 'never checked',
  ];
  return `${parts.join('  ')}${problem ? `\n    ${problem.number} ${problem.message}` : ''}\n`;
}

/** How a check that has shown this ends. */
export function exitOfCheck({ id, lastCheck }: PairingRecord, { monitor }: Pick<Core, 'monitor'>): Exit {
  if (monitor.statuses[id]?.state === 'waiting') return 'waiting';
  switch (lastCheck?.result) {
    case 'mtls':
    case 'tls-only':
      return 'ok';
    case 'in-use':
    case 'unclear':
      return 'busy';
    case 'failed':
      return exitOf(lastCheck.error.code);
    default:
      return 'failed';
  }
}
