import { parseAddress } from '../../../shared/inputs.ts';
import { required } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { PairingItem } from '../documents.ts';
import { exitOfCheck, pairingItem, pairingLine } from '../pairing-item.ts';
import { requiredOption } from '../parse.ts';
import { whichPairing } from '../which-pairing.ts';

/** Gives a pairing a friendly name. */
export async function rename({ invocation, core }: CommandContext): Promise<Outcome<PairingItem>> {
  const { id } = whichPairing(invocation, core);
  const item = pairingItem(core.renamePairing(id, requiredOption(invocation, 'name')), core);
  return { exit: 'ok', document: item, text: pairingLine(item) };
}

/** Looks for a device at another address from now on; it ends as the check there does. */
export async function move({ invocation, core }: CommandContext): Promise<Outcome<PairingItem>> {
  const { id } = whichPairing(invocation, core);
  const { host, port } = required(parseAddress(requiredOption(invocation, 'address')));
  const moved = await core.monitor.moveAddress(id, { host, port });
  const item = pairingItem(moved, core);
  return { exit: exitOfCheck(moved, core), document: item, text: pairingLine(item) };
}

/** Removes a pairing and its keys. */
export async function remove({ invocation, core }: CommandContext): Promise<Outcome<PairingItem>> {
  const pairing = whichPairing(invocation, core);
  const item = pairingItem(pairing, core);
  await core.removePairing(pairing.id);
  return { exit: 'ok', document: item, text: `Removed ${item.posId} ${item.serial}\n` };
}
