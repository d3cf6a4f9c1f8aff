import {
  closeSync,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import {
  HISTORY_TEXT_LIMIT,
  type HistoryEntry,
  type HistoryKind,
  historyEntrySchema,
} from '../../../shared/history.ts';
import { failure } from '../failure.ts';
import { redact } from '../redact.ts';
import { isWholeLine, lineWithChecksum } from '../vault/checksum.ts';
import { StorageNotices } from '../vault/notices.ts';
import {
  ForeignFolder,
  isOwnFolder,
  makeOwnFolder,
  OWNER_ONLY,
  tidyOwnFolder,
  whileHeld,
} from '../vault/own-files.ts';

const NEWLINE = 0x0a;
const DEFAULT_LIMIT = 10_000;
const SEGMENTS = 10;
const SEGMENT_FILE = /^history-(\d{8})\.jsonl$/;
/** What an entry of any version has. */
const datedSchema = z.looseObject({ at: z.iso.datetime(), kind: z.string(), result: z.string() });

/** An entry before the history dates it. */
export type NewHistoryEntry = Omit<HistoryEntry, 'at'>;

export interface HistoryOptions {
  /** Folder of its own, created when missing. */
  readonly directory: string;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** How many entries are kept, the newest ones. */
  readonly limit?: number;
  readonly notices?: StorageNotices;
}

/** What is left out is not asked for; so is an empty text and an empty list. */
export interface HistoryFilter {
  /** Part of any text of the entry, in any letter case. */
  readonly text?: string;
  readonly kinds?: readonly HistoryKind[];
  readonly pairingId?: string;
}

export interface HistoryPage {
  /** Newest first. */
  readonly entries: HistoryEntry[];
  /** How many entries match, on all pages. */
  readonly total: number;
}

interface Segment {
  readonly number: number;
  /** Known of the newest one only; infinite where nothing can be added. */
  lines: number;
  /** False for what only has the name of one, such as a folder or a link. */
  readonly isFile: boolean;
}

/** One line, no PEM, not too long. */
function plain(text: string): string {
  const clean = redact(text);
  return clean.length > HISTORY_TEXT_LIMIT ? `${clean.slice(0, HISTORY_TEXT_LIMIT - 1)}…` : clean;
}

const countLines = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum + Number(byte === NEWLINE), 0);

/** `unknown`: well written, but of no kind that this version knows. */
type ReadLine = HistoryEntry | 'unknown' | 'damaged';

function parseLine(line: string): ReadLine {
  if (!isWholeLine(line)) return 'damaged';
  try {
    const value: unknown = JSON.parse(line);
    return historyEntrySchema.safeParse(value).data ?? (isDated(value) ? 'unknown' : 'damaged');
  } catch {
    return 'damaged';
  }
}

const isDated = (value: unknown): boolean => datedSchema.safeParse(value).success;

function matcher({ text = '', kinds = [], pairingId }: HistoryFilter): (entry: HistoryEntry) => boolean {
  const wanted = text.trim().toLocaleLowerCase();
  return (entry) =>
    (kinds.length === 0 || kinds.includes(entry.kind)) &&
    (pairingId === undefined || entry.pairingId === pairingId) &&
    (wanted === '' ||
      [entry.posId, entry.serial, entry.from, entry.to, entry.note, entry.kind, entry.result].some((part) =>
        part?.toLocaleLowerCase().includes(wanted),
      ));
}

/**
 * Append-only log in JSON Lines files of `limit / 10` entries. Whole files are dropped from the old end, so that an
 * append never rewrites anything. A line that is damaged or cut off is skipped and costs no other line; so is a file
 * that cannot be read, which is told by a notice.
 */
export class History {
  readonly #directory: string;
  readonly #now: () => number;
  readonly #limit: number;
  readonly #perSegment: number;
  readonly #notices: StorageNotices;
  /** Oldest first; null until the folder was looked at. */
  #segments: Segment[] | null = null;
  /** Oldest first; null until somebody reads. */
  #entries: HistoryEntry[] | null = null;
  #damagedLines = 0;
  /** The last line may lack its end: by a crash, or a write that failed. */
  #cutOff = true;
  #problem: AppError | null = null;

  constructor({ directory, now, limit = DEFAULT_LIMIT, notices = new StorageNotices() }: HistoryOptions) {
    this.#directory = directory;
    this.#now = now;
    this.#limit = limit;
    this.#notices = notices;
    this.#perSegment = Math.max(1, Math.ceil(limit / SEGMENTS));
  }

  /** Why the last entry could not be written (`storage-failed`), or null. Such an entry is shown until the app ends. */
  get problem(): AppError | null {
    return this.#problem;
  }

  /** How many lines could not be understood. Reads the files when nobody has yet. */
  get damagedLines(): number {
    this.#loaded();
    return this.#damagedLines;
  }

  /**
   * Adds an entry, dated now. Its texts lose PEM blocks and control characters. Never throws: what the entry tells of
   * has already happened, and must not fail for it; see {@link problem}.
   */
  append(entry: NewHistoryEntry): HistoryEntry {
    const { kind, result, pairingId, ...texts } = entry;
    const cleaned: [string, string][] = Object.entries(texts).flatMap(([name, text]) =>
      text === undefined ? [] : [[name, plain(text)]],
    );
    const dated: HistoryEntry = {
      at: new Date(this.#now()).toISOString(),
      kind,
      result,
      ...(pairingId !== undefined && { pairingId }),
      ...Object.fromEntries(cleaned),
    };
    try {
      this.#write(`${lineWithChecksum(dated)}\n`);
      this.#problem = null;
    } catch (thrown) {
      const detail = thrown instanceof Error ? thrown.message : 'history';
      this.#problem = failure('storage-failed', detail).appError;
      // Looked at afresh next time: the folder may be gone, the line may be half written.
      this.#segments = null;
      this.#cutOff = true;
      // Only in memory can it still be shown.
      this.#entries ??= this.#loadIfPossible();
    }
    this.#entries?.push(dated);
    return dated;
  }

  /** A page of what matches. Throws Failure `storage-failed` when the files cannot be read. */
  read({
    filter = {},
    offset,
    limit,
  }: {
    readonly filter?: HistoryFilter;
    readonly offset: number;
    readonly limit: number;
  }): HistoryPage {
    const matching = this.#loaded().filter(matcher(filter)).reverse();
    return { entries: matching.slice(offset, offset + limit), total: matching.length };
  }

  /** Everything that is kept, newest first. Throws like {@link read}. */
  all(): HistoryEntry[] {
    return this.#loaded().toReversed();
  }

  #nameOf({ number }: Segment): string {
    return `history-${String(number).padStart(8, '0')}.jsonl`;
  }

  #pathOf(segment: Segment): string {
    return join(this.#directory, this.#nameOf(segment));
  }

  /** The content of a segment; undefined, and told, when it cannot be read. */
  #contentOf(segment: Segment): Buffer | undefined {
    try {
      if (segment.isFile) return whileHeld(() => readFileSync(this.#pathOf(segment)));
    } catch {
      // A broken sector, or a program that holds it.
    }
    this.#notices.add('unreadable', 'history', this.#nameOf(segment));
    return undefined;
  }

  /** The files, of which only the newest is looked into. */
  #openSegments(): Segment[] {
    if (this.#segments) return this.#segments;
    const segments = this.#listSegments().sort((a, b) => a.number - b.number);
    const newest = segments.at(-1);
    if (newest) {
      const content = this.#contentOf(newest);
      newest.lines = content ? countLines(content) : Number.POSITIVE_INFINITY;
    }
    this.#segments = segments;
    return segments;
  }

  #listSegments(): Segment[] {
    try {
      if (!isOwnFolder(this.#directory)) return [];
    } catch (thrown) {
      if (thrown instanceof ForeignFolder) this.#notices.add('foreign', 'history', thrown.folder);
      throw thrown;
    }
    tidyOwnFolder(this.#directory);
    return whileHeld(() => readdirSync(this.#directory, { withFileTypes: true })).flatMap((entry) => {
      const number = SEGMENT_FILE.exec(entry.name)?.[1];
      return number === undefined ? [] : [{ number: Number(number), lines: 0, isFile: entry.isFile() }];
    });
  }

  /** The file for the next line, a new one when the newest is full. */
  #currentSegment(): Segment {
    const segments = this.#openSegments();
    const newest = segments.at(-1);
    if (newest && newest.lines < this.#perSegment) return newest;
    if (!newest) makeOwnFolder(this.#directory);
    const next = { number: (newest?.number ?? 0) + 1, lines: 0, isFile: true };
    segments.push(next);
    // One more than the limit needs, because the newest is only partly filled.
    for (const old of segments.splice(0, segments.length - SEGMENTS - 1)) {
      try {
        whileHeld(() => unlinkSync(this.#pathOf(old)));
      } catch {
        // Gone, no file, or held by another program. It is tried again at the first rotation after a restart.
      }
    }
    if (this.#entries && this.#entries.length > this.#limit) {
      this.#entries = this.#entries.slice(-this.#limit);
    }
    return next;
  }

  /**
   * One write at the end of the file. Not synced: a power cut may cost the last seconds, but a thousand pairings
   * that lose their network at once do not stop the app for a thousand syncs.
   */
  #write(line: string): void {
    const segment = this.#currentSegment();
    const file = whileHeld(() => openSync(this.#pathOf(segment), 'a+', OWNER_ONLY.file));
    try {
      const text = this.#cutOff && !endsWithNewline(file) ? `\n${line}` : line;
      const bytes = Buffer.from(text);
      if (writeSync(file, bytes) !== bytes.length) throw new Error('the disk took only a part of the line');
      this.#cutOff = false;
      segment.lines += 1;
    } finally {
      closeSync(file);
    }
  }

  #loaded(): readonly HistoryEntry[] {
    this.#entries ??= this.#load();
    // Trimmed at each rotation only, so between two of them there are more.
    return this.#entries.length > this.#limit ? this.#entries.slice(-this.#limit) : this.#entries;
  }

  #loadIfPossible(): HistoryEntry[] {
    try {
      return this.#load();
    } catch {
      return [];
    }
  }

  #load(): HistoryEntry[] {
    try {
      const entries: HistoryEntry[] = [];
      this.#damagedLines = 0;
      for (const segment of this.#openSegments()) {
        const lines = (this.#contentOf(segment)?.toString() ?? '').split('\n').filter((line) => line !== '');
        const read = lines.map(parseLine);
        const known = read.filter((entry) => typeof entry !== 'string');
        entries.push(...known);
        this.#damagedLines += read.length - known.length;
        if (read.includes('unknown')) this.#notices.add('newer-version', 'history', this.#nameOf(segment));
        // A line alone is what any crash costs; a file without a single good one is something else.
        else if (read.length > 1 && known.length === 0)
          this.#notices.add('damaged', 'history', this.#nameOf(segment));
      }
      return entries;
    } catch (thrown) {
      throw failure('storage-failed', thrown instanceof Error ? thrown.message : 'history');
    }
  }
}

function endsWithNewline(file: number): boolean {
  const { size } = fstatSync(file);
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}
