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
const documentSchema = z.object({ version: z.literal(VERSION), ...settingsSchema.partial().shape });

/** What an organisation decides about settings. */
export interface ManagedSettings {
  /** In the place of the defaults. */
  readonly values: SettingsPatch;
  /** What users cannot change: it is as above, or as by default, whatever they chose before. */
  readonly locked: readonly (keyof Settings)[];
}

const UNMANAGED: ManagedSettings = { values: {}, locked: [] };

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
  readonly #managed: ManagedSettings;
  #chosen: SettingsPatch;
  #settings: Settings;

  constructor(documents: DocumentStore, notices = new StorageNotices(), managed = UNMANAGED) {
    this.#documents = documents;
    this.#notices = notices;
    this.#managed = managed;
    this.#chosen = this.#load() ?? {};
    this.#settings = this.#inForce(this.#chosen);
  }

  get(): Settings {
    return this.#settings;
  }

  /** Throws Failure `managed-setting` when the patch changes what the organisation has locked. */
  requireOpen(patch: SettingsPatch): void {
    const locked = this.#managed.locked.filter(
      (name) => patch[name] !== undefined && patch[name] !== this.#settings[name],
    );
    if (locked.length > 0) throw failure('managed-setting', locked.join(', '));
  }

  /** Throws Failure `managed-setting`, or `storage-failed` when it cannot be saved, and then changes nothing. */
  update(patch: SettingsPatch): Settings {
    this.requireOpen(patch);
    const before = this.#settings;
    const now = settingsSchema.parse(patched(before, patch));
    if (isDeepStrictEqual(now, before)) return before;
    if (this.#untouchable !== null) throw failure('storage-failed', this.#untouchable);
    const chosen = { ...this.#chosen, ...changesFrom(before, now) };
    try {
      this.#documents.write(DOCUMENT, { version: VERSION, ...chosen });
    } catch (thrown) {
      throw failure('storage-failed', thrown instanceof Error ? thrown.message : 'settings');
    }
    this.#chosen = chosen;
    this.#settings = now;
    for (const listener of this.#listeners) listener();
    return now;
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /** What is locked comes before what was chosen, that before what the organisation or else the app proposes. */
  #inForce(chosen: SettingsPatch): Settings {
    const { values, locked } = this.#managed;
    const proposed = patched(DEFAULT_SETTINGS, values);
    const fixed = Object.fromEntries(locked.map((name) => [name, proposed[name]]));
    return patched(patched(proposed, chosen), fixed);
  }

  #load(): SettingsPatch | null {
    try {
      const stored = this.#documents.read(DOCUMENT);
      if (stored.kind === 'absent') return null;
      const read =
        stored.kind === 'document' ? readVersioned(stored.value, documentSchema, {}, VERSION) : stored;
      if (read.kind === 'current') {
        const { version: _version, ...chosen } = read.value;
        return chosen;
      }
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

const changesFrom = (before: Settings, now: Settings): SettingsPatch =>
  Object.fromEntries(Object.entries(now).filter(([name, value]) => before[name as keyof Settings] !== value));
