import { closeSync, fstatSync, openSync, readdirSync, readSync, rmSync, statSync, writeSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TIMELINE_DAYS } from '../../../shared/timeline.ts';
import { isOwnFolder, makeOwnFolder, OWNER_ONLY } from '../vault/own-files.ts';

const DAY_MS = 86_400_000;
const NEWLINE = 0x0a;
const FILE = /^day-(\d{8})\.jsonl$/;
/** One more than are shown, since the oldest is shown in part, and its beginning holds what was known by then. */
const KEPT_DAYS = TIMELINE_DAYS + 1;
/** A day of 1,000 pairings needs a quarter of this; what is more than that is not kept. */
const MOST_BYTES = 8 * 1024 * 1024;

/** A file a day (UTC) of JSON Lines, only ever appended to; the old ones are removed as a whole. */
export class DayFiles {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  /** Whether there is a file for this day yet. Times are in milliseconds since 1970. */
  has(now: number): boolean {
    return statSync(this.#pathOf(now), { throwIfNoEntry: false }) !== undefined;
  }

  /** One write at the end of today's file. Throws on I/O errors, and `ForeignFolder`. */
  append(now: number, lines: readonly string[]): void {
    // A link in place of the history's folder, or of this one in it, leads to what is not ours.
    makeOwnFolder(dirname(this.#directory));
    makeOwnFolder(this.#directory);
    const file = openSync(this.#pathOf(now), 'a+', OWNER_ONLY.file);
    try {
      const { size } = fstatSync(file);
      const text = `${lines.join('\n')}\n`;
      if (size + text.length > MOST_BYTES) return;
      // A line that a crash has cut off costs no other line.
      const bytes = Buffer.from(endsWithNewline(file, size) ? text : `\n${text}`);
      if (writeSync(file, bytes) !== bytes.length) throw new Error('the disk took only a part of it');
    } finally {
      closeSync(file);
    }
  }

  /** Removes what is too old to be shown. Never throws: what is held open by another program goes next time. */
  prune(now: number): void {
    const oldest = nameOf(now - KEPT_DAYS * DAY_MS);
    try {
      if (!isOwnFolder(dirname(this.#directory)) || !isOwnFolder(this.#directory)) return;
      for (const name of readdirSync(this.#directory)) {
        if (FILE.test(name) && name < oldest) rmSync(join(this.#directory, name), { force: true });
      }
    } catch {
      // Not there yet, or not readable: then there is nothing to be removed.
    }
  }

  /** The lines that `wanted` picks, oldest day first. A file that cannot be read is left out. */
  async read(now: number, wanted: (line: string) => boolean): Promise<string[]> {
    const lines: string[] = [];
    for (let day = KEPT_DAYS; day >= 0; day -= 1) {
      const text = await readFile(this.#pathOf(now - day * DAY_MS), 'utf8').catch(() => '');
      for (const line of text.split('\n')) if (line !== '' && wanted(line)) lines.push(line);
    }
    return lines;
  }

  #pathOf(at: number): string {
    return join(this.#directory, nameOf(at));
  }
}

const nameOf = (at: number): string =>
  `day-${new Date(at).toISOString().slice(0, 10).replaceAll('-', '')}.jsonl`;

function endsWithNewline(file: number, size: number): boolean {
  if (size === 0) return true;
  const last = Buffer.alloc(1);
  readSync(file, last, 0, 1, size - 1);
  return last[0] === NEWLINE;
}
