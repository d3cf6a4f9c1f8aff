/** What the app has stored in a data folder, read by its own code as at its start. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { ManagedPin } from '../../electron/core/access/managed-pin.ts';
import { PinDocument } from '../../electron/core/access/stored-pin.ts';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { createCore } from '../../electron/core/core.ts';
import { Drafts } from '../../electron/core/export/drafts.ts';
import { PolicyDocument } from '../../electron/core/policy/policy-document.ts';
import { DayFiles } from '../../electron/core/timeline/day-files.ts';
import { parseLine } from '../../electron/core/timeline/line.ts';
import { VersionMemory } from '../../electron/core/updates/version-memory.ts';
import type { DocumentStore, StoredDocument } from '../../electron/core/vault/documents.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { readWindowState } from '../../electron/window/window-state.ts';
import type { StorageNotice } from '../../shared/pairing.ts';
import { CORE_PARTS } from '../../tests/support/core.ts';
import { CHEAP_SCRYPT } from '../../tests/support/manager.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';

/** What is stored, by the name of its document, in a form that can be compared. */
export type Stored = ReadonlyMap<string, string>;

export const vaultFolder = (folder: string) => join(folder, 'vault');
export const historyFolder = (folder: string) => join(folder, 'history');
export const timelineFolder = (folder: string) => join(historyFolder(folder), 'timeline');

/** Of a PIN that nobody knows, set by the organisation. */
export const MANAGED_PIN_HASH = `$scrypt$ln=4,r=8,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

/**
 * The core over a data folder, as the app puts it together; nothing runs before `start()`. `managesPin`: under a policy
 * that sets the manager PIN.
 */
export const openCore = (folder: string, cipher = new MemoryCipher(), managesPin = false) =>
  createCore({
    ...CORE_PARTS,
    documents: electronStoreDocuments(vaultFolder(folder)),
    historyFolder: historyFolder(folder),
    cipher,
    scrypt: CHEAP_SCRYPT,
    readPolicy: () =>
      managesPin
        ? { kind: 'found', place: 'a test', policy: { managerPinHash: MANAGED_PIN_HASH } }
        : { kind: 'absent' },
    tell: () => {},
  });

/** A pairing with all that belongs to it, its keys included. */
export async function pairingOf(vault: Vault, id: string): Promise<string> {
  const record = vault.find(id);
  if (!record) return 'none';
  return JSON.stringify([record, vault.pending(id) ?? null, await vault.credentials(id)]);
}

/** The same without opening its keys. */
function sealedPairingOf(read: StoredDocument): string {
  if (read.kind !== 'document') return read.kind;
  // What else is in it, nobody reads.
  const { active, pending } = sealedSchema.parse(read.value);
  return JSON.stringify([active, pending]);
}

/** What the class says only by noting it anew; null where it found nothing. */
function draftsIn(documents: DocumentStore): string {
  let found: unknown = null;
  const write: DocumentStore['write'] = (_name, { paths }) => {
    found = paths;
  };
  new Drafts({ ...documents, write, remove: () => {} }).forget('');
  return JSON.stringify(found);
}

/** What the next start says of the versions before, which then writes nothing. */
function versionsIn(documents: DocumentStore): string {
  const memory = new VersionMemory({ ...documents, write: () => {} }, CORE_PARTS.software.version);
  return JSON.stringify([memory.newest, memory.arrive()]);
}

/** What is said of the versions where nothing is known of those before. */
export const NO_VERSIONS = JSON.stringify([CORE_PARTS.software.version, { kind: 'none' }]);

const sealedSchema = z.object({ active: z.unknown(), pending: z.unknown() });

export interface Start {
  readonly stored: Stored;
  readonly notices: readonly StorageNotice[];
  readonly core: ReturnType<typeof openCore>;
}

/**
 * Starts the app over a data folder, and looks at everything in it. `opensKeys`: else they are compared as they are
 * sealed; `managesPin` as for {@link openCore}.
 */
export async function startOver(
  folder: string,
  { opensKeys = true, managesPin = false } = {},
): Promise<Start> {
  const cipher = new MemoryCipher();
  const core = openCore(folder, cipher, managesPin);
  await core.cleared;
  const stored = new Map<string, string>();
  const documents = electronStoreDocuments(vaultFolder(folder));
  // A second look, at what the core gives to nobody: what was spoiled has been set aside by now.
  const ignored = new StorageNotices();
  const vault = opensKeys ? new Vault(documents, cipher, ignored) : undefined;
  for (const { id } of core.vault.pairings) {
    const name = `pairings/${id}`;
    stored.set(name, vault ? await pairingOf(vault, id) : sealedPairingOf(documents.read(name)));
  }
  for (const { root, intermediates, trustedAt } of core.vault.rootCas)
    stored.set(
      `root-cas/${root.fingerprint256.replaceAll(':', '').toLowerCase()}`,
      [trustedAt, ...intermediates.map(({ fingerprint256 }) => fingerprint256)].join(),
    );
  stored.set('settings', JSON.stringify(core.settings.get()));
  const bridges = new BridgeStore(documents, ignored);
  for (const id of bridges.ids) stored.set(`bridges/${id}`, JSON.stringify(bridges.get(id)));
  stored.set('manager-pin', JSON.stringify(new PinDocument(documents, ignored).read()));
  const tries = new PinDocument(documents, ignored, 'managed-pin');
  stored.set('managed-pin', JSON.stringify(new ManagedPin(MANAGED_PIN_HASH, tries).read()));
  stored.set('versions', versionsIn(documents));
  stored.set('drafts', draftsIn(documents));
  const { lastGood } = new PolicyDocument(documents).read();
  stored.set(
    'policy',
    JSON.stringify(lastGood && [lastGood.policy, lastGood.rootCas.map(({ root }) => root.fingerprint256)]),
  );
  stored.set('window', JSON.stringify(readWindowState(documents)));
  stored.set(
    'history',
    core.history
      .all()
      .map((entry) => JSON.stringify(entry))
      .reverse()
      .join('\n'),
  );
  const lines = await new DayFiles(timelineFolder(folder)).read(Date.now(), () => true);
  stored.set(
    'timeline',
    lines
      .flatMap((line) => JSON.stringify(parseLine(line)) ?? [])
      .filter((line) => line !== 'null')
      .join('\n'),
  );
  return { stored, notices: core.vault.notices, core };
}

/** The documents that say something else, with what they said before. */
export const differences = (before: Stored, after: Stored): string[] =>
  [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));

export type Files = ReadonlyMap<string, Buffer>;

/** All files of a folder with their content, by their paths within it. */
export const filesIn = (folder: string): Files =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name))]),
  );

/** Puts a folder back to how it was. */
export function putBack(folder: string, files: Files): void {
  for (const [name, now] of filesIn(folder)) {
    const before = files.get(name);
    if (!before) rmSync(join(folder, name));
    else if (!before.equals(now)) writeFileSync(join(folder, name), before);
  }
  for (const [name, bytes] of files) {
    if (statSync(join(folder, name), { throwIfNoEntry: false })) continue;
    writeFileSync(join(folder, name), bytes, { mode: 0o600 });
  }
}

const OWN_FILES = [
  /^vault\/(settings|manager-pin|managed-pin|policy|window|versions|drafts|trust-anchor)\.json$/,
  /^vault\/(pairings|bridges)\/[0-9a-f-]{36}\.json$/,
  /^vault\/root-cas\/[0-9a-f]{64}\.json$/,
  /^history\/history-\d{8}\.jsonl$/,
  /^history\/timeline\/day-\d{8}\.jsonl$/,
];

/** Whatever a data folder holds that the app does not keep there, such as the rest of a write. */
export const leftoversIn = (folder: string): string[] =>
  [...filesIn(folder).keys()].filter((name) => !OWN_FILES.some((own) => own.test(name)));

export const sha256 = (bytes: Uint8Array | string): string =>
  createHash('sha256').update(bytes).digest('hex').slice(0, 16);
