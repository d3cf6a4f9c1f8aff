import { z } from 'zod';
import {
  type BridgeSettings,
  bridgeSettingsSchema,
  DEFAULT_BRIDGE_SETTINGS,
} from '../../../shared/bridge.ts';
import { failure } from '../failure.ts';
import type { DocumentStore } from '../vault/documents.ts';
import type { StorageNotices } from '../vault/notices.ts';
import { ForeignFolder } from '../vault/own-files.ts';
import { readVersioned } from '../vault/schema.ts';

const FOLDER = 'bridges';
const VERSION = 1;

const documentSchema = z.object({
  version: z.literal(VERSION),
  pairingId: z.uuid(),
  settings: bridgeSettingsSchema,
  /** SHA-256 of the token, lower-case hex. The token itself is kept nowhere. */
  tokenSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
});

export type BridgeConfig = Readonly<Pick<z.infer<typeof documentSchema>, 'settings' | 'tokenSha256'>>;

/** What a bridge begins with, where the organisation proposes something else than the app. */
export type ProposedBridge = Partial<Pick<BridgeSettings, 'port' | 'origins'>>;

/**
 * What was chosen for the bridge of each pairing, one document each. One that is damaged is set aside, and its bridge
 * is off; one that cannot be read, or was written by a newer version, is left alone. Both are told by a notice.
 */
export class BridgeStore {
  readonly #documents: DocumentStore;
  readonly #notices: StorageNotices;
  readonly #configs = new Map<string, BridgeConfig>();
  readonly #untouchable = new Set<string>();
  /** Of a pairing for which nothing was chosen yet. */
  readonly #unchosen: BridgeConfig;

  constructor(documents: DocumentStore, notices: StorageNotices, proposed: ProposedBridge = {}) {
    this.#unchosen = { settings: { ...DEFAULT_BRIDGE_SETTINGS, ...proposed }, tokenSha256: null };
    this.#documents = documents;
    this.#notices = notices;
    let names: string[] = [];
    try {
      names = documents.list(FOLDER);
    } catch (thrown) {
      this.#tell(thrown, FOLDER);
    }
    for (const name of names) this.#load(name);
  }

  get ids(): readonly string[] {
    return [...this.#configs.keys()];
  }

  get(pairingId: string): BridgeConfig {
    return this.#configs.get(pairingId) ?? this.#unchosen;
  }

  /** Throws Failure `storage-failed`, and changes nothing. */
  save(pairingId: string, config: BridgeConfig): void {
    const name = nameOf(pairingId);
    if (this.#untouchable.has(name))
      throw failure('storage-failed', `${name} cannot be read, or was written by a newer version`);
    try {
      this.#documents.write(name, { version: VERSION, pairingId, ...config });
    } catch (thrown) {
      throw storageFailed(thrown);
    }
    this.#configs.set(pairingId, config);
  }

  /** What cannot be erased belongs to no pairing any more, and opens nothing. */
  forget(pairingId: string): void {
    this.#configs.delete(pairingId);
    try {
      this.#documents.remove(nameOf(pairingId));
    } catch {
      // Somebody holds it, or the disk is read-only.
    }
  }

  #load(pairingId: string): void {
    const name = nameOf(pairingId);
    try {
      const stored = this.#documents.read(name);
      if (stored.kind === 'absent') return;
      const read =
        stored.kind === 'document' ? readVersioned(stored.value, documentSchema, {}, VERSION) : stored;
      if (read.kind === 'newer-version') {
        this.#untouchable.add(name);
        this.#notices.add('newer-version', 'bridge', name);
      } else if (read.kind === 'damaged' || read.value.pairingId !== pairingId)
        this.#notices.add('damaged', 'bridge', this.#documents.setAside(name));
      else {
        const { settings, tokenSha256 } = read.value;
        this.#configs.set(pairingId, { settings, tokenSha256 });
      }
    } catch (thrown) {
      this.#untouchable.add(name);
      this.#tell(thrown, name);
    }
  }

  #tell(thrown: unknown, name: string): void {
    if (thrown instanceof ForeignFolder) this.#notices.add('foreign', 'bridge', thrown.folder);
    else this.#notices.add('unreadable', 'bridge', name);
  }
}

const nameOf = (pairingId: string) => `${FOLDER}/${pairingId}`;

const storageFailed = (thrown: unknown) =>
  failure('storage-failed', thrown instanceof Error ? thrown.message : 'the bridge');
