import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { readAhead } from '../../electron/adapters/read-ahead.ts';
import { PAIRINGS } from '../../electron/core/vault/documents.ts';
import { Vault } from '../../electron/core/vault/vault.ts';
import { createCa } from '../simulator/pki.ts';
import { addPairings } from '../support/many-pairings.ts';
import { MemoryCipher } from '../support/vault.ts';

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'pos-pairing-ahead-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const fill = async (count: number) =>
  addPairings(
    new Vault(electronStoreDocuments(directory), new MemoryCipher()),
    count,
    await createCa({ commonName: 'Root' }),
    9,
  );

it('reads what the vault then need not read, and lets others have their turns', async () => {
  const pairings = await fill(600);
  let turns = 0;
  const counting = setInterval(() => {
    turns += 1;
  });
  const ahead = await readAhead(directory, PAIRINGS);
  clearInterval(counting);
  expect(ahead.size).toBe(600);
  expect(turns).toBeGreaterThan(0);
  // Were the files read again, they would be found spoiled.
  for (const { id } of pairings) writeFileSync(join(directory, PAIRINGS, `${id}.json`), '{');
  const vault = new Vault(electronStoreDocuments(directory, ahead), new MemoryCipher());
  expect(vault.pairings.map(({ id }) => id)).toEqual(pairings.map(({ id }) => id));
  expect(ahead.size).toBe(0);
});

it('is no copy that outlives a change', async () => {
  const [pairing] = await fill(1);
  const name = `${PAIRINGS}/${pairing?.id}`;
  const ahead = await readAhead(directory, PAIRINGS);
  const documents = electronStoreDocuments(directory, ahead);
  documents.write(name, { version: 2, changed: true });
  expect(documents.read(name)).toEqual({ kind: 'document', value: { version: 2, changed: true } });
  const again = electronStoreDocuments(directory, await readAhead(directory, PAIRINGS));
  again.remove(name);
  expect(again.read(name)).toEqual({ kind: 'absent' });
});

it('leaves what it cannot read to whoever asks', async () => {
  expect((await readAhead(directory, PAIRINGS)).size).toBe(0);
  const [pairing] = await fill(1);
  writeFileSync(join(directory, PAIRINGS, `${pairing?.id}.json`), '{');
  const documents = electronStoreDocuments(directory, await readAhead(directory, PAIRINGS));
  const vault = new Vault(documents, new MemoryCipher());
  expect(vault.notices).toMatchObject([{ kind: 'damaged', what: 'pairing' }]);
});
