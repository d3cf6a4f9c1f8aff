import { spawnSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { summarize } from '../../electron/core/pki/certificate.ts';
import { StorageNotices } from '../../electron/core/vault/notices.ts';
import { readVersioned } from '../../electron/core/vault/schema.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import type { Account } from '../../shared/account.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { type CertifiedKey, createCa } from '../simulator/pki.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { codeOf } from '../support/failure-code.ts';
import { MemoryCipher, memoryVault } from '../support/vault.ts';

const ID = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const OTHER_ID = '0d5c9a5e-1b7f-4c39-8a55-7a1c2e9f4b10';
let root: CertifiedKey;

beforeAll(async () => {
  root = await createCa({ commonName: 'Root' });
});

const record = (change: Partial<PairingRecord> = {}): PairingRecord => ({
  id: ID,
  posId: '123',
  name: '',
  watchLive: false,
  address: { host: '10.0.0.5', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: '1850012345' },
  pairedAt: '2026-11-24T08:00:00.000Z',
  proved: false,
  protection: null,
  deviceCertificate: summarize(root.certificate),
  clientCertificate: summarize(root.certificate),
  clientIssuer: summarize(root.certificate),
  credentialNotes: [],
  trustAnchorFingerprint256: root.certificate.fingerprint256,
  lastCheck: null,
  ...change,
});

const credentials = (name: string) => ({
  privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${name}\n-----END PRIVATE KEY-----\n`,
  certificateChainPem: root.certificatePem,
  issuerPem: root.certificatePem,
});

describe('Vault', () => {
  it('keeps the trust anchor and pairings across a restart', async () => {
    const { vault, reopen } = memoryVault();
    vault.trustRootCa({ root: root.certificate, intermediates: [] }, '2026-11-24T08:00:00.000Z');
    await vault.storePending(record(), credentials('A'));
    vault.promote(ID, record());
    const reopened = reopen();
    expect(reopened.rootCas[0]?.root.fingerprint256).toBe(root.certificate.fingerprint256);
    expect(reopened.pairings).toEqual([record({ proved: true })]);
    expect(await reopened.credentials(ID)).toEqual([
      { record: record({ proved: true }), credentials: credentials('A'), pending: false },
    ]);
    expect(reopened.notices).toEqual([]);
  });

  it('replaces credentials only when the new ones are promoted', async () => {
    const { vault, reopen } = memoryVault();
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, record());
    await vault.storePending(record({ posId: '456' }), credentials('new'));
    expect(reopen().find(ID)?.posId).toBe('123');
    expect(
      (await reopen().credentials(ID)).map((c) => [c.pending, c.credentials?.privateKeyPem.includes('new')]),
    ).toEqual([
      [true, true],
      [false, false],
    ]);
    vault.discardPending(ID);
    expect(await reopen().credentials(ID)).toHaveLength(1);
    await vault.storePending(record({ posId: '456' }), credentials('new'));
    vault.promote(ID, record({ posId: '456' }));
    expect(await reopen().credentials(ID)).toEqual([
      { record: record({ posId: '456', proved: true }), credentials: credentials('new'), pending: false },
    ]);
  });

  it('takes no document in which the new keys are those of another pairing', async () => {
    const { vault, reopen, documents } = memoryVault();
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, record());
    await vault.storePending(record(), credentials('new'));
    const name = `pairings/${ID}`;
    const document = JSON.parse(documents.files.get(name) ?? '') as { pending: { record: PairingRecord } };
    document.pending.record = { ...document.pending.record, id: '11111111-2222-4333-8444-555555555555' };
    documents.files.set(name, JSON.stringify(document));
    const { pairings, notices } = reopen();
    expect([pairings, notices.map(({ kind }) => kind)]).toEqual([[], ['damaged']]);
  });

  it('forgets a new pairing whose only credentials are discarded', async () => {
    const { vault, reopen, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    vault.discardPending(ID);
    expect(reopen().pairings).toEqual([]);
    expect(documents.files.size).toBe(0);
  });

  it('stores nothing without real encryption', async () => {
    const { vault, cipher, documents } = memoryVault();
    cipher.available = false;
    expect((await vault.storageProblem())?.code).toBe('storage-unavailable');
    await expect(vault.storePending(record(), credentials('A'))).rejects.toThrow('storage-unavailable');
    expect(documents.files.size).toBe(0);
  });

  it('says so when the key store has lost the key, and keeps the file', async () => {
    const { vault, cipher, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    const before = documents.files.get(`pairings/${ID}`);
    cipher.key = 0x11;
    expect(await vault.credentials(ID)).toMatchObject([
      { pending: true, error: { code: 'storage-undecryptable' } },
    ]);
    expect(documents.files.get(`pairings/${ID}`)).toBe(before);
  });

  it('notes whose keys it stores, and says so when another account reads them', async () => {
    const { vault, cipher, reopen } = memoryVault(TEST_ACCOUNT);
    await vault.storePending(record(), credentials('A'));
    expect(vault.promote(ID, {}).account).toEqual(TEST_ACCOUNT);
    cipher.key = 0x11;
    const codes = async (as?: Account) => (await reopen(as).credentials(ID)).map(({ error }) => error?.code);
    expect(await codes({ ...TEST_ACCOUNT, user: 'manager' })).toEqual(['keys-of-other-account']);
    expect(await codes({ ...TEST_ACCOUNT, computer: 'REGISTER-2' })).toEqual(['keys-of-other-computer']);
    expect(await codes()).toEqual(['keys-lost']);
    expect(reopen().find(ID)?.account).toEqual(TEST_ACCOUNT);
  });

  it('notes whose keys an older version has stored once they are opened', async () => {
    const { vault, documents, cipher, reopen } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    vault.promote(ID, {});
    const newer = reopen(TEST_ACCOUNT);
    expect(newer.find(ID)?.account).toBeUndefined();
    expect((await newer.credentials(ID)).map(({ error }) => error)).toEqual([undefined]);
    expect(reopen().find(ID)?.account).toEqual(TEST_ACCOUNT);
    const before = documents.written.length;
    await newer.credentials(ID);
    expect(documents.written).toHaveLength(before);
    // Keys that open are this account's, whatever it is called by now.
    const renamed = { ...TEST_ACCOUNT, computer: 'BAR-1' };
    const after = reopen(renamed);
    await after.credentials(ID);
    expect(after.find(ID)?.account).toEqual(renamed);
    documents.failWrites = true;
    expect((await newer.credentials(ID)).map(({ error }) => error)).toEqual([undefined]);
    expect(cipher.key).toBe(0x5a);
  });

  it('does not give keys that were lost to who pairs anew', async () => {
    const { vault, cipher, reopen } = memoryVault(TEST_ACCOUNT);
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, {});
    cipher.key = 0x11;
    const own = { ...TEST_ACCOUNT, user: 'manager' };
    const now = reopen(own);
    await now.storePending(record(), credentials('new'));
    expect((await now.credentials(ID)).map(({ error }) => error?.code)).toEqual([
      undefined,
      'keys-of-other-account',
    ]);
    expect(now.find(ID)?.account).toEqual(TEST_ACCOUNT);
    expect(now.promote(ID, {}).account).toEqual(own);
  });

  it('keeps the old state when a write fails', async () => {
    const { vault, documents, reopen } = memoryVault();
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, record());
    documents.failWrites = true;
    await expect(vault.storePending(record(), credentials('new'))).rejects.toThrow('storage-failed');
    expect(codeOf(() => vault.updateRecord(ID, { posId: '9' }))).toBe('storage-failed');
    expect(vault.find(ID)?.posId).toBe('123');
    expect(await vault.credentials(ID)).toHaveLength(1);
    expect(await reopen().credentials(ID)).toHaveLength(1);
  });

  it('writes only the document that changed', async () => {
    const { vault, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    await vault.storePending(record({ id: OTHER_ID }), credentials('B'));
    documents.written.length = 0;
    vault.updateRecord(ID, { posId: '7' });
    expect(documents.written).toEqual([`pairings/${ID}`]);
  });

  it('sets a damaged document aside and tells, leaving the others', async () => {
    const { vault, documents, reopen } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    await vault.storePending(record({ id: OTHER_ID }), credentials('B'));
    documents.files.set(`pairings/${ID}`, '{"version":1,"active":');
    documents.files.set(
      'trust-anchor',
      '{"version":1,"rootPem":"x","intermediatesPem":[],"trustedAt":"2026-11-24T08:00:00.000Z"}',
    );
    const reopened = reopen();
    expect(reopened.pairings.map(({ id }) => id)).toEqual([OTHER_ID]);
    expect(reopened.rootCas).toEqual([]);
    expect(reopened.notices.map(({ kind, what }) => [kind, what])).toEqual([
      ['damaged', 'trust-anchor'],
      ['damaged', 'pairing'],
    ]);
    expect(documents.files.get(`pairings/${ID}.damaged`)).toBe('{"version":1,"active":');
  });

  it('sets a copied document aside: its name must be its id', async () => {
    const { vault, documents, reopen } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    documents.files.set(`pairings/${OTHER_ID}`, documents.files.get(`pairings/${ID}`) ?? '');
    expect(reopen().pairings).toHaveLength(1);
  });

  it('never touches what a newer version of the app has written', () => {
    const { documents, reopen } = memoryVault();
    const name = `root-cas/${root.certificate.fingerprint256.replaceAll(':', '').toLowerCase()}`;
    documents.files.set(name, '{"version":99,"future":true}');
    const vault = reopen();
    expect(vault.notices).toMatchObject([{ kind: 'newer-version', what: 'trust-anchor' }]);
    const trust = () =>
      vault.trustRootCa({ root: root.certificate, intermediates: [] }, '2026-11-24T08:00:00.000Z');
    expect(codeOf(trust)).toBe('storage-failed');
    expect(documents.files.get(name)).toBe('{"version":99,"future":true}');
  });
});

describe('Vault, while things happen at once', () => {
  it('keeps what the user chose while new credentials were being proved', async () => {
    const { vault } = memoryVault();
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, {});
    await vault.storePending(record({ posId: '456' }), credentials('new'));
    vault.updateRecord(ID, { name: 'Bar', watchLive: true });
    expect(vault.promote(ID, { lastCheck: null })).toMatchObject({
      posId: '456',
      name: 'Bar',
      watchLive: true,
      proved: true,
      protection: null,
    });
  });

  it('lets waiting credentials follow their device, and only theirs', async () => {
    const { vault } = memoryVault();
    const addressOfPending = async () =>
      (await vault.credentials(ID)).find(({ pending }) => pending)?.record.address.host;
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, {});
    await vault.storePending(record(), credentials('new'));
    vault.updateRecord(ID, { address: { host: '10.0.0.9', port: 8443 } });
    expect(await addressOfPending()).toBe('10.0.0.9');
    await vault.storePending(record({ identity: { kind: 'serial', serial: 'OTHER' } }), credentials('swap'));
    vault.updateRecord(ID, { address: { host: '10.0.0.10', port: 8443 } });
    expect(await addressOfPending()).toBe('10.0.0.5');
  });

  it('brings nothing back that was removed', async () => {
    const { vault, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    vault.remove(ID);
    expect(codeOf(() => vault.promote(ID, {}))).toBe('not-found');
    expect(codeOf(() => vault.updateRecord(ID, { name: 'x' }))).toBe('not-found');
    expect(codeOf(() => vault.discardPending(ID))).toBe('not-found');
    expect(documents.files.size).toBe(0);
  });

  it('writes nothing that it could not read again', async () => {
    const { vault, reopen } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    const error = { code: 'internal' as const, detail: 'x'.repeat(5000) };
    const tooLong = { lastCheck: { result: 'failed' as const, at: record().pairedAt, error } };
    expect(codeOf(() => vault.updateRecord(ID, tooLong))).toBe('internal');
    expect(reopen().pairings).toEqual([record()]);
    expect(reopen().notices).toEqual([]);
  });

  it('shows the oldest pairing first, also after one was made anew', async () => {
    const { vault, reopen } = memoryVault();
    await vault.storePending(record({ pairedAt: '2026-11-24T09:00:00.000Z' }), credentials('A'));
    await vault.storePending(
      record({ id: OTHER_ID, pairedAt: '2026-11-24T08:00:00.000Z' }),
      credentials('B'),
    );
    expect(vault.pairings.map(({ id }) => id)).toEqual([OTHER_ID, ID]);
    vault.promote(OTHER_ID, {});
    await vault.storePending(
      record({ id: OTHER_ID, pairedAt: '2026-11-24T10:00:00.000Z' }),
      credentials('C'),
    );
    vault.promote(OTHER_ID, {});
    expect(vault.pairings.map(({ id }) => id)).toEqual([ID, OTHER_ID]);
    expect(reopen().pairings.map(({ id }) => id)).toEqual([ID, OTHER_ID]);
    vault.remove(ID);
    expect(vault.pairings.map(({ id }) => id)).toEqual([OTHER_ID]);
  });

  it('starts without a document that cannot be read, and leaves it alone', async () => {
    const { vault, documents, reopen } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    await vault.storePending(record({ id: OTHER_ID }), credentials('B'));
    documents.unreadable.add(`pairings/${ID}`);
    const reopened = reopen();
    expect(reopened.pairings.map(({ id }) => id)).toEqual([OTHER_ID]);
    expect(reopened.notices).toMatchObject([{ kind: 'unreadable', what: 'pairing' }]);
    documents.unreadable.clear();
    expect(reopen().pairings).toHaveLength(2);
  });

  it('finds out that the disk is full before a code is spent', async () => {
    const { vault, documents } = memoryVault();
    await vault.requireStorage();
    expect(documents.files.size).toBe(0);
    documents.failWrites = true;
    await expect(vault.requireStorage()).rejects.toThrow('storage-failed');
  });
});

it('a notice is told once until it is dismissed, and each change is heard of', () => {
  const notices = new StorageNotices();
  const heard = vi.fn();
  notices.onChange(heard);
  notices.add('unreadable', 'history', 'a');
  notices.add('unreadable', 'history', 'a');
  notices.add('damaged', 'settings', 'b');
  expect(heard).toHaveBeenCalledTimes(2);
  notices.dismiss(notices.all[0]?.id ?? '');
  expect(notices.all).toMatchObject([{ file: 'b' }]);
  expect(heard).toHaveBeenCalledTimes(3);
});

describe('Vault and the key store', () => {
  const keys = async (vault: Vault) =>
    (await vault.credentials(ID)).map(({ pending, credentials, error }) => [
      pending ? 'new' : 'old',
      error?.code ?? credentials?.privateKeyPem.split('\n')[1],
    ]);

  it.each(['old', 'new'] as const)(
    'a lost key of the %s credentials does not block the others',
    async (lost) => {
      const { vault, cipher, reopen } = memoryVault();
      await vault.storePending(record(), credentials('OLD'));
      vault.promote(ID, {});
      cipher.key = 0x11;
      await vault.storePending(record(), credentials('NEW'));
      // Only what was sealed under this key can be opened.
      cipher.key = lost === 'old' ? 0x11 : 0x5a;
      expect(await keys(reopen())).toEqual([
        ['new', lost === 'new' ? 'storage-undecryptable' : 'NEW'],
        ['old', lost === 'old' ? 'storage-undecryptable' : 'OLD'],
      ]);
    },
  );

  it('a locked key store is no lost key: it is tried again', async () => {
    const { vault, cipher, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    const before = documents.files.get(`pairings/${ID}`);
    cipher.locked = true;
    expect(await keys(vault)).toEqual([['new', 'storage-locked']]);
    expect(documents.files.get(`pairings/${ID}`)).toBe(before);
    cipher.locked = false;
    expect(await keys(vault)).toEqual([['new', 'A']]);
  });

  it('seals anew under a new key when the key store asks for it, once', async () => {
    const { vault, cipher, documents, reopen } = memoryVault();
    await vault.storePending(record(), credentials('OLD'));
    vault.promote(ID, {});
    await vault.storePending(record(), credentials('NEW'));
    [cipher.rotatedFrom, cipher.key] = [cipher.key, 0x11];
    documents.written.length = 0;
    const both = [
      ['new', 'NEW'],
      ['old', 'OLD'],
    ];
    expect(await keys(vault)).toEqual(both);
    expect(documents.written).toHaveLength(2);
    cipher.rotatedFrom = undefined;
    expect(await keys(reopen())).toEqual(both);
    expect(await keys(vault)).toEqual(both);
    expect(documents.written).toHaveLength(2);
  });

  it('reads on when what is sealed anew cannot be stored', async () => {
    const { vault, cipher, documents } = memoryVault();
    await vault.storePending(record(), credentials('A'));
    [cipher.rotatedFrom, cipher.key] = [cipher.key, 0x11];
    documents.failWrites = true;
    expect(await keys(vault)).toEqual([['new', 'A']]);
    cipher.key = 0x5a;
    expect(await keys(vault)).toEqual([['new', 'A']]);
  });

  it('does not spend a code when the key store turns out to encrypt nothing', async () => {
    const { vault, cipher } = memoryVault();
    cipher.encrypt = () => Promise.reject(new Error('denied'));
    await expect(vault.requireStorage()).rejects.toThrow('storage-unavailable');
  });

  it('does not keep the window waiting for a person who is asked', async () => {
    vi.useFakeTimers();
    try {
      const { vault, cipher } = memoryVault();
      cipher.problem = () => new Promise(() => {});
      const problem = vault.storageProblem();
      await vi.advanceTimersByTimeAsync(3_000);
      expect(await problem).toBeNull();
    } finally {
      vi.useRealTimers();
    }
  });

  it('shows a disk that takes nothing, but not one that is only full', async () => {
    const { vault, documents } = memoryVault();
    const failWith = (code: string) => {
      documents.write = () => {
        throw Object.assign(new Error(code), { code });
      };
    };
    failWith('EROFS');
    expect((await vault.storageProblem())?.code).toBe('storage-failed');
    failWith('ENOSPC');
    expect(await vault.storageProblem()).toBeNull();
  });
});

describe('Vault, while the key store takes its time', () => {
  /** A vault whose key store seals when it is told to, in any order. */
  function slowVault() {
    const parts = memoryVault();
    const waiting: (() => void)[] = [];
    const encrypt = parts.cipher.encrypt.bind(parts.cipher);
    parts.cipher.encrypt = async (text: string) => {
      await new Promise<void>((resolve) => waiting.push(resolve));
      return encrypt(text);
    };
    const sealNext = async () => {
      await vi.waitFor(() => expect(waiting.length).toBeGreaterThan(0));
      waiting.shift()?.();
    };
    const shown = async (vault = parts.vault) =>
      (await vault.credentials(ID)).map(({ record: { posId }, credentials, pending }) => [
        pending,
        posId,
        credentials?.privateKeyPem.split('\n')[1],
      ]);
    return { ...parts, waiting, sealNext, shown };
  }

  it('stores one after another for a pairing, in the order asked, and does not hold up others', async () => {
    const { vault, sealNext, shown, waiting } = slowVault();
    const first = vault.storePending(record({ posId: '1' }), credentials('A'));
    const second = vault.storePending(record({ posId: '2' }), credentials('B'));
    const other = vault.storePending(record({ id: OTHER_ID }), credentials('C'));
    await vi.waitFor(() => expect(waiting).toHaveLength(2));
    await sealNext();
    await first;
    expect(vault.find(ID)?.posId).toBe('1');
    await sealNext();
    await other;
    await sealNext();
    await second;
    expect(await shown()).toEqual([[true, '2', 'B']]);
  });

  it('brings nothing back that was removed meanwhile, also after a restart', async () => {
    const { vault, sealNext, reopen, documents } = slowVault();
    const storing = vault.storePending(record(), credentials('A'));
    const refused = expect(storing).rejects.toThrow('not-found');
    vault.remove(ID);
    await sealNext();
    await refused;
    expect(vault.pairings).toEqual([]);
    expect(documents.files.size).toBe(0);
    const again = vault.storePending(record(), credentials('B'));
    await sealNext();
    await again;
    expect(reopen().pairings).toHaveLength(1);
  });

  it('keeps what is promoted or changed meanwhile', async () => {
    const { vault, sealNext, shown } = slowVault();
    const first = vault.storePending(record({ posId: '1' }), credentials('A'));
    await sealNext();
    await first;
    const second = vault.storePending(record({ posId: '2' }), credentials('B'));
    vault.promote(ID, {});
    vault.updateRecord(ID, { name: 'Bar' });
    await sealNext();
    await second;
    expect(await shown()).toEqual([
      [true, '2', 'B'],
      [false, '1', 'A'],
    ]);
    expect(vault.promote(ID, {})).toMatchObject({ posId: '2', name: 'Bar' });
    expect(await shown()).toEqual([[false, '2', 'B']]);
  });

  it('stores new credentials also when the ones that waited are given up meanwhile', async () => {
    const { vault, sealNext, shown } = slowVault();
    const first = vault.storePending(record({ posId: '1' }), credentials('A'));
    await sealNext();
    await first;
    const second = vault.storePending(record({ posId: '2' }), credentials('B'));
    vault.discardPending(ID);
    await sealNext();
    await second;
    expect(await shown()).toEqual([[true, '2', 'B']]);
  });

  it('goes on with the next after a failure', async () => {
    const { vault, sealNext, shown, documents } = slowVault();
    const first = vault.storePending(record({ posId: '1' }), credentials('A'));
    const failed = expect(first).rejects.toThrow('storage-failed');
    const second = vault.storePending(record({ posId: '2' }), credentials('B'));
    documents.failWrites = true;
    await sealNext();
    await failed;
    documents.failWrites = false;
    await sealNext();
    await second;
    expect(await shown()).toEqual([[true, '2', 'B']]);
  });
});

describe('readVersioned', () => {
  const schema = z.object({ version: z.literal(3), name: z.string() });
  const migrations = {
    1: (old: Record<string, unknown>) => ({ ...old, first: 'a' }),
    2: ({ first, ...old }: Record<string, unknown>) => ({ ...old, name: `${first}b` }),
  };

  it('migrates step by step, and refuses what it cannot know', () => {
    const read = (stored: unknown) => readVersioned(stored, schema, migrations, 3);
    expect(read({ version: 1 })).toEqual({ kind: 'current', value: { version: 3, name: 'ab' } });
    expect(read({ version: 3, name: 'x' })).toEqual({ kind: 'current', value: { version: 3, name: 'x' } });
    expect(read({ version: 4, name: 'x' })).toEqual({ kind: 'newer-version' });
    expect(read({ version: 3 })).toEqual({ kind: 'damaged' });
    expect(read({ version: 0 })).toEqual({ kind: 'damaged' });
    expect(read(null)).toEqual({ kind: 'damaged' });
    expect(readVersioned({ version: 1 }, schema, {}, 3)).toEqual({ kind: 'damaged' });
  });
});

describe('a pairing stored by version 1', () => {
  const stored = async (identity: Record<string, unknown>) => {
    const { documents, vault, reopen } = memoryVault();
    await vault.storePending(record(), credentials('old'));
    vault.promote(ID, {});
    await vault.storePending(record(), credentials('new'));
    const name = `pairings/${ID}`;
    const document = JSON.parse(documents.files.get(name) ?? '');
    for (const { record } of [document.active, document.pending]) record.identity = identity;
    documents.files.set(name, JSON.stringify({ ...document, version: 1 }));
    const migrated = reopen();
    expect(migrated.notices).toEqual([]);
    return (await migrated.credentials(ID)).map(({ record, credentials }) => [
      record.identity,
      credentials?.privateKeyPem.split('\n')[1],
    ]);
  };

  it('gets the whole name that it was accepted by', async () => {
    const identity = { kind: 'serial', serial: 'AB-1', name: 'ab-1.cybs.seclib.io' };
    expect(await stored({ kind: 'serial', serial: 'AB-1' })).toEqual([
      [identity, 'new'],
      [identity, 'old'],
    ]);
  });

  it('is bound to the certificate it had while its key is not known', async () => {
    const identity = {
      kind: 'address',
      host: '10.0.0.5',
      publicKey256: null,
      certificate256: root.certificate.fingerprint256,
    };
    expect(await stored({ kind: 'address', host: '10.0.0.5' })).toEqual([
      [identity, 'new'],
      [identity, 'old'],
    ]);
  });

  it('is set aside when it was no pairing at all', () => {
    const { documents, reopen } = memoryVault();
    for (const active of [null, 7, {}, { record: 'x' }])
      documents.files.set(`pairings/${ID}`, JSON.stringify({ version: 1, active, pending: null }));
    const { pairings, notices } = reopen();
    expect([pairings, notices.map(({ kind }) => kind)]).toEqual([[], ['damaged']]);
  });
});

describe('electronStoreDocuments', () => {
  const directory = mkdtempSync(join(tmpdir(), 'pos-vault-'));
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  it('keeps a vault in real files, readable by the owner only, one for each pairing', async () => {
    const cipher = new MemoryCipher();
    const vault = new Vault(electronStoreDocuments(directory), cipher);
    vault.trustRootCa({ root: root.certificate, intermediates: [] }, '2026-11-24T08:00:00.000Z');
    await vault.storePending(record(), credentials('SECRETKEY'));
    vault.promote(ID, record());
    await vault.storePending(record({ id: OTHER_ID }), credentials('B'));
    expect(readdirSync(join(directory, 'pairings')).sort()).toEqual([`${OTHER_ID}.json`, `${ID}.json`]);
    const file = join(directory, 'pairings', `${ID}.json`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, 'utf8')).not.toContain('SECRETKEY');

    const reopened = new Vault(electronStoreDocuments(directory), cipher);
    expect((await reopened.credentials(ID))[0]?.credentials).toEqual(credentials('SECRETKEY'));
    reopened.remove(ID);
    expect(readdirSync(join(directory, 'pairings'))).toEqual([`${OTHER_ID}.json`]);
  });

  it('replaces a document by renaming, also inside a snap, and leaves nothing beside it', () => {
    const documents = electronStoreDocuments(directory);
    const file = join(directory, 'a.json');
    documents.write('a', { n: 1 });
    const before = statSync(file).ino;
    // conf writes in place when it believes to be in a snap, as under a terminal that is one.
    vi.stubEnv('SNAP', '/snap/x');
    documents.write('a', { n: 2 });
    vi.unstubAllEnvs();
    expect(statSync(file).ino).not.toBe(before);
    expect(readdirSync(directory)).toEqual(['a.json']);
    documents.remove('a');
    documents.remove('a');
    expect(documents.read('a')).toEqual({ kind: 'absent' });
  });

  it('clears away what a crash left in the middle of a write, secrets included', () => {
    const documents = electronStoreDocuments(directory);
    const folder = join(directory, 'pairings');
    mkdirSync(folder, { recursive: true });
    for (const name of [
      `${ID}.new.json`,
      `${ID}.json.tmp-1234567890abcdef`,
      `${ID}.new.json.tmp-1234567890abcdef`,
    ])
      writeFileSync(join(folder, name), '{"sealed":"x"}');
    writeFileSync(join(folder, `${ID}.damaged-1.json`), 'kept');
    expect(documents.list('pairings')).toEqual([]);
    expect(readdirSync(folder)).toEqual([`${ID}.damaged-1.json`]);
  });

  it.skipIf(process.platform === 'win32')(
    'keeps the old document when the disk takes only a part of the new one',
    () => {
      const script = fileURLToPath(new URL('../support/write-document.ts', import.meta.url));
      const write = (bytes: number, limit: string) =>
        spawnSync(
          'sh',
          [
            '-c',
            `ulimit -f ${limit}; exec "$0" --import tsx "$1" "$2" ${bytes}`,
            // Electron's own Node cannot load electron-store as a module.
            process.env['POS_PAIRING_PLAIN_NODE'] ?? process.execPath,
            script,
            directory,
          ],
          {
            env: { ...process.env, TSX_DISABLE_CACHE: '1' },
            encoding: 'utf8',
          },
        );
      expect(write(100, 'unlimited').stdout).toBe('written');
      // A file may have 4 blocks of 512 or 1,024 bytes, so the system cuts the write short, as on a full disk.
      expect(write(20_000, '4').stdout).toBe('failed: the disk took only a part of it');
      expect(electronStoreDocuments(directory).read('a')).toEqual({
        kind: 'document',
        value: { text: 'x'.repeat(100) },
      });
      expect(readdirSync(directory)).toEqual(['a.json']);
    },
  );

  it.skipIf(process.platform === 'win32')(
    'waits for no pipe, reads no device, and no file without end',
    () => {
      const folder = join(directory, 'pairings');
      mkdirSync(folder, { recursive: true });
      spawnSync('mkfifo', [join(folder, 'pipe.json')]);
      symlinkSync('/dev/zero', join(folder, 'device.json'));
      const endless = join(folder, 'endless.json');
      writeFileSync(endless, '');
      // Takes no room on the disk.
      truncateSync(endless, 6 * 2 ** 30);
      const { notices } = new Vault(electronStoreDocuments(directory), new MemoryCipher());
      expect(notices.map(({ kind }) => kind)).toEqual(['unreadable', 'unreadable', 'unreadable']);
      expect(readdirSync(folder).toSorted()).toEqual(['device.json', 'endless.json', 'pipe.json']);
    },
  );

  it('sets aside what is cut off, empty or no JSON, byte for byte', () => {
    for (const content of ['{"version":1,"act', '', '\u0000\u0000\u0000', 'null', '[1]']) {
      const documents = electronStoreDocuments(directory);
      mkdirSync(join(directory, 'pairings'), { recursive: true });
      writeFileSync(join(directory, 'pairings', `${ID}.json`), content);
      const vault = new Vault(documents, new MemoryCipher());
      expect(vault.pairings).toEqual([]);
      const [notice] = vault.notices;
      expect(notice).toMatchObject({ kind: 'damaged', what: 'pairing' });
      expect(readFileSync(join(directory, notice?.file ?? ''), 'utf8')).toBe(content);
      rmSync(directory, { recursive: true, force: true });
    }
  });
});
