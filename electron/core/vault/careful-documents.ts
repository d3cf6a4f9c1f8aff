import type { z } from 'zod';
import type { DocumentNotice } from '../../../shared/pairing.ts';
import { type Failure, failure } from '../failure.ts';
import type { DocumentStore, StoredDocument } from './documents.ts';
import type { StorageNotices } from './notices.ts';
import { ForeignFolder } from './own-files.ts';
import { readVersioned } from './schema.ts';

export const storageFailed = (thrown: unknown): Failure =>
  failure('storage-failed', thrown instanceof Error ? thrown.message : String(thrown));

/**
 * Documents of which one that is damaged harms no other: it is set aside and told. One that cannot be read, or only by
 * a newer version of the app, is left exactly as it is.
 */
export class CarefulDocuments {
  readonly #documents: DocumentStore;
  readonly #notices: StorageNotices;
  readonly #untouchable = new Set<string>();

  constructor(documents: DocumentStore, notices: StorageNotices) {
    this.#documents = documents;
    this.#notices = notices;
  }

  /** The names in a folder; none when that cannot be told, which is told. */
  list(folder: string, what: DocumentNotice['what']): string[] {
    try {
      return this.#documents.list(folder);
    } catch (thrown) {
      this.#tell(thrown, what, folder);
      return [];
    }
  }

  /** undefined: absent, set aside, or left alone. */
  load<T>(name: string, what: DocumentNotice['what'], schema: z.ZodType<T>): T | undefined {
    let stored: StoredDocument;
    try {
      stored = this.#documents.read(name);
    } catch (thrown) {
      // A broken sector, or a program that holds the file: the others must not suffer for it.
      this.#untouchable.add(name);
      this.#tell(thrown, what, name);
      return undefined;
    }
    if (stored.kind === 'absent') return undefined;
    const read = stored.kind === 'document' ? readVersioned(stored.value, schema) : stored;
    if (read.kind === 'current') return read.value;
    if (read.kind === 'newer-version') {
      this.#untouchable.add(name);
      this.#notices.add('newer-version', what, name);
    } else this.setAside(name, what);
    return undefined;
  }

  /** Keeps a damaged document from being overwritten, and tells. */
  setAside(name: string, what: DocumentNotice['what']): void {
    try {
      this.#notices.add('damaged', what, this.#documents.setAside(name));
    } catch (thrown) {
      this.#untouchable.add(name);
      this.#tell(thrown, what, name);
    }
  }

  /** Throws {@link Failure} `storage-failed`. */
  write(name: string, document: Record<string, unknown>): void {
    if (this.#untouchable.has(name))
      throw failure('storage-failed', `${name} cannot be read, or was written by a newer version`);
    try {
      this.#documents.write(name, document);
    } catch (thrown) {
      throw storageFailed(thrown);
    }
  }

  /** Throws {@link Failure} `storage-failed`. */
  remove(name: string): void {
    try {
      this.#documents.remove(name);
    } catch (thrown) {
      throw storageFailed(thrown);
    }
  }

  /** Tells what was left where it is because it could not be read or renamed. */
  #tell(thrown: unknown, what: DocumentNotice['what'], name: string): void {
    if (thrown instanceof ForeignFolder) this.#notices.add('foreign', what, thrown.folder);
    else this.#notices.add('unreadable', what, name);
  }
}
