import { randomUUID, X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { ManagerAccess } from '../../../electron/core/access/manager-access.ts';
import { PinDocument } from '../../../electron/core/access/stored-pin.ts';
import { BridgeStore } from '../../../electron/core/bridge/bridge-store.ts';
import { hashToken } from '../../../electron/core/bridge/token.ts';
import { History } from '../../../electron/core/history/history.ts';
import { summarize } from '../../../electron/core/pki/certificate.ts';
import { PolicyDocument } from '../../../electron/core/policy/policy-document.ts';
import { SettingsStore } from '../../../electron/core/settings/settings-store.ts';
import { parseLine } from '../../../electron/core/timeline/line.ts';
import { compareReleases } from '../../../electron/core/updates/release.ts';
import { VersionMemory } from '../../../electron/core/updates/version-memory.ts';
import { StorageNotices } from '../../../electron/core/vault/notices.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';
import { bridgeSettingsSchema } from '../../../shared/bridge.ts';
import { historyEntrySchema } from '../../../shared/history.ts';
import { type PairingRecord, pairingRecordSchema } from '../../../shared/pairing.ts';
import { settingsSchema } from '../../../shared/settings.ts';
import { CHEAP_SCRYPT } from '../../support/manager.ts';
import { MemoryCipher, MemoryDocuments } from '../../support/vault.ts';
import type { Material } from '../material.ts';
import { mutateJson } from '../mutate/json.ts';
import { mutateText } from '../mutate/text.ts';
import {
  anyText,
  codeOfError,
  codeOfThrown,
  Finding,
  mostly,
  must,
  mutated,
  type Target,
  target,
} from '../target.ts';

const ID = randomUUID();
const now = Date.now();
/** The version of this app. */
const RUNNING = '1.1.0';
const WORDS = [
  '"version":1',
  '"version":3',
  '"version":99999',
  'null',
  '{}',
  '[]',
  '"',
  '}',
  '-',
  '.5',
  'e9',
  '\\u0000',
  '2026-02-30T00:00:00.000Z',
];

/** Documents of which one has the given text. */
function documentsWith(name: string, text: string): MemoryDocuments {
  const documents = new MemoryDocuments();
  documents.files.set(name, text);
  return documents;
}

const opened = (name: string, text: string) => ({
  documents: documentsWith(name, text),
  notices: new StorageNotices(),
});

/** What was on the disk is there still: as it was, or under another name. */
function mustKeep({ files }: MemoryDocuments, name: string, text: string): void {
  must(
    files.get(name) === text || files.get(`${name}.damaged`) === text,
    'a stored document is left alone or set aside',
  );
}

/** How what was stored was taken. */
const taken = (documents: MemoryDocuments, notices: readonly { readonly kind: string }[]): string =>
  notices[0]?.kind ?? (documents.files.size === 0 ? 'gone' : 'read');

function makeRecord({ rootPem }: Material): PairingRecord {
  const certificate = summarize(new X509Certificate(rootPem));
  return {
    id: ID,
    posId: 'POS-1',
    name: 'Register 1',
    watchLive: false,
    address: { host: '192.168.178.67', port: 8443 },
    transport: 'wss',
    identity: { kind: 'serial', serial: '1850012345', name: '1850012345.cybs.seclib.io' },
    pairedAt: '2026-01-01T00:00:00.000Z',
    proved: true,
    protection: 'mtls',
    deviceCertificate: certificate,
    clientCertificate: certificate,
    clientIssuer: certificate,
    credentialNotes: [{ code: 'expired', date: '2026-01-01T00:00:00.000Z' }],
    trustAnchorFingerprint256: certificate.fingerprint256,
    lastCheck: {
      result: 'mtls',
      at: '2026-01-01T00:00:00.000Z',
      tlsVersion: 'TLSv1.3',
      cipher: 'TLS_AES_256_GCM_SHA384',
      roundTripMs: 4,
      depth: 'full',
    },
  };
}

async function pairingSeeds(material: Material, key: string): Promise<string[]> {
  const documents = new MemoryDocuments();
  const vault = new Vault(documents, new MemoryCipher());
  const credentials = {
    privateKeyPem: key,
    certificateChainPem: material.rootPem,
    issuerPem: material.rootPem,
  };
  const record = makeRecord(material);
  const name = `pairings/${ID}`;
  const text = () => documents.files.get(name) ?? '';
  await vault.storePending(record, credentials);
  const pending = text();
  vault.promote(ID, {});
  const active = text();
  await vault.storePending(
    { ...record, identity: { kind: 'address', host: 'a.b', publicKey256: null, certificate256: 'x' } },
    credentials,
  );
  const both = text();
  return [
    active,
    pending,
    both,
    active.replace('"version":2', '"version":1'),
    active.replace('"version":2', '"version":3'),
  ];
}

async function readPairing(text: string, secret: string): Promise<string> {
  const name = `pairings/${ID}`;
  const { documents, notices } = opened(name, text);
  const vault = new Vault(documents, new MemoryCipher(), notices);
  mustKeep(documents, name, text);
  if (vault.size === 0) return taken(documents, notices.all);
  for (const record of vault.pairings)
    must(pairingRecordSchema.safeParse(record).success, 'a pairing can be shown');
  for (const { error } of await vault.credentials(ID)) if (error) return codeOfError(error, [secret]);
  try {
    vault.updateRecord(ID, { name: 'Bar' });
    must(vault.find(ID)?.name === 'Bar', 'a name is kept');
    if (vault.pending(ID)) vault.promote(ID, {});
  } catch (thrown) {
    return codeOfThrown(thrown, [secret]);
  }
  must(new Vault(documents, new MemoryCipher()).find(ID)?.name === 'Bar', 'what was written is read again');
  return 'read';
}

const rootName = ({ rootPem }: Material) =>
  `root-cas/${new X509Certificate(rootPem).fingerprint256.replaceAll(':', '').toLowerCase()}`;

function rootCaSeeds(material: Material): string[] {
  const documents = new MemoryDocuments();
  const root = new X509Certificate(material.rootPem);
  const intermediates = [new X509Certificate(material.intermediatePem)];
  new Vault(documents, new MemoryCipher()).trustRootCa({ root, intermediates }, '2026-01-01T00:00:00.000Z');
  const text = documents.files.get(rootName(material)) ?? '';
  return [
    text,
    text.replace(/"fingerprint256":"[^"]*",/, '').replace('"version":2', '"version":1'),
    text.replace('"version":2', '"version":3'),
  ];
}

function readRootCa(text: string, name: string): string {
  const { documents, notices } = opened(name, text);
  const { rootCas } = new Vault(documents, new MemoryCipher(), notices);
  mustKeep(documents, name, text);
  for (const { root } of rootCas)
    must(
      name.endsWith(root.fingerprint256.replaceAll(':', '').toLowerCase()),
      'nobody is trusted but who was',
    );
  return rootCas.length > 0 ? 'read' : taken(documents, notices.all);
}

const SETTINGS =
  '{"version":1,"language":"de","followAddressChanges":false,"notifications":true,"tray":true,"checkIntervalMinutes":30}';
const BRIDGE = JSON.stringify({
  version: 1,
  pairingId: ID,
  settings: { on: true, port: 8765, origins: ['https://till.example'], messageLimitKib: 1024 },
  tokenSha256: hashToken('x'),
});

function readSettings(text: string): string {
  const { documents, notices } = opened('settings', text);
  const store = new SettingsStore(documents, notices);
  mustKeep(documents, 'settings', text);
  must(settingsSchema.safeParse(store.get()).success, 'settings are whole');
  try {
    const tray = !store.get().tray;
    must(store.update({ tray }).tray === tray, 'a setting can be changed');
  } catch (thrown) {
    return codeOfThrown(thrown);
  }
  return taken(documents, notices.all);
}

function readBridge(text: string): string {
  const name = `bridges/${ID}`;
  const { documents, notices } = opened(name, text);
  const store = new BridgeStore(documents, notices);
  mustKeep(documents, name, text);
  must(bridgeSettingsSchema.safeParse(store.get(ID).settings).success, 'settings of a bridge are whole');
  return taken(documents, notices.all);
}

/** A document of a PIN is never taken for "there is none". */
function readPin(text: string, pinHash: string): string {
  const { documents, notices } = opened('manager-pin', text);
  const document = new PinDocument(documents, notices);
  const stored = document.read();
  must(stored.kind !== 'none', 'a PIN does not vanish');
  must(documents.files.get('manager-pin') === text, 'the document of a PIN is left alone');
  const access = new ManagerAccess({
    document,
    scrypt: CHEAP_SCRYPT,
    now: Date.now,
    steadyNow: () => performance.now(),
    later: () => () => {},
    onState: () => {},
    onEvent: () => {},
  });
  must(access.state.state !== 'off' && access.state.state !== 'unlocked', 'nobody is let in without the PIN');
  try {
    access.authorize();
    throw new Finding('nobody is let in without the PIN');
  } catch (thrown) {
    codeOfThrown(thrown, [pinHash]);
  }
  return stored.kind;
}

function readPolicyMemory(text: string): string {
  const { lastGood } = new PolicyDocument(documentsWith('policy', text)).read();
  return lastGood ? 'read' : 'nothing';
}

function readVersions(text: string): string {
  const documents = documentsWith('versions', text);
  const memory = new VersionMemory(documents, RUNNING);
  must(compareReleases(memory.newest, RUNNING) >= 0, 'the version that runs is known');
  const change = memory.arrive();
  must(new VersionMemory(documents, RUNNING).arrive().kind === 'none', 'what is new is told once');
  return change.kind;
}

const DOCUMENT_KINDS = ['settings', 'bridge', 'pin', 'policy', 'versions'] as const;
type DocumentKind = (typeof DOCUMENT_KINDS)[number];

const ENTRIES = [
  '{"at":"2026-01-01T00:00:00.000Z","kind":"paired","result":"ok","pairingId":"6d2c1f4e-52b4-4f3c-9f3f-6d8d3a1b9a77","posId":"POS-1","serial":"1850012345"}',
  '{"at":"2026-01-01T00:00:00.000Z","kind":"status","result":"ok","from":"ok","to":"unreachable"}',
  '{"at":"2026-01-01T00:00:00.000Z","kind":"of-a-later-version","result":"ok"}',
];
const LINES = [
  '{"k":"start","t":1767225600000}',
  '{"k":"state","t":1767225600000,"p":"6d2c1f4e-52b4-4f3c-9f3f-6d8d3a1b9a77","s":"connected"}',
  '{"k":"trips","t":1767225600000,"p":"6d2c1f4e-52b4-4f3c-9f3f-6d8d3a1b9a77","mean":12.5,"slowest":40,"n":4}',
];

function historyReader(): { readonly read: (text: string) => string; readonly close: () => Promise<void> } {
  const folder = mkdtempSync(join(tmpdir(), 'pos-fuzz-history-'));
  const file = join(folder, 'history-00000001.jsonl');
  return {
    read: (text) => {
      for (const line of text.split('\n')) parseLine(line);
      writeFileSync(file, text);
      const notices = new StorageNotices();
      const history = new History({ directory: folder, now: () => now, notices });
      const { entries, total } = history.read({ filter: { text: 'pos' }, offset: 0, limit: 50 });
      must(total >= entries.length, 'a page is a part of the whole');
      for (const entry of history.all())
        must(historyEntrySchema.safeParse(entry).success, 'an entry can be shown');
      const before = history.all().length;
      history.append({ kind: 'removed', result: 'ok', note: text });
      if (history.problem) return codeOfError(history.problem);
      const after = new History({ directory: folder, now: () => now }).all();
      must(
        after.length === before + 1 && after[0]?.kind === 'removed',
        'a new entry is read whatever is before it',
      );
      return history.damagedLines > 0 ? 'some lines left out' : 'read';
    },
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

export async function storedTargets(material: Material): Promise<Target[]> {
  const key = 'MIIEvgIBADANBgkqhkiG9w0BAQEFAASCBKgwggSkAgEAAoIBAQC7VJTUt9Us8cKj';
  const pairings = await pairingSeeds(material, key);
  const rootCas = rootCaSeeds(material);
  const place = rootName(material);
  const others: Record<DocumentKind, string> = {
    settings: SETTINGS,
    bridge: BRIDGE,
    pin: JSON.stringify({ version: 1, pinHash: material.pinHash, tries: { failures: 2, waitMs: 0 } }),
    policy: JSON.stringify({
      version: 1,
      lastGood: {
        place: '/etc/x',
        policy: { tray: true, rootCas: [material.rootPem] },
        rootCas: [JSON.parse(rootCas[0] ?? '')],
      },
      told: null,
    }),
    versions: JSON.stringify({ version: 1, running: '1.0.0', newest: '1.2.0', installing: RUNNING }),
  };
  const readers: Record<DocumentKind, (text: string) => string> = {
    settings: readSettings,
    bridge: readBridge,
    pin: (text) => readPin(text, material.pinHash),
    policy: readPolicyMemory,
    versions: readVersions,
  };
  const lines = historyReader();
  const mutateStored = (text: string, choices: Parameters<typeof mutateJson>[1]) =>
    mutateJson(text, choices, WORDS);
  const good = `${ENTRIES.slice(0, 2).join('\n')}\n`;
  const log = [good, good, ...ENTRIES, ...LINES, `${ENTRIES.join('\n')}\n`, `${LINES.join('\n')}\n{"k":`];
  return [
    target({
      name: 'stored-pairing',
      about: 'Documents of pairings on the disk, of both versions',
      share: 25,
      reaches: ['read', 'damaged', 'newer-version'],
      inputs: mostly(mutated(pairings, mutateStored), anyText),
      run: (text) => readPairing(text, key),
    }),
    target({
      name: 'stored-root-ca',
      about: 'Documents of trusted Root CAs on the disk',
      share: 15,
      reaches: ['read', 'damaged', 'newer-version'],
      inputs: mostly(mutated(rootCas, mutateStored), anyText),
      run: (text) => readRootCa(text, place),
    }),
    target({
      name: 'stored-documents',
      about: 'Settings, bridge, manager PIN, last policy and versions on the disk',
      share: 30,
      reaches: [
        'settings: read',
        'settings: damaged',
        'bridge: read',
        'bridge: damaged',
        'pin: pin',
        'pin: unreadable',
        'policy: read',
        'policy: nothing',
        'versions: none',
        'versions: updated',
      ],
      inputs: fc.constantFrom(...DOCUMENT_KINDS).chain((kind) =>
        fc.record({
          kind: fc.constant(kind),
          text: mostly(mutated([others[kind]], mutateStored), anyText, 9),
        }),
      ),
      run: ({ kind, text }) => `${kind}: ${readers[kind](text)}`,
    }),
    target({
      name: 'stored-lines',
      about: 'Lines of the history and the timeline on the disk',
      share: 5,
      reaches: ['read', 'some lines left out'],
      inputs: mostly(
        mutated(log, (text, choices) =>
          choices.below(2) === 0 ? mutateText(text, choices, log) : mutateJson(text, choices, WORDS),
        ),
        anyText,
        9,
      ),
      run: lines.read,
      close: lines.close,
    }),
  ];
}
