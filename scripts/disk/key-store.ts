/** The key store of the system: not there, locked, or with another key. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { withChecksum } from '../../electron/core/vault/checksum.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { MemoryCipher } from '../../tests/support/vault.ts';
import { type Row, Tally } from '../long-tests/result.ts';
import { type Authorities, fill } from './fill.ts';
import { openCore, vaultFolder } from './stored.ts';

interface Case {
  readonly what: string;
  /** What happens to the key store, or to the first pairing, between two starts; returns what is put back. */
  readonly happen: (cipher: MemoryCipher, file: string) => void;
  readonly undo: (cipher: MemoryCipher) => void;
  /** Of the first pairing, and of the others. */
  readonly codes: readonly [string, string];
  /** Whether nothing can be stored meanwhile, and what says so. */
  readonly storage: string | null;
  readonly outcome: string;
}

const reseal = (file: string, change: (sealed: string) => string) => {
  const { checksum: _, ...document } = JSON.parse(readFileSync(file, 'utf8'));
  for (const part of ['active', 'pending'])
    if (document[part]) document[part].sealed = change(document[part].sealed);
  writeFileSync(file, JSON.stringify(withChecksum(document)));
};

const CASES: readonly Case[] = [
  {
    what: 'lost: there is none',
    happen: (cipher) => {
      cipher.available = false;
    },
    undo: (cipher) => {
      cipher.available = true;
    },
    codes: ['storage-unavailable', 'storage-unavailable'],
    storage: 'storage-unavailable',
    outcome: 'told, nothing touched, back afterwards',
  },
  {
    what: 'locked',
    happen: (cipher) => {
      cipher.locked = true;
    },
    undo: (cipher) => {
      cipher.locked = false;
    },
    codes: ['storage-locked', 'storage-locked'],
    storage: null,
    outcome: 'told, nothing touched, back afterwards',
  },
  {
    what: 'changed: another key',
    happen: (cipher) => {
      cipher.key = 0x33;
    },
    undo: (cipher) => {
      cipher.key = 0x5a;
    },
    codes: ['storage-undecryptable', 'storage-undecryptable'],
    storage: null,
    outcome: 'told, nothing touched, back afterwards',
  },
  {
    what: 'changed for one pairing, as one that was copied from another computer',
    happen: (_cipher, file) =>
      reseal(file, (sealed) => Buffer.from(sealed, 'base64').reverse().toString('base64')),
    undo: () => {},
    codes: ['storage-undecryptable', 'readable'],
    storage: null,
    outcome: 'told for that one, the others work',
  },
];

/** What a check comes to: an error of the storage, or one of the network, which takes readable keys. */
async function checkOf(core: ReturnType<typeof openCore>, id: string): Promise<string> {
  try {
    const { lastCheck } = await core.monitor.check(id);
    if (lastCheck?.result !== 'failed') return `checked: ${lastCheck?.result}`;
    const { code } = lastCheck.error;
    return code.startsWith('storage-') ? code : 'readable';
  } catch (thrown) {
    return toAppError(thrown).code;
  }
}

export async function keyStores(place: string, authorities: Authorities): Promise<Row[]> {
  const rows: Row[] = [];
  for (const [index, { what, happen, undo, codes, storage, outcome }] of CASES.entries()) {
    const tally = new Tally();
    const folder = join(place, `keys-${index}`);
    mkdirSync(folder);
    const ids = await fill(folder, authorities, { withPin: false });
    const cipher = new MemoryCipher();
    const fileOf = (id: string) => join(vaultFolder(folder), 'pairings', `${id}.json`);
    const sealedOf = (id: string) =>
      JSON.stringify(JSON.parse(readFileSync(fileOf(id), 'utf8')), ['active', 'pending', 'sealed']);
    happen(cipher, fileOf(ids[0] ?? ''));
    const sealed = ids.map(sealedOf);
    const core = openCore(folder, cipher);
    const started = core.vault.pairings.length === ids.length && core.vault.notices.length === 0;
    tally.judge(started ? [] : ['not all pairings are shown'], outcome, 'start');
    const problem = (await core.vault.storageProblem())?.code ?? null;
    tally.judge(problem === storage ? [] : [`told ${problem}`], outcome, 'storage');
    for (const [number, id] of ids.entries()) {
      const code = await checkOf(core, id);
      const wanted = codes[number === 0 ? 0 : 1];
      const wrong = code === wanted ? [] : [`${code}, not ${wanted}`];
      if (sealedOf(id) !== sealed[number]) wrong.push('its keys were touched');
      tally.judge(wrong, outcome, `pairing ${number + 1}`);
    }
    await core.close();
    // Paired anew under the key store as it is now, where that takes keys; the others stay as they are.
    const vault = new Vault(electronStoreDocuments(vaultFolder(folder)), cipher);
    const [first = '', ...others] = ids;
    const record = vault.find(first);
    if (storage === null && !cipher.locked && record) {
      const { privateKeyPem, certificatePem } = authorities.second;
      const keys = { privateKeyPem, certificateChainPem: certificatePem, issuerPem: certificatePem };
      await vault.storePending(record, keys);
      vault.promote(first, {});
      const [own] = await vault.credentials(first);
      const wrong = own?.credentials?.privateKeyPem === privateKeyPem ? [] : ['it cannot be paired anew'];
      if (others.some((id, at) => sealedOf(id) !== sealed[at + 1])) wrong.push('another one was touched');
      tally.judge(wrong, outcome, 'paired anew');
    }
    undo(cipher);
    for (const [number, id] of others.entries()) {
      const [own] = await vault.credentials(id);
      const wrong = own?.credentials ? [] : ['not back afterwards'];
      tally.judge(wrong, outcome, `pairing ${number + 2} afterwards`);
    }
    rows.push(tally.row('key store', `Key store ${what}`));
  }
  return rows;
}
