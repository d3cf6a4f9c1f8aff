import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import {
  DEFAULT_SETTINGS,
  patched,
  type Settings,
  type SettingsPatch,
  settingsSchema,
} from '../../../shared/settings.ts';
import { failure } from '../failure.ts';
import type { DocumentStore } from '../vault/documents.ts';
import { StorageNotices } from '../vault/notices.ts';
import { ForeignFolder } from '../vault/own-files.ts';
import { readVersioned } from '../vault/schema.ts';

const DOCUMENT = 'settings';
const VERSION = 1;
/** A setting that did not exist yet when the document was written has its default. */
const documentSchema = z.preprocess(
  (stored) => (typeof stored === 'object' ? { ...DEFAULT_SETTINGS, ...stored } : stored),
  settingsSchema,
);

/**
 * What the user chose, kept in one document. One that is damaged is set aside for the defaults; one that cannot be
 * read, or was written by a newer version of the app, is left alone and never overwritten.
 */
export class SettingsStore {
  readonly #documents: DocumentStore;
  readonly #notices: StorageNotices;
  readonly #listeners = new Set<() => void>();
  /** Why the stored document must stay as it is. */
  #untouchable: string | null = null;
  #settings: Settings;

  constructor(documents: DocumentStore, notices = new StorageNotices()) {
    this.#documents = documents;
    this.#notices = notices;
    this.#settings = this.#load() ?? DEFAULT_SETTINGS;
  }

  get(): Settings {
    return this.#settings;
  }

  /** Throws Failure `storage-failed`, and changes nothing, when it cannot be saved. */
  update(patch: SettingsPatch): Settings {
    const before = this.#settings;
    const now = patched(before, patch);
    if (isDeepStrictEqual(now, before)) return before;
    if (this.#untouchable !== null) throw failure('storage-failed', this.#untouchable);
    try {
      this.#documents.write(DOCUMENT, { version: VERSION, ...now });
    } catch (thrown) {
      throw failure('storage-failed', thrown instanceof Error ? thrown.message : 'settings');
    }
    this.#settings = now;
    for (const listener of this.#listeners) listener();
    return now;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #load(): Settings | null {
    try {
      const stored = this.#documents.read(DOCUMENT);
      if (stored.kind === 'absent') return null;
      const read =
        stored.kind === 'document' ? readVersioned(stored.value, documentSchema, {}, VERSION) : stored;
      if (read.kind === 'current') return read.value;
      if (read.kind === 'newer-version') {
        this.#untouchable = 'the settings were written by a newer version';
        this.#notices.add('newer-version', 'settings', DOCUMENT);
      } else this.#notices.add('damaged', 'settings', this.#documents.setAside(DOCUMENT));
    } catch (thrown) {
      this.#untouchable = thrown instanceof Error ? thrown.message : 'the settings cannot be read';
      if (thrown instanceof ForeignFolder) this.#notices.add('foreign', 'settings', thrown.folder);
      else this.#notices.add('unreadable', 'settings', DOCUMENT);
    }
    return null;
  }
}
