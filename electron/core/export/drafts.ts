import { lstat, rm, unlink } from 'node:fs/promises';
import { basename, dirname, isAbsolute } from 'node:path';
import { z } from 'zod';
import type { DocumentStore } from '../vault/documents.ts';
import { systemCode } from '../vault/own-files.ts';
import { readVersioned } from '../vault/schema.ts';

const DOCUMENT = 'drafts';
const VERSION = 1;
/** Of drafts in places that are not there, such as a USB stick. */
const MOST_NOTES = 100;
/** The names that drafts have: a note that a disk or somebody changed removes nothing else. */
const DRAFT_FOLDER = /^\..+\.[0-9a-f]{12}$/;
const DRAFT_FILE = /\.tmp-[0-9a-f]{8}$/;

const documentSchema = z.object({ version: z.literal(VERSION), paths: z.array(z.string()) });

/**
 * What is being written where the user chose, beside its place and under another name, until it is whole. Each is
 * noted in the data folder first, so that the start after a crash finds it and clears it away: it may hold keys.
 */
export class Drafts {
  readonly #documents: DocumentStore;
  readonly #left: readonly string[];
  #paths: readonly string[];

  /** Never throws. */
  constructor(documents: DocumentStore) {
    this.#documents = documents;
    this.#left = this.#read();
    this.#paths = this.#left;
  }

  /** To be called before anything is at the absolute path. Where no note can be kept, the draft is made all the same. */
  note(path: string): void {
    this.#keep([...this.#paths, path].slice(-MOST_NOTES));
  }

  /** Nothing is at the path any more. */
  forget(path: string): void {
    this.#keep(this.#paths.filter((other) => other !== path));
  }

  /** Clears away what an earlier run of the app has left. What cannot be reached is tried again at the next start. */
  async clearLeft(): Promise<void> {
    for (const path of this.#left) if (await isCleared(path)) this.forget(path);
  }

  #read(): string[] {
    try {
      const stored = this.#documents.read(DOCUMENT);
      if (stored.kind !== 'document') return [];
      const read = readVersioned(stored.value, documentSchema, {}, VERSION);
      return read.kind === 'current' ? read.value.paths : [];
    } catch {
      return [];
    }
  }

  #keep(paths: readonly string[]): void {
    this.#paths = paths;
    try {
      if (paths.length === 0) this.#documents.remove(DOCUMENT);
      else this.#documents.write(DOCUMENT, { version: VERSION, paths });
    } catch {
      // A data folder that is read-only, or full.
    }
  }
}

/** Whether nothing of a draft is left at the path; removes it if it is there. */
async function isCleared(path: string): Promise<boolean> {
  try {
    const name = basename(path);
    if (!isAbsolute(path)) return true;
    const found = await lstat(path);
    if (found.isDirectory() && DRAFT_FOLDER.test(name)) await rm(path, { recursive: true, maxRetries: 5 });
    else if (found.isFile() && DRAFT_FILE.test(name)) await unlink(path);
    return true;
  } catch (thrown) {
    // Never made or named by now; but the whole place may only be away.
    return systemCode(thrown) === 'ENOENT' && (await isThere(dirname(path)));
  }
}

const isThere = (path: string): Promise<boolean> =>
  lstat(path).then(
    () => true,
    () => false,
  );
