import { z } from 'zod';
import { type HistoryEntry, historyEntrySchema } from '../../../shared/history.ts';
import type { CommandContext, Outcome } from '../command.ts';

const lineOf = ({ at, kind, result, posId, serial }: HistoryEntry): string =>
  `${[at, kind, result, posId, serial].filter(Boolean).join('  ')}\n`;

/** The whole history, newest first; behind the manager PIN, like its export in the window. */
export async function history({ core }: CommandContext): Promise<Outcome<HistoryEntry[]>> {
  const entries = z.array(historyEntrySchema).parse(JSON.parse(core.exportHistory('json')));
  return { exit: 'ok', document: entries, text: entries.map(lineOf).join('') };
}
