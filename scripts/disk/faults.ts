/** Files that are spoiled, of a newer version or not to be read, and disks that take nothing. */
import {
  chmodSync,
  chownSync,
  cpSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { writeOwnerFile } from '../../electron/adapters/owner-file.ts';
import { toAppError } from '../../electron/core/failure.ts';
import { VersionMemory } from '../../electron/core/updates/version-memory.ts';
import { withChecksum } from '../../electron/core/vault/checksum.ts';
import { type Row, skippedRow, Tally } from '../long-tests/result.ts';
import { type Authorities, fill, PIN } from './fill.ts';
import { COUNTED_ANEW, documentOf, fileOf, judgeSpoiled, KINDS, type Kind } from './flips.ts';
import {
  differences,
  filesIn,
  leftoversIn,
  openCore,
  putBack,
  type Start,
  type Stored,
  startOver,
  vaultFolder,
} from './stored.ts';
import { isRoot, smallDisk } from './surroundings.ts';

const NOBODY = 65_534;
const NEEDS_ROOT = 'needs root on Linux';

/** Root may read and write anything, so it becomes somebody else for a while. */
async function asNobody<T>(work: () => Promise<T>): Promise<T> {
  if (!isRoot) return work();
  process.setegid?.(NOBODY);
  process.seteuid?.(NOBODY);
  try {
    return await work();
  } finally {
    process.seteuid?.(0);
    process.setegid?.(0);
  }
}

/** Gives a folder with all that is in it to somebody, where that can be done. */
function giveTo(folder: string, user: number): void {
  if (!isRoot) return;
  chownSync(folder, user, user);
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }))
    chownSync(join(folder, name), user, user);
}

/** Spoiled as by a crash, a copy that broke off, or a file system that was repaired; `cuts`: at how many lengths. */
const damages = (cuts: number): Readonly<Record<string, (bytes: Buffer) => readonly Buffer[]>> => ({
  'cut off': (bytes) =>
    Array.from({ length: cuts }, (_, index) =>
      bytes.subarray(0, Math.floor((bytes.length * (index + 1)) / (cuts + 2))),
    ),
  'empty, or all zeros': (bytes) => [Buffer.alloc(0), Buffer.alloc(bytes.length)],
  'with a sector of zeros': (bytes) =>
    Array.from({ length: Math.ceil(bytes.length / 512) }, (_, index) => {
      const spoiled = Buffer.from(bytes);
      spoiled.fill(0, index * 512, Math.min(bytes.length, (index + 1) * 512));
      return spoiled;
    }),
  'with something else in it': () => [
    Buffer.from('null'),
    Buffer.from('[1]'),
    Buffer.from([0xff, 0xfe, 0xc0]),
  ],
});

export async function spoilAll(place: string, authorities: Authorities, cuts: number): Promise<Row[]> {
  const folder = join(place, 'spoiled');
  mkdirSync(folder);
  const ids = await fill(folder, authorities);
  const before = (await startOver(folder)).stored;
  const files = filesIn(folder);
  const rows: Row[] = [];
  for (const [what, spoil] of Object.entries(damages(cuts))) {
    const tally = new Tally();
    for (const kind of KINDS) {
      const { fate, title, managesPin } = kind;
      // Of lines, what is cut off or overwritten may be any number of them.
      if (fate === 'lines') continue;
      const [name, bytes] = fileOf(kind, files, ids);
      for (const spoiled of spoil(bytes)) {
        writeFileSync(join(folder, name), spoiled);
        try {
          const start = await startOver(folder, { managesPin });
          const { outcome, wrong } = judgeSpoiled(folder, name, fate, spoiled, before, start);
          tally.judge(wrong, outcome, title);
        } catch (thrown) {
          tally.fail(`${title}: no start, ${String(thrown)}`);
        }
        putBack(folder, files);
      }
    }
    rows.push(tally.row('file', `Each document ${what}`));
  }
  rows.push(await cutLines(folder, files, before, cuts), await newerVersions(folder, files, ids, before));
  return rows;
}

/** History and time line cut off anywhere: every whole line before that is there, and the next one can be written. */
async function cutLines(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  before: Stored,
  cuts: number,
): Promise<Row> {
  const tally = new Tally();
  for (const [name, bytes] of files) {
    if (!name.endsWith('.jsonl')) continue;
    for (let length = 0; length < bytes.length; length += Math.ceil(bytes.length / (4 * cuts))) {
      writeFileSync(join(folder, name), bytes.subarray(0, length));
      const document = documentOf(name);
      const all = (before.get(document) ?? '').split('\n');
      const cut = bytes.subarray(0, length).toString();
      // A line that lacks only its line end is whole.
      const whole = cut.split('\n').filter((line) => line.endsWith('"}')).length;
      const start = await startOver(folder);
      const left = (start.stored.get(document) ?? '').split('\n').filter((line) => line !== '');
      const wrong =
        left.join() === all.slice(0, whole).join() ? [] : [`${left.length} lines of ${whole} are left`];
      for (const other of differences(before, start.stored))
        if (other !== document) wrong.push(`${other} changed`);
      if (document === 'history') {
        start.core.renamePairing(start.core.vault.pairings[1]?.id ?? '', 'Later');
        const { stored } = await startOver(folder);
        const now = (stored.get('history') ?? '').split('\n').filter((line) => line !== '');
        if (now.length !== whole + 1) wrong.push('the next line is not there');
      }
      tally.judge(wrong, 'lines before are whole', `${name} at ${length}`);
      putBack(folder, files);
    }
  }
  return tally.row('file', 'History and time line cut off, and the next line written');
}

/**
 * What is wrong about a start over a file that is whole and of no use now, being of a newer version or not to be read,
 * and after everything was tried that writes; `isKept`: the file is as it was.
 */
function judgeUseless(
  { fate }: Kind,
  document: string,
  told: 'newer-version' | 'unreadable',
  { stored, notices, core }: Start,
  isKept: boolean,
): { readonly outcome: string; readonly wrong: string[] } {
  const tells = fate !== 'set aside, untold' && fate !== 'done without';
  const isTold = tells ? notices.length === 1 && notices[0]?.kind === told : notices.length === 0;
  const wrong = isTold ? [] : [`told ${JSON.stringify(notices)}`];
  const now = stored.get(document);
  switch (fate) {
    case 'counted anew':
      if (now !== COUNTED_ANEW || core.manager.state.state === 'off')
        wrong.push(`the PIN is not in force: ${now}`);
      if (isKept) wrong.push('the next try was not counted');
      return { outcome: 'told, the PIN holds, the next try counted over it', wrong };
    case 'done without':
      if (now !== 'null') wrong.push(`another ${document}: ${now}`);
      return { outcome: 'done without', wrong };
    default:
      if (!isKept) wrong.push('it was overwritten');
      return { outcome: tells ? 'told and left alone' : 'left alone', wrong };
  }
}

/** Written by a newer version of the app: told, left alone, and not overwritten by whoever tries. */
async function newerVersions(
  folder: string,
  files: ReadonlyMap<string, Buffer>,
  ids: readonly string[],
  before: Stored,
): Promise<Row> {
  const tally = new Tally();
  for (const kind of KINDS) {
    const { fate, title, managesPin } = kind;
    // Lines have no version.
    if (fate === 'lines') continue;
    const [name, bytes] = fileOf(kind, files, ids);
    for (const hasChecksum of [true, false]) {
      const { checksum: _, ...document } = JSON.parse(bytes.toString());
      const newer = { ...document, version: 99, more: { of: 'it' } };
      writeFileSync(join(folder, name), JSON.stringify(hasChecksum ? withChecksum(newer) : newer));
      const written = readFileSync(join(folder, name));
      const start = await startOver(folder, { managesPin });
      await tryToWrite(start, folder);
      const isKept = readFileSync(join(folder, name)).equals(written);
      const again = await startOver(folder, { managesPin });
      const { outcome, wrong } = judgeUseless(kind, documentOf(name), 'newer-version', start, isKept);
      if (isKept && !isDeepStrictEqual(again.notices, start.notices))
        wrong.push(`told then ${JSON.stringify(again.notices)}`);
      for (const other of differences(before, start.stored))
        if (other !== documentOf(name)) wrong.push(`${other} changed`);
      tally.judge(wrong, outcome, title);
      putBack(folder, files);
    }
  }
  return tally.row('file', 'Each document of a newer version, and everything tried that would overwrite it');
}

/** Whatever may be refused is. */
async function quietly(work: () => unknown): Promise<void> {
  try {
    await work();
  } catch {
    // As it should be.
  }
}

/** Everything that writes documents. */
async function tryToWrite({ core }: Start, folder: string): Promise<void> {
  // Where the PIN cannot be read, or is the organisation's, this is a wrong try.
  await quietly(() => core.manager.unlock(PIN));
  for (const { id } of core.vault.pairings) await quietly(() => core.renamePairing(id, 'Newer'));
  await quietly(() => core.updateSettings({ language: 'fr' }));
  await quietly(() => core.manager.set('73519264'));
  for (const { id } of core.vault.pairings)
    await quietly(() =>
      core.bridges.configure(id, { on: false, port: '', origins: '', messageLimitKib: '64' }),
    );
  core.drafts.note(join(folder, '.kit.ba9876543210'));
  const versions = new VersionMemory(electronStoreDocuments(vaultFolder(folder)), '1.3.0');
  versions.arrive();
  versions.installing('1.4.0');
  // What is unlocked waits for minutes to be locked again, and this process with it.
  core.manager.lock();
}

/** Files and folders that this user may not read or write. */
export async function denyAll(place: string, authorities: Authorities): Promise<Row[]> {
  const rows: Row[] = [];
  const ways = [
    {
      what: 'Each file without any permission (EACCES)',
      spoil: (path: string) => chmodSync(path, 0),
      root: false,
    },
    { what: 'Each file of another user', spoil: (path: string) => chownSync(path, 0, 0), root: true },
  ];
  for (const { what, spoil, root } of ways) {
    if (root && !isRoot) {
      rows.push(skippedRow('denied', what, NEEDS_ROOT));
      continue;
    }
    const tally = new Tally();
    for (const kind of KINDS) {
      const { title, managesPin } = kind;
      if (title === 'Time line') continue;
      const folder = join(place, 'denied');
      mkdirSync(folder, { mode: 0o711 });
      const ids = await fill(folder, authorities);
      giveTo(folder, NOBODY);
      const begin = () => asNobody(() => startOver(folder, { managesPin }));
      const before = (await begin()).stored;
      const [name, content] = fileOf(kind, filesIn(folder), ids);
      const document = documentOf(name);
      const path = join(folder, name);
      spoil(path);
      const start = await begin();
      const changed = differences(before, start.stored).filter((other) => other !== document);
      await asNobody(() => tryToWrite(start, folder));
      const isKept = readFileSync(path).equals(content);
      const { outcome, wrong } = judgeUseless(kind, document, 'unreadable', start, isKept);
      wrong.push(...changed.map((other) => `${other} changed`));
      if (root) chownSync(path, NOBODY, NOBODY);
      else chmodSync(path, 0o600);
      const again = await begin();
      if (isKept && again.stored.get(document) !== before.get(document) && title !== 'History')
        wrong.push('it is not back when it can be read again');
      if (again.notices.length > 0) wrong.push('still told afterwards');
      tally.judge(wrong, isKept ? `${outcome}, back afterwards` : outcome, title);
      rmSync(folder, { recursive: true });
    }
    rows.push(tally.row('denied', what));
  }
  rows.push(await deniedFolders(place, authorities));
  return rows;
}

/** Folders of another user, or without permissions, in place of each of the app's. */
async function deniedFolders(place: string, authorities: Authorities): Promise<Row> {
  const what = 'Each folder of another user, closed or for reading only';
  if (!isRoot) return skippedRow('denied', what, NEEDS_ROOT);
  const tally = new Tally();
  for (const name of [
    '',
    'vault',
    'vault/pairings',
    'vault/root-cas',
    'vault/bridges',
    'history',
    'history/timeline',
  ])
    for (const mode of [0o700, 0o755]) {
      const folder = join(place, 'denied');
      mkdirSync(folder, { mode: 0o711 });
      await fill(folder, authorities);
      giveTo(folder, NOBODY);
      const before = (await asNobody(() => startOver(folder))).stored;
      const files = filesIn(folder);
      chownSync(join(folder, name), 0, 0);
      chmodSync(join(folder, name), mode);
      const wrong: string[] = [];
      try {
        const start = await asNobody(async () => {
          const started = await startOver(folder).catch(() => undefined);
          // What cannot be read at all makes its screen fail, and not the start.
          return started ?? { core: openCore(folder), stored: undefined };
        });
        if (mode === 0o755 && !start.stored) wrong.push('what can be read was not');
        if (mode === 0o755 && start.stored && differences(before, start.stored).length > 0)
          wrong.push(`changed: ${differences(before, start.stored).join()}`);
        if (name.startsWith('vault') || name === '') {
          const problem = await asNobody(() => start.core.vault.storageProblem());
          const isTold = problem?.code === 'storage-failed' || start.core.vault.notices.length > 0;
          if (mode === 0o700 && !isTold) wrong.push('nothing is told');
        }
      } catch (thrown) {
        wrong.push(`no start: ${String(thrown)}`);
      }
      giveTo(folder, NOBODY);
      chmodSync(join(folder, name), 0o700);
      const after = filesIn(folder);
      const changed = [...files]
        .filter(([each, bytes]) => !after.get(each)?.equals(bytes))
        .map(([each]) => each);
      if (changed.length > 0) wrong.push(`written: ${changed.join()}`);
      const back = await asNobody(() => startOver(folder));
      if (differences(before, back.stored).length > 0) wrong.push('not back afterwards');
      tally.judge(wrong, 'starts, nothing lost', `${name || 'the data folder'} ${mode.toString(8)}`);
      rmSync(folder, { recursive: true });
    }
  return tally.row('denied', what);
}

interface Deed {
  readonly name: string;
  readonly run: (start: Start, out: string) => unknown;
  /** What it may fail with. */
  readonly codes: readonly string[];
  readonly isInHistory?: true;
}

/** Lines that tell of the deed, and of the app's end; and the note of an export, which a full disk may not let go. */
const MAY_CHANGE = new Set(['history', 'timeline', 'drafts']);

const FULL = ['storage-failed', 'export-disk-full'];

/** Everything that writes. */
const deeds = ({ second }: Authorities): readonly Deed[] => [
  {
    name: 'renaming',
    run: ({ core }) => core.renamePairing(core.vault.pairings[1]?.id ?? '', 'Deed'),
    codes: ['storage-failed'],
    isInHistory: true,
  },
  {
    name: 'a setting',
    run: ({ core }) => core.updateSettings({ language: 'fr' }),
    codes: ['storage-failed'],
  },
  {
    name: 'a Root CA',
    run: ({ core }) => {
      core.rootCaImport.preview(Buffer.from(second.certificatePem));
      return core.trustRootCas([second.certificate.fingerprint256]);
    },
    codes: ['storage-failed'],
  },
  {
    name: 'a bridge',
    run: ({ core }) =>
      core.bridges.configure(core.vault.pairings[1]?.id ?? '', {
        on: false,
        port: '45679',
        origins: '',
        messageLimitKib: '64',
      }),
    codes: ['storage-failed'],
  },
  { name: 'the manager PIN', run: ({ core }) => core.manager.set('73519264'), codes: ['storage-failed'] },
  {
    name: 'removing',
    isInHistory: true,
    run: ({ core }) => core.removePairing(core.vault.pairings[2]?.id ?? ''),
    codes: ['storage-failed'],
  },
  {
    name: 'a connection kit',
    run: ({ core }, out) =>
      core.connectionKit.export({
        pairingId: core.vault.pairings[1]?.id ?? '',
        format: 'pem-plain',
        password: { kind: 'none' },
        chooseFolder: async () => join(out, 'kit'),
      }),
    codes: [...FULL, 'export-folder-denied'],
  },
  {
    name: 'a support report',
    run: ({ core }, out) => writeOwnerFile(join(out, 'report.zip'), Buffer.alloc(60_000, 7), core),
    codes: ['storage-failed'],
  },
];

/** What the exports of a folder are: each is whole, or not there. */
const wrongExports = (out: string): string[] =>
  readdirSync(out).flatMap((name) => {
    const path = join(out, name);
    if (name === 'kit') return filesIn(path).size >= 10 ? [] : [`the kit has ${filesIn(path).size} files`];
    if (name === 'report.zip') return statSync(path).size === 60_000 ? [] : ['a part of the report'];
    return [`left over: ${name}`];
  });

/** A disk on which `left` bytes are free, for each deed: done as a whole, or refused and nothing has changed. */
export async function fillDisks(place: string, authorities: Authorities, levels: number): Promise<Row[]> {
  const what = `Each deed on a full disk (ENOSPC), with 0 to ${(levels - 1) * 4} KiB left`;
  const disk = smallDisk(join(place, 'small'), '640k');
  if (!disk) return [skippedRow('disk', what, NEEDS_ROOT)];
  const tally = new Tally();
  try {
    const template = join(place, 'template');
    mkdirSync(template);
    await fill(template, authorities, { withPin: false });
    for (const deed of deeds(authorities))
      for (let level = 0; level < levels; level += 1) {
        const folder = join(disk.path, 'data');
        const out = join(disk.path, 'out');
        cpSync(template, folder, { recursive: true });
        mkdirSync(out);
        const before = (await startOver(folder)).stored;
        disk.leave(level * 4096);
        const start = await startOver(folder);
        const wrong = differences(before, start.stored).map((name) => `${name} changed at the start`);
        const code = await codeOf(start, () => deed.run(start, out));
        if (code !== 'done' && !deed.codes.includes(code)) wrong.push(`failed with ${code}`);
        wrong.push(...wrongExports(out));
        const after = await startOver(folder);
        const changed = differences(before, after.stored).filter((name) => !MAY_CHANGE.has(name));
        if (code !== 'done' && changed.length > 0) wrong.push(`failed, and has changed ${changed.join()}`);
        // What is in no file is said to be in none.
        const isToldOf = after.stored.get('history') !== before.get('history') || start.core.history.problem;
        if (code === 'done' && deed.isInHistory && !isToldOf)
          wrong.push('a line of history is missing, untold');
        if (after.notices.length > 0) wrong.push(`told ${JSON.stringify(after.notices)}`);
        wrong.push(...leftoversIn(folder).map((name) => `left over: ${name}`));
        disk.free();
        const later = await startOver(folder);
        if (later.stored.get('drafts') !== before.get('drafts')) wrong.push('a draft is still noted');
        const again = code === 'done' ? 'done' : await codeOf(later, () => deed.run(later, out));
        if (again !== 'done') wrong.push(`with room again: ${again}`);
        tally.judge(
          wrong,
          code === 'done' ? 'done' : 'refused, nothing changed',
          `${deed.name}, ${level * 4} KiB`,
        );
        rmSync(folder, { recursive: true });
        rmSync(out, { recursive: true });
      }
  } finally {
    disk.remove();
  }
  return [tally.row('disk', what)];
}

/** A disk that is read-only: all is shown, nothing is written, and afterwards everything works. */
export async function protectDisk(place: string, authorities: Authorities): Promise<Row[]> {
  const what = 'Each deed on a read-only disk (EROFS)';
  const disk = smallDisk(join(place, 'protected'), '4m');
  if (!disk) return [skippedRow('disk', what, NEEDS_ROOT)];
  const tally = new Tally();
  try {
    for (const deed of deeds(authorities)) {
      const folder = join(disk.path, 'data');
      const out = join(disk.path, 'out');
      mkdirSync(out);
      await fill(folder, authorities, { withPin: false });
      const before = (await startOver(folder)).stored;
      disk.protect(true);
      const start = await startOver(folder);
      const wrong = differences(before, start.stored).map((name) => `${name} changed`);
      if ((await start.core.vault.storageProblem())?.code !== 'storage-failed') wrong.push('nothing is told');
      const code = await codeOf(start, () => deed.run(start, out));
      if (!deed.codes.includes(code)) wrong.push(`it is ${code}`);
      disk.protect(false);
      wrong.push(...wrongExports(out), ...leftoversIn(folder));
      const later = await startOver(folder);
      const changed = differences(before, later.stored).filter((name) => !MAY_CHANGE.has(name));
      if (changed.length > 0) wrong.push(`changed: ${changed.join()}`);
      const again = await codeOf(later, () => deed.run(later, out));
      if (again !== 'done') wrong.push(`when it can be written again: ${again}`);
      tally.judge(wrong, 'refused, nothing changed, done afterwards', deed.name);
      rmSync(folder, { recursive: true });
      rmSync(out, { recursive: true });
    }
  } finally {
    disk.remove();
  }
  return [tally.row('disk', what)];
}

/** What the deed came to; then the app ends, so that nothing of it goes on. */
async function codeOf({ core }: Start, work: () => unknown): Promise<string> {
  try {
    await work();
    return 'done';
  } catch (thrown) {
    return toAppError(thrown).code;
  } finally {
    await core.close();
  }
}
