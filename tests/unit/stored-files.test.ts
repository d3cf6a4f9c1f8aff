import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { describeRootCa } from '../../electron/core/root-ca/root-ca-import.ts';
import { SettingsStore } from '../../electron/core/settings/settings-store.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { whileHeld } from '../../electron/core/vault/own-files.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { readWindowState } from '../../electron/window/window-state.ts';
import { DEFAULT_SETTINGS } from '../../shared/settings.ts';
import { type CertifiedKey, createCa } from '../simulator/pki.ts';
import { codeOf } from '../support/failure-code.ts';
import { addPairings } from '../support/many-pairings.ts';
import { MemoryCipher } from '../support/vault.ts';

let root: CertifiedKey;
let intermediate: CertifiedKey;
let directory: string;
let vaultFolder: string;

beforeAll(async () => {
  root = await createCa({ commonName: 'Root', keyType: 'ec' });
  intermediate = await createCa({ commonName: 'Intermediate', issuer: root, keyType: 'ec' });
});
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pos-files-'));
  vaultFolder = join(directory, 'vault');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

/** What the app opens at its start. */
function start() {
  const notices = new StorageNotices();
  const documents = electronStoreDocuments(vaultFolder);
  const vault = new Vault(documents, new MemoryCipher(), notices);
  const settings = new SettingsStore(documents, notices);
  return { documents, vault, settings, told: () => notices.all.map(({ what, kind }) => `${what} ${kind}`) };
}

const trust = (vault: Vault, intermediates = [intermediate.certificate]) =>
  vault.trustRootCa({ root: root.certificate, intermediates }, '2026-11-24T08:00:00.000Z');
const pair = async (vault: Vault, count = 1) => addPairings(vault, count, root, 9);
const inVault = (...path: string[]) => join(vaultFolder, ...path);
const rootCaFile = () => inVault('root-cas', readdirSync(inVault('root-cas'))[0] ?? '');

describe('one flipped bit', () => {
  /** Calls `look` with the document as each `step`th bit leaves it when it flips; stored-root-ca.test.ts tries all of them. */
  function flipBits(file: string, step: number, look: (what: string) => void): void {
    const bytes = readFileSync(file);
    for (let bit = 0; bit < bytes.length * 8; bit += step) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(file, flipped);
      look(`bit ${bit & 7} of byte ${bit >> 3}`);
      for (const name of readdirSync(dirname(file)))
        if (name.includes('.damaged-')) rmSync(join(dirname(file), name));
    }
  }

  it.each([
    { what: 'alone', step: 41 },
    { what: 'with an intermediate', step: 83 },
    { what: 'of an older version, without a fingerprint', step: 83 },
  ])(
    'in the Root CA leaves the same one, or is set aside and told ($what)',
    ({ what: kind, step }) => {
      trust(start().vault, kind === 'alone' ? [] : [intermediate.certificate]);
      const isOlder = kind.startsWith('of an older');
      const file = isOlder ? inVault('trust-anchor.json') : rootCaFile();
      const { fingerprint256: _, checksum: __, ...old } = JSON.parse(readFileSync(rootCaFile(), 'utf8'));
      /** As the older version had left it: what this one made of it is gone. */
      const goBack = () => {
        if (!isOlder) return;
        rmSync(inVault('root-cas'), { recursive: true, force: true });
        writeFileSync(file, JSON.stringify(old));
      };
      const fingerprintsOf = ({ rootCas: [rootCa] }: Vault) => {
        // What the window asks for, so it must not throw either.
        const shown = rootCa && describeRootCa(rootCa);
        return (
          shown && [shown.root, ...shown.intermediates].map(({ fingerprint256 }) => fingerprint256).join()
        );
      };
      goBack();
      const trusted = fingerprintsOf(start().vault);
      expect(trusted).toContain(root.certificate.fingerprint256);
      const wrong: string[] = [];
      const outcomes = { same: 0, told: 0 };
      goBack();
      flipBits(file, step, (what) => {
        const { vault, told } = start();
        if (isOlder) rmSync(inVault('root-cas'), { recursive: true, force: true });
        const isSame = vault.rootCas.length > 0;
        outcomes[isSame ? 'same' : 'told'] += 1;
        if (isSame ? fingerprintsOf(vault) !== trusted || told().length > 0 : told().length !== 1)
          wrong.push(what);
      });
      expect(wrong).toEqual([]);
      expect(outcomes.told).toBeGreaterThan(outcomes.same);
    },
    120_000,
  );

  it('in a pairing leaves it as it is, or is set aside and told', async () => {
    const [pairing] = await pair(start().vault);
    const wrong: string[] = [];
    flipBits(inVault('pairings', `${pairing?.id}.json`), 83, (what) => {
      const { vault, told } = start();
      const isSame = isDeepStrictEqual(vault.pairings, [pairing]);
      if (isSame ? told().length > 0 : vault.pairings.length > 0 || told().join() !== 'pairing damaged')
        wrong.push(what);
    });
    expect(wrong).toEqual([]);
  }, 60_000);

  it('of a document without a checksum, as older versions and editors leave it, counts as it stands', async () => {
    const [pairing] = await pair(start().vault);
    const file = inVault('pairings', `${pairing?.id}.json`);
    const { checksum, ...stored } = JSON.parse(readFileSync(file, 'utf8'));
    expect(checksum).toMatch(/^[0-9a-f]{8}$/);
    stored.active.record.name = 'Bar';
    writeFileSync(file, JSON.stringify({ ...stored, checksum }));
    expect(start().told()).toEqual(['pairing damaged']);
    writeFileSync(file, JSON.stringify(stored));
    const { vault } = start();
    expect(vault.pairings).toMatchObject([{ name: 'Bar' }]);
    vault.updateRecord(pairing?.id ?? '', { name: 'Bar 2' });
    expect(JSON.parse(readFileSync(file, 'utf8'))).toHaveProperty('checksum');
    expect(start().vault.pairings).toMatchObject([{ name: 'Bar 2' }]);
  });

  it('keeps each document that was set aside', () => {
    for (const content of ['first', 'second', 'third']) {
      mkdirSync(vaultFolder, { recursive: true });
      writeFileSync(inVault('trust-anchor.json'), content);
      start();
    }
    const kept = readdirSync(vaultFolder).map((file) => readFileSync(inVault(file), 'utf8'));
    expect(kept.sort()).toEqual(['first', 'second', 'third']);
  });

  it('is not the same as an expired Root CA, which stays', async () => {
    const expired = await createCa({
      commonName: 'Old',
      notBefore: new Date('2020-01-01'),
      notAfter: new Date('2021-01-01'),
    });
    start().vault.trustRootCa({ root: expired.certificate, intermediates: [] }, '2020-11-24T08:00:00.000Z');
    const { vault, told } = start();
    expect(vault.rootCas[0]?.root.fingerprint256).toBe(expired.certificate.fingerprint256);
    expect(told()).toEqual([]);
  });
});

describe('a start among foreign things', () => {
  it('follows no link in place of the folder of the pairings, and touches nothing behind it', async () => {
    const foreign = join(directory, 'foreign');
    mkdirSync(foreign, { mode: 0o755 });
    const names = ['report.json', 'draft.new.json', 'x.json.tmp-12'];
    for (const name of names) writeFileSync(join(foreign, name), 'mine');
    mkdirSync(vaultFolder);
    symlinkSync(foreign, inVault('pairings'));
    const { vault, told, settings } = start();
    trust(vault);
    settings.update({ tray: true });
    expect(vault.pairings).toEqual([]);
    expect(told()).toEqual(['pairing foreign']);
    expect(vault.notices[0]?.file).toBe('pairings');
    await expect(pair(vault)).rejects.toThrow('storage-failed');
    expect(readdirSync(foreign).sort()).toEqual([...names].sort());
    for (const name of names) expect(readFileSync(join(foreign, name), 'utf8')).toBe('mine');
    if (process.platform !== 'win32') expect(statSync(foreign).mode & 0o777).toBe(0o755);
  });

  it('follows no link in place of its own folder', async () => {
    const foreign = join(directory, 'foreign');
    mkdirSync(join(foreign, 'pairings'), { recursive: true });
    writeFileSync(join(foreign, 'settings.json'), 'broken');
    writeFileSync(join(foreign, 'pairings', 'a.json'), 'broken');
    symlinkSync(foreign, vaultFolder);
    const { vault, settings, documents, told } = start();
    expect(told()).toEqual(['trust-anchor foreign', 'pairing foreign', 'settings foreign']);
    expect((await vault.storageProblem())?.code).toBe('storage-failed');
    expect(codeOf(() => trust(vault))).toBe('storage-failed');
    expect(codeOf(() => settings.update({ tray: true }))).toBe('storage-failed');
    expect(readWindowState(documents)).toBeNull();
    expect(readdirSync(foreign).sort()).toEqual(['pairings', 'settings.json']);
  });

  it('leaves folders alone that have the name of a document, and works without those', async () => {
    const names = ['trust-anchor', 'settings', 'window', 'pairings/x', 'pairings/y.new', 'trial.new'];
    for (const name of names) {
      mkdirSync(inVault(`${name}.json`), { recursive: true });
      writeFileSync(inVault(`${name}.json`, 'inside'), 'mine');
    }
    const { vault, settings, documents, told } = start();
    expect(told()).toEqual(['trust-anchor unreadable', 'pairing unreadable', 'settings unreadable']);
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(codeOf(() => settings.update({ tray: true }))).toBe('storage-failed');
    expect(readWindowState(documents)).toBeNull();
    await vault.requireStorage();
    await pair(vault);
    expect(start().vault.pairings).toHaveLength(1);
    for (const name of names) expect(existsSync(inVault(`${name}.json`, 'inside'))).toBe(true);
  });

  /** Root may write anywhere, so it becomes somebody else for a moment. */
  async function asNobody(work: () => Promise<void>): Promise<void> {
    if (process.getuid?.() !== 0) return work();
    process.seteuid?.(65_534);
    try {
      await work();
    } finally {
      process.seteuid?.(0);
    }
  }

  it.skipIf(process.platform === 'win32').each(['empty', 'used'])(
    'starts with a folder it cannot write to, and shows that as the storage problem (%s)',
    async (folder) => {
      if (folder === 'used') {
        const { vault } = start();
        trust(vault);
        await pair(vault);
        writeFileSync(inVault('pairings', 'x.new.json'), 'left over');
        writeFileSync(inVault('settings.json'), 'damaged');
        for (const path of [vaultFolder, inVault('pairings'), inVault('root-cas')]) chmodSync(path, 0o555);
        for (const path of [rootCaFile(), inVault('pairings', readdirSync(inVault('pairings'))[0] ?? '')])
          chmodSync(path, 0o444);
      }
      chmodSync(directory, 0o555);
      await asNobody(async () => {
        const { vault, settings, told } = start();
        expect(vault.pairings).toHaveLength(folder === 'used' ? 1 : 0);
        expect(vault.rootCas).toHaveLength(folder === 'used' ? 1 : 0);
        expect(settings.get()).toEqual(DEFAULT_SETTINGS);
        expect(told()).toEqual(folder === 'used' ? ['settings unreadable'] : []);
        expect((await vault.storageProblem())?.code).toBe('storage-failed');
        await expect(vault.requireStorage()).rejects.toThrow('storage-failed');
      });
    },
  );

  it('starts with a file in place of its folder', async () => {
    writeFileSync(vaultFolder, 'a file');
    const { vault, settings } = start();
    expect(vault.pairings).toEqual([]);
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect((await vault.storageProblem())?.code).toBe('storage-failed');
    expect(readFileSync(vaultFolder, 'utf8')).toBe('a file');
  });

  it('starts with a file in place of the folder of the pairings', async () => {
    mkdirSync(vaultFolder);
    writeFileSync(inVault('pairings'), 'a file');
    const { vault, told } = start();
    expect(told()).toEqual(['pairing unreadable']);
    trust(vault);
    await expect(pair(vault)).rejects.toThrow('storage-failed');
  });
});

describe('folders and files', () => {
  it.skipIf(process.platform === 'win32')('are for their owner only, also older ones', async () => {
    mkdirSync(inVault('pairings'), { recursive: true });
    for (const folder of [vaultFolder, inVault('pairings')]) chmodSync(folder, 0o755);
    const { vault, settings } = start();
    const modes = () => [vaultFolder, inVault('pairings')].map((folder) => statSync(folder).mode & 0o777);
    expect(modes()).toEqual([0o700, 0o700]);
    rmSync(vaultFolder, { recursive: true });
    const [pairing] = await pair(vault);
    settings.update({ tray: true });
    expect(modes()).toEqual([0o700, 0o700]);
    for (const file of ['settings.json', `pairings/${pairing?.id}.json`])
      expect(statSync(inVault(file)).mode & 0o777).toBe(0o600);
  });

  it('hold no leftovers after a start', async () => {
    const [pairing] = await pair(start().vault);
    const id = pairing?.id ?? '';
    const leftovers = [
      'settings.new.json',
      'trust-anchor.0a1b2c3d.new.json',
      'window.json.tmp-1234567890abcdef',
      `pairings/${id}.new.json`,
      `pairings/${id}.new.json.tmp-1234567890abcdef`,
    ];
    for (const name of leftovers) writeFileSync(inVault(name), '{"sealed":"x"}');
    expect(start().vault.pairings).toHaveLength(1);
    expect(readdirSync(vaultFolder)).toEqual(['pairings']);
    expect(readdirSync(inVault('pairings'))).toEqual([`${id}.json`]);
  });

  it('hold the Root CA of an older version once, though the power failed while it was taken over', () => {
    trust(start().vault);
    const file = rootCaFile();
    renameSync(file, inVault('trust-anchor.json'));
    writeFileSync(file.replace(/\.json$/, '.0a1b2c3d.new.json'), '{"version":2,');
    const { vault, told } = start();
    expect(vault.rootCas).toMatchObject([{ root: { fingerprint256: root.certificate.fingerprint256 } }]);
    expect(told()).toEqual([]);
    expect(readdirSync(vaultFolder)).toEqual(['root-cas']);
    expect(readdirSync(dirname(file))).toEqual([basename(file)]);
  });

  it('may begin with a byte order mark', async () => {
    const { vault, settings } = start();
    trust(vault);
    settings.update({ tray: true });
    const [pairing] = await pair(vault);
    for (const file of [rootCaFile(), inVault('settings.json'), inVault(`pairings/${pairing?.id}.json`)]) {
      writeFileSync(file, `\ufeff${readFileSync(file, 'utf8')}`);
    }
    const again = start();
    expect(again.told()).toEqual([]);
    expect(again.settings.get().tray).toBe(true);
    expect(again.vault.pairings).toHaveLength(1);
    expect(again.vault.rootCas).toHaveLength(1);
  });

  it('of a newer version stay as they are, and are told', async () => {
    mkdirSync(vaultFolder);
    const text = '{"version":2,"language":"ja","theme":"dark"}';
    writeFileSync(inVault('settings.json'), text);
    const { settings, told } = start();
    expect(told()).toEqual(['settings newer-version']);
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(codeOf(() => settings.update({ tray: true }))).toBe('storage-failed');
    expect(settings.get()).toEqual(DEFAULT_SETTINGS);
    expect(readFileSync(inVault('settings.json'), 'utf8')).toBe(text);
  });
});

describe('whileHeld', () => {
  function heldFor(times: number, code: string) {
    let tries = 0;
    const work = () => {
      tries += 1;
      if (tries <= times) throw Object.assign(new Error(code), { code });
      return 'done';
    };
    return { work, tries: () => tries };
  }

  it('waits on Windows until another program lets go', () => {
    for (const code of ['EBUSY', 'EPERM', 'EACCES']) {
      const held = heldFor(2, code);
      expect(whileHeld(held.work, 'win32')).toBe('done');
      expect(held.tries()).toBe(3);
    }
  });

  it('does not wait for anything else, nor elsewhere', () => {
    const absent = heldFor(1, 'ENOENT');
    expect(() => whileHeld(absent.work, 'win32')).toThrow('ENOENT');
    const elsewhere = heldFor(1, 'EBUSY');
    expect(() => whileHeld(elsewhere.work, 'linux')).toThrow('EBUSY');
    expect([absent.tries(), elsewhere.tries()]).toEqual([1, 1]);
  });

  it('waits in vain only once, so that a folder of locked files does not stop the start', () => {
    const never = heldFor(Number.POSITIVE_INFINITY, 'EPERM');
    expect(() => whileHeld(never.work, 'win32')).toThrow('EPERM');
    expect(never.tries()).toBeGreaterThan(5);
    const next = heldFor(1, 'EPERM');
    expect(() => whileHeld(next.work, 'win32')).toThrow('EPERM');
    expect(next.tries()).toBe(1);
  });
});
