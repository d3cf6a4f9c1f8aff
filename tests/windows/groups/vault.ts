import assert from 'node:assert/strict';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { electronStoreDocuments } from '../../../electron/adapters/electron-store-documents.ts';
import { SettingsStore } from '../../../electron/core/settings/settings-store.ts';
import { StorageNotices } from '../../../electron/core/vault/notices.ts';
import { Vault } from '../../../electron/core/vault/vault.ts';
import { createCa } from '../../simulator/pki.ts';
import { codeOf } from '../../support/failure-code.ts';
import { addPairings } from '../../support/many-pairings.ts';
import { MemoryCipher } from '../../support/vault.ts';
import { group, type Surroundings } from '../case.ts';
import { holdFile, scanFolder } from '../held-files.ts';
import { ended, startProgram } from '../own-process.ts';

const TRUSTED_AT = '2026-11-24T08:00:00.000Z';
const root = await createCa({ commonName: 'Root', keyType: 'ec' });

/** What the app opens at its start. */
function open(directory: string) {
  const notices = new StorageNotices();
  const documents = electronStoreDocuments(directory);
  const vault = new Vault(documents, new MemoryCipher(), notices);
  const settings = new SettingsStore(documents, notices);
  return { documents, vault, settings, told: () => notices.all.map(({ what, kind }) => `${what} ${kind}`) };
}

/** A Root CA, a pairing and a setting, stored in `directory`; with the file of the pairing. */
async function fill(directory: string) {
  const opened = open(directory);
  opened.vault.trustRootCa({ root: root.certificate, intermediates: [] }, TRUSTED_AT);
  const [pairing] = await addPairings(opened.vault, 1, root, 9);
  assert.ok(pairing);
  opened.settings.update({ tray: true });
  return { ...opened, id: pairing.id, file: join(directory, 'pairings', `${pairing.id}.json`) };
}

async function keepsAll(directory: string): Promise<void> {
  const { id } = await fill(directory);
  open(directory).vault.updateRecord(id, { name: 'Bar' });
  const { vault, settings, told } = open(directory);
  assert.deepEqual(
    vault.pairings.map(({ name, proved }) => [name, proved]),
    [['Bar', true]],
  );
  assert.equal((await vault.credentials(id))[0]?.credentials?.privateKeyPem, root.privateKeyPem);
  assert.equal(vault.rootCas[0]?.root.fingerprint256, root.certificate.fingerprint256);
  assert.equal(settings.get().tray, true);
  assert.deepEqual(told(), []);
  assert.deepEqual(readdirSync(directory).sort(), ['pairings', 'root-cas', 'settings.json']);
  assert.deepEqual(readdirSync(join(directory, 'pairings')), [`${id}.json`]);
  vault.remove(id);
  assert.deepEqual(readdirSync(join(directory, 'pairings')), []);
}

const vaultIn =
  (...path: string[]) =>
  ({ folder }: Surroundings) =>
    keepsAll(join(folder, ...path));

/** Of the repeated text in a document: many blocks of a disk. */
const LENGTH = 20_000;
const SCANNED = 16;

export default group('vault', {
  'keeps everything over a restart and leaves nothing beside it': vaultIn('vault'),
  'in a path longer than 260 characters': vaultIn(
    ...Array.from({ length: 12 }, (_, index) => `${index}-${'x'.repeat(28)}`),
  ),
  'in a path with letters of many languages': vaultIn(
    'Größe & Kasse',
    'レジ１号',
    'Касса',
    'é (e\u0301)',
    '💳 100%',
  ),
  'finds its documents under another letter case': async ({ folder }) => {
    const { id } = await fill(join(folder, 'Vault'));
    assert.deepEqual(
      open(join(folder, 'VAULT')).vault.pairings.map((pairing) => pairing.id),
      [id],
    );
  },
  'replaces a document as soon as another program lets go of it': async ({ folder }) => {
    const { vault, id, file } = await fill(folder);
    await holdFile(file, 400);
    vault.updateRecord(id, { name: 'Bar' });
    assert.equal(open(folder).vault.find(id)?.name, 'Bar');
    assert.deepEqual(readdirSync(join(folder, 'pairings')), [`${id}.json`]);
  },
  'reads a document as soon as another program lets go of it': async ({ folder }) => {
    const { id, file } = await fill(folder);
    await holdFile(file, 400);
    const { vault, told } = open(folder);
    assert.ok(vault.find(id));
    assert.deepEqual(told(), []);
  },
  'removes a pairing as soon as another program lets go of it': async ({ folder }) => {
    const { vault, id, file } = await fill(folder);
    await holdFile(file, 400);
    vault.remove(id);
    assert.equal(existsSync(file), false);
  },
  'keeps the old document, and says so, when the new one cannot take its place': {
    alone: true,
    run: async ({ folder }) => {
      const { vault, id, file } = await fill(folder);
      const letGo = await holdFile(file);
      assert.equal(
        codeOf(() => vault.updateRecord(id, { name: 'Bar' })),
        'storage-failed',
      );
      assert.equal(vault.find(id)?.name, 'Register 0');
      assert.deepEqual(readdirSync(join(folder, 'pairings')), [`${id}.json`]);
      await letGo();
      assert.equal(open(folder).vault.find(id)?.name, 'Register 0');
      vault.updateRecord(id, { name: 'Bar' });
      assert.equal(open(folder).vault.find(id)?.name, 'Bar');
    },
  },
  'starts without a document that stays held, and leaves it alone': {
    alone: true,
    run: async ({ folder }) => {
      const first = await fill(folder);
      const [other] = await addPairings(first.vault, 1, root, 9);
      const before = readFileSync(first.file, 'utf8');
      const letGo = await holdFile(first.file);
      const { vault, told } = open(folder);
      assert.deepEqual(told(), ['pairing unreadable']);
      assert.deepEqual(
        vault.pairings.map(({ id }) => id),
        [other?.id],
      );
      await letGo();
      assert.equal(readFileSync(first.file, 'utf8'), before);
      assert.equal(open(folder).vault.size, 2);
    },
  },
  'stores through a virus scanner that holds each new file for a moment': async ({ folder }) => {
    const { vault, id } = await fill(folder);
    const rest = await scanFolder(join(folder, 'pairings'), 60);
    for (let number = 1; number <= SCANNED; number += 1) {
      vault.updateRecord(id, { name: String(number) });
      assert.equal(open(folder).vault.find(id)?.name, String(number));
    }
    await rest();
    assert.deepEqual(readdirSync(join(folder, 'pairings')), [`${id}.json`]);
  },
  'sets a damaged document aside under a name that Windows takes': async ({ folder }) => {
    const { file } = await fill(folder);
    writeFileSync(file, '{"version":1,"active":');
    const { vault, told } = open(folder);
    assert.deepEqual(told(), ['pairing damaged']);
    assert.equal(vault.size, 0);
    const [kept] = readdirSync(join(folder, 'pairings'));
    assert.equal(readFileSync(join(folder, 'pairings', kept ?? ''), 'utf8'), '{"version":1,"active":');
  },
  'clears away what a crash left, but for what is held': async ({ folder }) => {
    const { id } = await fill(folder);
    const left = ['a.1234.new.json', 'a.1234.new.json.tmp-1765432100abcdef'];
    for (const name of left) writeFileSync(join(folder, 'pairings', name), 'left over');
    await holdFile(join(folder, 'pairings', left[0] ?? ''), 400);
    const { told } = open(folder);
    assert.deepEqual(told(), []);
    assert.deepEqual(readdirSync(join(folder, 'pairings')), [`${id}.json`]);
  },
  'killed at any step of a write, has the old document or the new one': async ({ folder }) => {
    const [old, fresh] = ['old '.repeat(LENGTH), 'new '.repeat(LENGTH)];
    const finished = join(folder, 'finished');
    const found: unknown[] = [];
    for (let steps = 0; !existsSync(finished); steps += 1) {
      assert.ok(steps < 50, 'the write does not come to its end');
      electronStoreDocuments(folder).write('pairings/a', { text: old });
      await ended(startProgram('crashing-writer.mjs', folder, 'new ', String(steps), finished));
      const documents = electronStoreDocuments(folder);
      assert.deepEqual(documents.list('pairings'), ['a']);
      assert.deepEqual(readdirSync(join(folder, 'pairings')), ['a.json']);
      found.push(documents.read('pairings/a'));
    }
    const kinds = found.map((stored) =>
      [old, fresh].findIndex((text) => isDeepStrictEqual(stored, { kind: 'document', value: { text } })),
    );
    assert.match(kinds.join(''), /^0{10,}1+$/);
  },
  'follows no junction in place of the folder of the pairings': {
    notUnderWine: 'Wine makes no junctions',
    run: async ({ folder }) => {
      const foreign = join(folder, 'foreign');
      mkdirSync(foreign);
      writeFileSync(join(foreign, 'draft.new.json'), 'mine');
      mkdirSync(join(folder, 'vault'));
      symlinkSync(foreign, join(folder, 'vault', 'pairings'), 'junction');
      const { vault, told } = open(join(folder, 'vault'));
      assert.deepEqual(told(), ['pairing foreign']);
      await assert.rejects(addPairings(vault, 1, root, 9), /storage-failed/);
      assert.deepEqual(readdirSync(foreign), ['draft.new.json']);
    },
  },
  'replaces and removes documents that are marked read-only': {
    notUnderWine: 'Wine replaces files that are marked read-only, Windows does not',
    run: async ({ folder }) => {
      const { vault, id, file } = await fill(folder);
      chmodSync(file, 0o444);
      vault.updateRecord(id, { name: 'Bar' });
      assert.equal(open(folder).vault.find(id)?.name, 'Bar');
      chmodSync(file, 0o444);
      vault.remove(id);
      assert.equal(existsSync(file), false);
    },
  },
  'starts where nothing can be written, and says so before a code is spent': {
    notOnWindows: 'needs a place that is read-only to everybody, as /sys on Linux',
    run: async () => {
      const { vault, settings, told } = open('Z:\\sys\\pos-pairing');
      assert.deepEqual(told(), []);
      assert.equal((await vault.storageProblem())?.code, 'storage-failed');
      await assert.rejects(vault.requireStorage(), /storage-failed/);
      assert.equal(
        codeOf(() => settings.update({ tray: true })),
        'storage-failed',
      );
    },
  },
  'starts with a file in place of its folder': async ({ folder }) => {
    writeFileSync(join(folder, 'vault'), 'a file');
    const { vault } = open(join(folder, 'vault'));
    assert.equal((await vault.storageProblem())?.code, 'storage-failed');
    assert.equal(readFileSync(join(folder, 'vault'), 'utf8'), 'a file');
    rmSync(join(folder, 'vault'));
  },
  'starts with a file in place of the folder of the pairings': async ({ folder }) => {
    writeFileSync(join(folder, 'pairings'), 'a file');
    const { vault, told } = open(folder);
    assert.deepEqual(told(), ['pairing unreadable']);
    await assert.rejects(addPairings(vault, 1, root, 9), /storage-failed/);
    assert.equal(readFileSync(join(folder, 'pairings'), 'utf8'), 'a file');
  },
});
