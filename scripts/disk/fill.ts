/** A data folder with one of everything that the app stores. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { ManagedPin } from '../../electron/core/access/managed-pin.ts';
import { hashPin } from '../../electron/core/access/pin-hash.ts';
import { PinDocument } from '../../electron/core/access/stored-pin.ts';
import { BridgeStore } from '../../electron/core/bridge/bridge-store.ts';
import { Drafts } from '../../electron/core/export/drafts.ts';
import { History } from '../../electron/core/history/history.ts';
import { PolicyDocument } from '../../electron/core/policy/policy-document.ts';
import { SettingsStore } from '../../electron/core/settings/settings-store.ts';
import { DayFiles } from '../../electron/core/timeline/day-files.ts';
import { beatLine, startLine, stateLine, writeLine } from '../../electron/core/timeline/line.ts';
import { VersionMemory } from '../../electron/core/updates/version-memory.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { parsePin } from '../../shared/manager.ts';
import { type CertifiedKey, createCa } from '../../tests/simulator/pki.ts';
import { CORE_PARTS } from '../../tests/support/core.ts';
import { CHEAP_SCRYPT } from '../../tests/support/manager.ts';
import { addPairings } from '../../tests/support/many-pairings.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';
import { historyFolder, MANAGED_PIN_HASH, timelineFolder, vaultFolder } from './stored.ts';

const TRUSTED_AT = '2026-11-24T08:00:00.000Z';
/** Nobody listens there. */
const NO_PORT = 9;
/** The manager's. */
export const PIN = '48151623';
/** Of an export to a place that is not there, so that each start keeps its note for the next one. */
const AWAY = '/media/away-from-pos-disk/.kit.0123456789ab';

export interface Authorities {
  readonly root: CertifiedKey;
  readonly intermediate: CertifiedKey;
  /** Of another vendor. */
  readonly second: CertifiedKey;
}

export async function createAuthorities(): Promise<Authorities> {
  const root = await createCa({ commonName: 'Root', keyType: 'ec' });
  return {
    root,
    intermediate: await createCa({ commonName: 'Intermediate', issuer: root, keyType: 'ec' }),
    second: await createCa({ commonName: 'Second root', keyType: 'ec' }),
  };
}

/** The ids of its pairings, oldest first; the first one has a bridge, and new keys that wait for their proof. */
export async function fill(
  folder: string,
  { root, intermediate, second }: Authorities,
  { pairings = 3, withPin = true } = {},
): Promise<string[]> {
  const documents = electronStoreDocuments(vaultFolder(folder));
  const notices = new StorageNotices();
  const vault = new Vault(documents, new MemoryCipher(), notices);
  const rootCa = { root: root.certificate, intermediates: [intermediate.certificate] };
  vault.trustRootCa(rootCa, TRUSTED_AT);
  const added = await addPairings(vault, pairings, root, NO_PORT);
  const [first] = added;
  if (!first) throw new Error('no pairing');
  const [stored] = await vault.credentials(first.id);
  if (!stored?.credentials) throw new Error('no keys');
  await vault.storePending({ ...first, posId: 'POS-NEW' }, stored.credentials);
  new SettingsStore(documents, notices).update({ checkIntervalMinutes: 30, language: 'de' });
  new BridgeStore(documents, notices).save(first.id, {
    settings: { on: true, port: 45_678, origins: ['https://till.example'], messageLimitKib: 1024 },
    tokenSha256: 'ab'.repeat(32),
  });
  if (withPin) {
    const pin = parsePin(PIN);
    if (!pin.ok) throw new Error(pin.error.code);
    const pinHash = await hashPin(pin.value, CHEAP_SCRYPT);
    new PinDocument(documents, notices).write(pinHash, { failures: 1, waitMs: 0 });
  }
  const tries = new PinDocument(documents, notices, 'managed-pin');
  new ManagedPin(MANAGED_PIN_HASH, tries).write(MANAGED_PIN_HASH, { failures: 2, waitMs: 0 });
  const versions = new VersionMemory(documents, CORE_PARTS.software.version);
  versions.arrive();
  versions.offered('1.2.0');
  versions.installing('1.2.0');
  new Drafts(documents).note(AWAY);
  new PolicyDocument(documents).write({
    lastGood: {
      place: '/etc/pos-pairing/policy.json',
      policy: { defaultAddress: '10.0.0.5' },
      rootCas: [{ root: second.certificate, intermediates: [], trustedAt: TRUSTED_AT }],
    },
    told: null,
  });
  documents.write('window', { version: 1, x: 10, y: 20, width: 1024, height: 600, maximized: false });
  const history = new History({ directory: historyFolder(folder), now: Date.now });
  for (const { id, posId, name } of added)
    history.append({ kind: 'renamed', result: 'ok', pairingId: id, posId, from: '', to: name });
  const now = Date.now();
  new DayFiles(timelineFolder(folder)).append(
    now,
    [startLine(now), ...added.map(({ id }) => stateLine(now, id, 'answered')), beatLine(now)].map(writeLine),
  );
  return added.map(({ id }) => id);
}

/** Where a process that is killed finds what it needs. */
export function prepareWork(work: string, { second }: Authorities): { data: string; out: string } {
  const places = { data: join(work, 'data'), out: join(work, 'out') };
  mkdirSync(places.out, { recursive: true });
  writeFileSync(join(work, 'second.pem'), second.certificatePem);
  return places;
}
