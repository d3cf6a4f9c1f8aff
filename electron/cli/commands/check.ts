import type { PairingRecord } from '../../../shared/pairing.ts';
import { Failure, settle } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { PairingItem } from '../documents.ts';
import { type Exit, exitOf } from '../exit-codes.ts';
import { exitOfCheck, pairingItem, pairingLine } from '../pairing-item.ts';
import { problemOf } from '../problem.ts';
import { namesPairing, whichPairing } from '../which-pairing.ts';

/** As many as the schedule runs at once. */
const AT_ONCE = 16;

/** Checks one pairing, or all; it ends as the first one that is not well. */
export async function check({
  invocation,
  core,
  io,
  progress,
}: CommandContext): Promise<Outcome<PairingItem[]>> {
  const isFull = invocation.switches.has('full');
  const isOne = namesPairing(invocation);
  const pairings = isOne ? [whichPairing(invocation, core)] : core.vault.pairings;
  const results: { readonly item: PairingItem; readonly exit: Exit }[] = [];
  const one = async (pairing: PairingRecord, index: number) => {
    const checked = await settle(() =>
      isFull ? core.monitor.fullTest(pairing.id) : core.monitor.check(pairing.id),
    );
    if (!checked.ok && isOne) throw new Failure(checked.error);
    const item = pairingItem(checked.ok ? checked.value : pairing, core);
    results[index] = checked.ok
      ? { item, exit: exitOfCheck(checked.value, core) }
      : { item: { ...item, problem: problemOf(checked.error) }, exit: exitOf(checked.error.code) };
    progress(`${pairing.posId} ${item.serial}: ${item.state}`);
  };
  const waiting = pairings.entries();
  const work = async () => {
    for (const [index, pairing] of waiting) {
      if (io.signal.aborted) return;
      await one(pairing, index);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, pairings.length) }, work));
  const done = results.filter((result) => result !== undefined);
  return {
    exit: io.signal.aborted ? 'interrupted' : (done.find(({ exit }) => exit !== 'ok')?.exit ?? 'ok'),
    document: done.map(({ item }) => item),
    text: done.length === 0 ? 'Nothing is paired.\n' : done.map(({ item }) => pairingLine(item)).join(''),
  };
}
