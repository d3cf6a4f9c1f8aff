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

const DOCUMENT = 'settings';
const VERSION = 1;
const envelopeSchema = z.looseObject({ version: z.literal(VERSION) });

/** A setting that did not exist yet when the document was written has its default. */
function parseDocument(value: unknown): Settings | null {
  const envelope = envelopeSchema.safeParse(value);
  if (!envelope.success) return null;
  return settingsSchema.safeParse({ ...DEFAULT_SETTINGS, ...envelope.data }).data ?? null;
}

/** What the user chose, kept in one document. One that cannot be understood is set aside for the defaults. */
export class SettingsStore {
  readonly #documents: DocumentStore;
  readonly #listeners = new Set<() => void>();
  #settings: Settings;

  constructor(documents: DocumentStore) {
    this.#documents = documents;
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
      const settings = stored.kind === 'document' ? parseDocument(stored.value) : null;
      if (!settings) this.#documents.setAside(DOCUMENT);
      return settings;
    } catch {
      // The app works with the defaults; saving a change will say what is wrong with the disk.
      return null;
    }
  }
}
