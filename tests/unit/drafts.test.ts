import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { writeOwnerFile } from '../../electron/adapters/owner-file.ts';
import { Drafts } from '../../electron/core/export/drafts.ts';
import { writeNewFolder } from '../../electron/core/export/write-folder.ts';
import { canWriteIn } from '../../electron/core/vault/own-files.ts';
import { MemoryDocuments } from '../support/vault.ts';

const DRAFT = '.kit.0123456789ab';
let place: string;
let documents: MemoryDocuments;
beforeEach(() => {
  place = mkdtempSync(join(tmpdir(), 'pos-drafts-'));
  documents = new MemoryDocuments();
});
afterEach(() => rmSync(place, { recursive: true, force: true }));

const isNoted = () => documents.files.has('drafts');
const nextStart = () => new Drafts(documents).clearLeft();

/** What a crash leaves of a kit. */
function leave(path = join(place, DRAFT)): string {
  new Drafts(documents).note(path);
  mkdirSync(path, { recursive: true });
  writeFileSync(join(path, 'key.pem'), 'a key');
  return path;
}

it('are noted while they are written, and not any more when that has ended', async () => {
  const seen: string[] = [];
  const drafts = new Drafts(documents);
  const noted = {
    note: (path: string) => {
      seen.push(path);
      drafts.note(path);
      expect(isNoted()).toBe(true);
      expect(existsSync(path)).toBe(false);
    },
    forget: (path: string) => drafts.forget(path),
  };
  await writeNewFolder(join(place, 'kit'), [{ name: 'a', content: 'x' }], noted);
  await writeOwnerFile(join(place, 'report.zip'), Buffer.from('x'), { drafts: noted });
  await expect(writeNewFolder(join(place, 'no', 'kit'), [], noted)).rejects.toThrow('export-folder-denied');
  await expect(writeOwnerFile(join(place, 'kit'), Buffer.from('x'), { drafts: noted })).rejects.toThrow(
    'storage-failed',
  );
  expect(isNoted()).toBe(false);
  expect(seen).toHaveLength(4);
  expect(readdirSync(place).sort()).toEqual(['kit', 'report.zip']);
});

it('are cleared away at the next start when a crash has left them', async () => {
  leave();
  const file = join(place, 'history.csv.tmp-01234567');
  new Drafts(documents).note(file);
  writeFileSync(file, 'half');
  writeFileSync(join(place, 'history.csv'), 'whole');
  await nextStart();
  expect(readdirSync(place)).toEqual(['history.csv']);
  expect(isNoted()).toBe(false);
});

it('are looked for until their place is there again, such as a USB stick', async () => {
  const stick = join(place, 'stick');
  const draft = leave(join(stick, DRAFT));
  renameSync(stick, join(place, 'away'));
  await nextStart();
  expect(isNoted()).toBe(true);
  renameSync(join(place, 'away'), stick);
  await nextStart();
  expect(existsSync(draft)).toBe(false);
  expect(isNoted()).toBe(false);
});

it('that are none are left alone, whatever the note says', async () => {
  mkdirSync(join(place, 'documents'));
  writeFileSync(join(place, 'documents', 'letter.txt'), 'mine');
  writeFileSync(join(place, '.file.0123456789ab'), 'mine');
  symlinkSync(join(place, 'documents'), join(place, DRAFT));
  symlinkSync(join(place, 'documents', 'letter.txt'), join(place, 'x.tmp-01234567'));
  const before = readdirSync(place).sort();
  const drafts = new Drafts(documents);
  for (const name of [...before, 'documents/letter.txt']) drafts.note(join(place, name));
  drafts.note('documents');
  await nextStart();
  expect(readdirSync(place).sort()).toEqual(before);
  expect(readFileSync(join(place, 'documents', 'letter.txt'), 'utf8')).toBe('mine');
  expect(isNoted()).toBe(false);
});

it('are written also where no note can be kept', async () => {
  documents.failWrites = true;
  await writeNewFolder(join(place, 'kit'), [{ name: 'a', content: 'x' }], new Drafts(documents));
  expect(readdirSync(place)).toEqual(['kit']);
});

it('a note that is damaged is no note', async () => {
  const draft = leave();
  documents.files.set('drafts', '{"version":1,"paths":[1');
  await nextStart();
  expect(existsSync(draft)).toBe(true);
});

it('whether a folder can be written is tried without leaving anything, also of an earlier crash', () => {
  const folder = join(place, 'data');
  expect(canWriteIn(folder)).toBe(true);
  for (const name of ['.trial-0a1b2c3d', '.trial-mine']) writeFileSync(join(folder, name), '');
  expect(canWriteIn(folder)).toBe(true);
  expect(readdirSync(folder)).toEqual(['.trial-mine']);
  expect(canWriteIn(join(folder, '.trial-mine'))).toBe(false);
});
