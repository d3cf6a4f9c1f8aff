import { z } from 'zod';
import { failure } from '../failure.ts';
import type { DocumentStore } from '../vault/documents.ts';
import type { StorageNotices } from '../vault/notices.ts';
import { ForeignFolder } from '../vault/own-files.ts';
import { readVersioned } from '../vault/schema.ts';
import { isPinHash } from './pin-hash.ts';
import type { Tries } from './try-counter.ts';

const DOCUMENT = 'manager-pin';
const VERSION = 1;

const documentSchema = z.object({
  version: z.literal(VERSION),
  pinHash: z.string().refine(isPinHash),
  tries: z.object({ failures: z.number().int().min(0), waitMs: z.number().min(0) }),
});

export type StoredPin =
  | { readonly kind: 'none' }
  | { readonly kind: 'pin'; readonly pinHash: string; readonly tries: Tries }
  /** There is a document, but not one that says what the PIN is. It counts as a PIN that nobody knows. */
  | { readonly kind: 'unreadable' };

/** Where the manager PIN and its wrong tries are kept. */
export interface PinStore {
  /** Never throws. */
  read(): StoredPin;
  /** Throws {@link Failure} `storage-failed`. */
  write(pinHash: string, tries: Tries): void;
  /** Throws {@link Failure} `storage-failed`. */
  remove(): void;
}

/**
 * The document of the manager PIN. One that is damaged is not set aside like others: at the next start it would be
 * gone, and so would be the PIN.
 */
export class PinDocument implements PinStore {
  readonly #documents: DocumentStore;
  readonly #notices: StorageNotices;
  readonly #name: string;

  constructor(documents: DocumentStore, notices: StorageNotices, name = DOCUMENT) {
    this.#documents = documents;
    this.#notices = notices;
    this.#name = name;
  }

  /** Never throws: what cannot be read is told by a notice. */
  read(): StoredPin {
    try {
      const stored = this.#documents.read(this.#name);
      if (stored.kind === 'absent') return { kind: 'none' };
      const read =
        stored.kind === 'document' ? readVersioned(stored.value, documentSchema, {}, VERSION) : stored;
      if (read.kind === 'current') return { kind: 'pin', ...read.value };
      this.#notices.add(read.kind, 'manager-pin', this.#name);
    } catch (thrown) {
      if (thrown instanceof ForeignFolder) this.#notices.add('foreign', 'manager-pin', thrown.folder);
      else this.#notices.add('unreadable', 'manager-pin', this.#name);
    }
    return { kind: 'unreadable' };
  }

  /** Throws {@link Failure} `storage-failed`. */
  write(pinHash: string, tries: Tries): void {
    this.#try(() => this.#documents.write(this.#name, { version: VERSION, pinHash, tries }));
  }

  /** Throws {@link Failure} `storage-failed`. */
  remove(): void {
    this.#try(() => this.#documents.remove(this.#name));
  }

  #try(work: () => void): void {
    try {
      work();
    } catch (thrown) {
      throw failure('storage-failed', thrown instanceof Error ? thrown.message : this.#name);
    }
  }
}
