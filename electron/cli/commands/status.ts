import type { CommandContext, Outcome } from '../command.ts';
import type { PairingItem } from '../documents.ts';
import { pairingItem, pairingLine } from '../pairing-item.ts';

/** What is known of all pairings. */
export async function status({ core }: CommandContext): Promise<Outcome<PairingItem[]>> {
  const document = core.vault.pairings.map((pairing) => pairingItem(pairing, core));
  const text = document.length === 0 ? 'Nothing is paired.\n' : document.map(pairingLine).join('');
  return { exit: 'ok', document, text };
}
