import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { releaseVersionSchema } from '../../../shared/updates.ts';
import type { DocumentStore } from '../vault/documents.ts';
import { readVersioned } from '../vault/schema.ts';
import { compareReleases } from './release.ts';

const DOCUMENT = 'versions';
const VERSION = 1;

const documentSchema = z.object({
  version: z.literal(VERSION),
  /** The one that ran last. */
  running: z.string(),
  /** The newest one that ran here or that a signed feed has offered. */
  newest: z.string(),
  /** The one that the app ended for, to have it installed. */
  installing: releaseVersionSchema.nullable(),
});
type Versions = Omit<z.infer<typeof documentSchema>, 'version'>;

/** What is new at this start. */
export type VersionChange =
  | { readonly kind: 'none' }
  | { readonly kind: 'updated'; readonly from: string }
  /** The app ended to have `version` installed, and that is not what runs. */
  | { readonly kind: 'not-installed'; readonly version: string };

const newerOf = (a: string, b: string): string => (compareReleases(a, b) < 0 ? b : a);

/**
 * Which versions have been here. Never throws: where nothing can be read or saved, which is told elsewhere, an old feed
 * is known as one only as long as the app runs. A damaged document is set aside without a notice, since nobody has
 * chosen anything in it.
 */
export class VersionMemory {
  readonly #documents: DocumentStore;
  /** Of a newer version of the app, which must find it as it was; or not to be read, and nobody knows what it says. */
  #isUntouchable = false;
  readonly #before: Versions | undefined;
  #now: Versions;

  /** `running`: the version of this app. */
  constructor(documents: DocumentStore, running: string) {
    this.#documents = documents;
    this.#before = this.#read();
    const newest = newerOf(running, this.#before?.newest ?? running);
    this.#now = { running, newest, installing: null };
  }

  get newest(): string {
    return this.#now.newest;
  }

  /** What is new since the last start, once; from now on it is known. */
  arrive(): VersionChange {
    const { running } = this.#now;
    this.#write(this.#now);
    const before = this.#before;
    if (!before) return { kind: 'none' };
    if (before.running !== running) return { kind: 'updated', from: before.running };
    return before.installing === null
      ? { kind: 'none' }
      : { kind: 'not-installed', version: before.installing };
  }

  offered(version: string): void {
    this.#write({ ...this.#now, newest: newerOf(version, this.newest) });
  }

  installing(version: string): void {
    this.#write({ ...this.#now, installing: version });
  }

  #read(): Versions | undefined {
    try {
      const stored = this.#documents.read(DOCUMENT);
      if (stored.kind === 'absent') return undefined;
      const read =
        stored.kind === 'document' ? readVersioned(stored.value, documentSchema, {}, VERSION) : stored;
      this.#isUntouchable = read.kind === 'newer-version';
      if (read.kind === 'damaged') this.#documents.setAside(DOCUMENT);
      if (read.kind !== 'current') return undefined;
      const { version: _version, ...versions } = read.value;
      return versions;
    } catch {
      // It may be whole, and only held by another program: the next start finds it.
      this.#isUntouchable = true;
      return undefined;
    }
  }

  #write(versions: Versions): void {
    this.#now = versions;
    if (this.#isUntouchable || isDeepStrictEqual(versions, this.#before)) return;
    try {
      this.#documents.write(DOCUMENT, { version: VERSION, ...versions });
    } catch {
      // As above.
    }
  }
}
