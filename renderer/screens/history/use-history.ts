import { useCallback } from 'react';
import type { AppError } from '../../../shared/errors.ts';
import { HISTORY_KINDS, type HistoryEntry, type HistoryKind } from '../../../shared/history.ts';
import { ok, type Result } from '../../../shared/result.ts';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useActions, useMirror } from '../../state/context.tsx';
import type { Actions } from '../../state/store.ts';

export const GROUPS = [
  'everything',
  'pairing',
  'connection',
  'moved',
  'names',
  'bridge',
  'rootCa',
  'manager',
] as const;
export type Group = (typeof GROUPS)[number];

/** What people look for together. */
const GROUP_OF: Record<HistoryKind, Group> = {
  paired: 'pairing',
  're-paired': 'pairing',
  'paired-waiting': 'pairing',
  proved: 'pairing',
  'pairing-failed': 'pairing',
  'device-swapped': 'pairing',
  exported: 'pairing',
  status: 'connection',
  refused: 'connection',
  'address-moved': 'moved',
  renamed: 'names',
  removed: 'names',
  'bridge-on': 'bridge',
  'bridge-off': 'bridge',
  'bridge-token': 'bridge',
  'bridge-locked': 'bridge',
  'root-ca-changed': 'rootCa',
  'root-ca-added': 'rootCa',
  'root-ca-removed': 'rootCa',
  'pairing-root-ca-changed': 'rootCa',
  'manager-pin-set': 'manager',
  'manager-pin-changed': 'manager',
  'manager-pin-removed': 'manager',
  'manager-pin-reset': 'manager',
  'manager-locked-out': 'manager',
  'policy-applied': 'everything',
  'policy-removed': 'everything',
  'policy-rejected': 'everything',
  'app-updated': 'everything',
  'update-failed': 'everything',
};

/** The most that one call may ask for (shared/ipc/history.ts). */
const MOST_AT_ONCE = 500;

interface Page {
  readonly entries: readonly HistoryEntry[];
  readonly total: number;
  /** Whether these are only those that match: what was read last may not be what is asked for now. */
  readonly filtered: boolean;
  /** Why the newest ones could not be saved. */
  readonly problem: AppError | null;
}

async function readNewest(
  readHistory: Actions['readHistory'],
  filter: { readonly text: string; readonly kinds: HistoryKind[] },
  count: number,
): Promise<Result<Page>> {
  const filtered = filter.text.trim() !== '' || filter.kinds.length > 0;
  const entries: HistoryEntry[] = [];
  for (;;) {
    const limit = Math.min(MOST_AT_ONCE, count - entries.length);
    const read = await readHistory({ ...filter, pairingId: null, offset: entries.length, limit });
    if (!read.ok) return read;
    entries.push(...read.value.entries);
    const { total, problem } = read.value;
    if (read.value.entries.length < limit || entries.length >= count)
      return ok({ entries, total, filtered, problem });
  }
}

/** The newest `count` entries that match, read again whenever the history grows. */
export function useHistory(text: string, group: Group, count: number) {
  const { readHistory } = useActions();
  const { historyVersion } = useMirror();
  const read = useCallback(() => {
    const kinds = HISTORY_KINDS.filter((kind) => group !== 'everything' && GROUP_OF[kind] === group);
    return readNewest(readHistory, { text, kinds }, count);
  }, [readHistory, text, group, count]);
  return useLoaded(read, historyVersion);
}
