import { sameSerial, serialOf } from '../../shared/identity.ts';
import { parsePosId } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import type { Core } from '../core/core.ts';
import { required } from '../core/failure.ts';
import { CliError, usageError } from './exit-codes.ts';
import { type Invocation, optionOf } from './parse.ts';

const NAMES = ['id', 'pos-id', 'serial'] as const;

/** Whether the command line says which pairing is meant. */
export const namesPairing = (invocation: Invocation): boolean =>
  NAMES.some((name) => optionOf(invocation, name) !== undefined);

/**
 * The pairing that the command line names. Throws {@link CliError} `usage`, `ambiguous-pairing`,
 * `no-such-pairing`.
 */
export function whichPairing(invocation: Invocation, { vault }: Pick<Core, 'vault'>): PairingRecord {
  const [id, posIdText, serial] = NAMES.map((name) => optionOf(invocation, name));
  if (id === undefined && posIdText === undefined && serial === undefined)
    throw usageError('Say which pairing is meant: --pos-id, --serial or --id.');
  const posId = posIdText === undefined ? undefined : required(parsePosId(posIdText));
  const [found, ...others] = vault.pairings.filter(
    (pairing) =>
      (id === undefined || pairing.id === id.toLowerCase()) &&
      (posId === undefined || pairing.posId === posId) &&
      (serial === undefined || sameSerial(serialOf(pairing.identity), serial)),
  );
  if (!found)
    throw new CliError('no-such-pairing', 'No pairing is called that. pos-pairing status lists them.');
  if (others.length > 0)
    throw new CliError(
      'ambiguous-pairing',
      `${others.length + 1} pairings are called that. Add --serial, or name one by --id.`,
    );
  return found;
}
