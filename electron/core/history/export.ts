import { type HistoryEntry, historyEntrySchema } from '../../../shared/history.ts';
import type { Authorize } from '../access/manager-access.ts';
import type { History } from './history.ts';

const COLUMNS = historyEntrySchema.keyof().options;

/**
 * Spreadsheets take what begins like this for a formula, also behind spaces and characters that nobody sees, and a
 * leading apostrophe for "this is text". In compatibility form (NFKC), where full-width signs are the plain ones.
 */
const FORMULA_START = /^(?:[\t\r\n]|[\s\p{Cc}\p{Cf}]*[=+\-@|%])/u;

/** Without this mark Excel reads UTF-8 in the computer's own code page. */
const BYTE_ORDER_MARK = '\ufeff';

function cell(text: string): string {
  const harmless = FORMULA_START.test(text.normalize('NFKC')) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Entries as CSV (RFC 4180: commas, CRLF, a header) in the given order, harmless in a spreadsheet. */
export function historyToCsv(entries: readonly HistoryEntry[]): string {
  const rows = entries.map((entry) => COLUMNS.map((column) => cell(entry[column] ?? '')).join(','));
  return `${BYTE_ORDER_MARK}${[COLUMNS.join(','), ...rows].join('\r\n')}\r\n`;
}

/** Entries as one JSON array (RFC 8259) in the given order. */
export const historyToJson = (entries: readonly HistoryEntry[]): string =>
  `${JSON.stringify(entries, null, 2)}\n`;

/** The whole history as a file's text, newest first. Throws {@link Failure} `manager-needed`, `storage-failed`. */
export function exportHistory(
  { authorize, history }: { readonly authorize: Authorize; readonly history: Pick<History, 'all'> },
  format: 'csv' | 'json',
): string {
  authorize();
  const entries = history.all();
  return format === 'csv' ? historyToCsv(entries) : historyToJson(entries);
}
