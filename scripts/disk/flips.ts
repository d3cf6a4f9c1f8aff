/** Every bit of every stored file, flipped: the app starts, says so or has lost nothing, and keeps the original. */
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { electronStoreDocuments } from '../../electron/adapters/electron-store-documents.ts';
import { NO_TRIES } from '../../electron/core/access/try-counter.ts';
import { History } from '../../electron/core/history/history.ts';
import { parseLine } from '../../electron/core/timeline/line.ts';
import { type Row, Tally } from '../long-tests/result.ts';
import { type Authorities, fill } from './fill.ts';
import {
  differences,
  type Files,
  filesIn,
  historyFolder,
  MANAGED_PIN_HASH,
  NO_VERSIONS,
  type Start,
  type Stored,
  startOver,
  vaultFolder,
} from './stored.ts';

/** What becomes of a file that is spoiled. */
type Fate =
  /** Kept under another name and told; what it said is gone. */
  | 'set aside'
  /** Kept under another name; nobody has chosen anything in it, so nobody is told. */
  | 'set aside, untold'
  /** Left where it is and told: what it guards stays locked. */
  | 'left'
  /** Told and left until the next try of the PIN is counted over it; the PIN itself is known elsewhere. */
  | 'counted anew'
  /** A copy of what is known elsewhere, the place of a window, a note of drafts: done without, and written anew. */
  | 'done without'
  /** A line of it or the two beside a spoiled line end are skipped. */
  | 'lines';

export interface Kind {
  readonly title: string;
  /** Whether a file is of this kind; `ids`: what {@link fill} returns. */
  readonly has: (file: string, ids: readonly string[]) => boolean;
  readonly fate: Fate;
  /** Read only under a policy that sets the manager PIN. */
  readonly managesPin?: true;
}

const matching = (pattern: RegExp) => (file: string) => pattern.test(file);
const pairing = (index: number) => (file: string, ids: readonly string[]) =>
  file === `vault/pairings/${ids[index]}.json`;

export const KINDS: readonly Kind[] = [
  { title: 'Pairing', has: pairing(1), fate: 'set aside' },
  { title: 'Pairing with new keys that wait for their proof', has: pairing(0), fate: 'set aside' },
  { title: 'Root CA', has: matching(/^vault\/root-cas\//), fate: 'set aside' },
  { title: 'Settings', has: matching(/^vault\/settings\.json$/), fate: 'set aside' },
  { title: 'Bridge', has: matching(/^vault\/bridges\//), fate: 'set aside' },
  { title: 'Manager PIN', has: matching(/^vault\/manager-pin\.json$/), fate: 'left' },
  {
    title: 'Tries of a PIN of the policy',
    has: matching(/^vault\/managed-pin\.json$/),
    fate: 'counted anew',
    managesPin: true,
  },
  { title: 'Last good policy', has: matching(/^vault\/policy\.json$/), fate: 'done without' },
  { title: 'Versions', has: matching(/^vault\/versions\.json$/), fate: 'set aside, untold' },
  { title: 'Drafts', has: matching(/^vault\/drafts\.json$/), fate: 'done without' },
  { title: 'Window', has: matching(/^vault\/window\.json$/), fate: 'done without' },
  { title: 'History', has: matching(/^history\/history-/), fate: 'lines' },
  { title: 'Time line', has: matching(/^history\/timeline\//), fate: 'lines' },
];

/** The file of a kind among those of a data folder, with what is in it. */
export function fileOf(
  { title, has }: Kind,
  files: Files,
  ids: readonly string[],
): readonly [string, Buffer] {
  const found = [...files].find(([file]) => has(file, ids));
  if (!found) throw new Error(`no file of ${title}`);
  return found;
}

/** What becomes of the tries when nothing is known of them. */
export const COUNTED_ANEW = JSON.stringify({ kind: 'pin', pinHash: MANAGED_PIN_HASH, tries: NO_TRIES });

/** The document of a file, as it is called in what is stored. */
export function documentOf(file: string): string {
  if (file.startsWith('history/timeline/')) return 'timeline';
  if (file.startsWith('history/')) return 'history';
  return file.replace(/^vault\//, '').replace(/\.json$/, '');
}

/** What is wrong about a start after a file was spoiled; `outcome` in a word when nothing is. */
export function judgeSpoiled(
  folder: string,
  file: string,
  fate: Fate,
  spoiled: Buffer,
  before: Stored,
  { stored, notices, core }: Start,
): { readonly outcome: string; readonly wrong: string[]; readonly aside: string | undefined } {
  const document = documentOf(file);
  const changed = differences(before, stored);
  const wrong = changed.filter((name) => name !== document).map((name) => `${name} changed as well`);
  const [notice] = notices;
  const isAside = notice?.kind === 'damaged' && fate === 'set aside';
  const aside = isAside
    ? join(folder, 'vault', notice.file)
    : fate === 'set aside, untold'
      ? asideOf(folder, document)
      : undefined;
  const kept = aside ?? join(folder, file);
  if (!isSame(kept, spoiled)) wrong.push('the original is not kept');
  if (!changed.includes(document)) {
    // A bit of a space, or of the name of the checksum itself.
    if (notices.length > 0 && fate !== 'left') wrong.push(`told, though nothing is lost: ${notice?.kind}`);
    return { outcome: 'the same', wrong, aside };
  }
  const now = stored.get(document);
  switch (fate) {
    case 'set aside': {
      if (notices.length !== 1 || !isAside) wrong.push(`changed, and told is ${JSON.stringify(notices)}`);
      const isGone = document === 'settings' ? now?.includes('"checkIntervalMinutes":15') : now === undefined;
      if (!isGone) wrong.push(`another ${document}: ${now}`);
      return { outcome: 'set aside and told', wrong, aside };
    }
    case 'set aside, untold':
      if (notices.length > 0 || !aside) wrong.push(`not set aside, or told ${JSON.stringify(notices)}`);
      if (now !== NO_VERSIONS) wrong.push(`another ${document}: ${now}`);
      return { outcome: 'set aside', wrong, aside };
    case 'left':
      if (notices.length !== 1 || now !== '{"kind":"unreadable"}')
        wrong.push(`${now}, told ${notices.length}`);
      return { outcome: 'left, told, and locked', wrong, aside };
    case 'counted anew':
      if (notices.length !== 1 || notice?.kind !== 'damaged' || now !== COUNTED_ANEW)
        wrong.push(`${now}, told ${JSON.stringify(notices)}`);
      if (core.manager.state.state !== 'locked') wrong.push(`the PIN is ${core.manager.state.state}`);
      return { outcome: 'told, and the PIN holds', wrong, aside };
    case 'done without':
      if (notices.length > 0 || now !== 'null') wrong.push(`another ${document}: ${now}`);
      return { outcome: 'done without', wrong, aside };
    case 'lines': {
      const lines = (before.get(document) ?? '').split('\n');
      const left = now === '' ? [] : (now ?? '').split('\n');
      if (left.some((line) => !lines.includes(line))) wrong.push('a line says something else');
      if (lines.length - left.length > 2) wrong.push(`${lines.length - left.length} lines are lost`);
      const tells = notices.some(({ kind }) => kind !== 'damaged' && kind !== 'newer-version');
      if (tells) wrong.push(`told ${JSON.stringify(notices)}`);
      return {
        outcome: lines.length - left.length === 2 ? 'two lines skipped' : 'a line skipped',
        wrong,
        aside,
      };
    }
  }
}

/** Of a document at the top of the vault. */
function asideOf(folder: string, document: string): string | undefined {
  const name = readdirSync(vaultFolder(folder)).find((each) => each.startsWith(`${document}.damaged-`));
  return name && join(vaultFolder(folder), name);
}

function isSame(path: string, bytes: Buffer): boolean {
  try {
    return readFileSync(path).equals(bytes);
  } catch {
    return false;
  }
}

/** What the code that reads a file makes of it, without the rest of the app. */
function readerOf(folder: string, file: string): () => unknown {
  const document = documentOf(file);
  if (document === 'history') {
    return () => new History({ directory: historyFolder(folder), now: Date.now }).all();
  }
  const path = join(folder, file);
  if (document === 'timeline') return () => readFileSync(path, 'utf8').split('\n').map(parseLine);
  const documents = electronStoreDocuments(vaultFolder(folder));
  return () => {
    const read = documents.read(document);
    return read.kind === 'document' ? read.value : 'damaged';
  };
}

/**
 * Flips each `step`th bit of one file of each kind. What is read of a document must be as it was or damaged, and of
 * lines some of those that were there; with each `startStep`th of them, and with all that are read as they were, the
 * app is started.
 */
export async function flipAll(
  place: string,
  authorities: Authorities,
  { step, startStep }: { readonly step: number; readonly startStep: number },
): Promise<{ readonly rows: Row[]; readonly starts: number }> {
  const folder = join(place, 'flips');
  mkdirSync(folder);
  const ids = await fill(folder, authorities);
  const before = (await startOver(folder, { opensKeys: false })).stored;
  const rows: Row[] = [];
  let starts = 0;
  for (const kind of KINDS) {
    const { title, fate, managesPin } = kind;
    const tally = new Tally();
    const files = filesIn(folder);
    const [name, bytes] = fileOf(kind, files, ids);
    const path = join(folder, name);
    const read = readerOf(folder, name);
    const whole = read();
    for (let bit = 0; bit < bytes.length * 8; bit += step) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      writeFileSync(path, flipped);
      const now = read();
      const isSpoiled = fate === 'lines' ? !isDeepStrictEqual(now, whole) : now === 'damaged';
      if (isSpoiled && (bit / step) % startStep !== 0) {
        tally.judge(
          wrongLines(now, whole),
          fate === 'lines' ? 'read without it' : 'read as damaged',
          `bit ${bit}`,
        );
        continue;
      }
      starts += 1;
      try {
        const start = await startOver(folder, { opensKeys: false, managesPin });
        const { outcome, wrong, aside } = judgeSpoiled(folder, name, fate, flipped, before, start);
        tally.judge(wrong, outcome, `bit ${bit & 7} of byte ${bit >> 3}`);
        if (aside) rmSync(aside, { force: true });
      } catch (thrown) {
        tally.fail(`bit ${bit & 7} of byte ${bit >> 3}: no start, ${String(thrown)}`);
      }
    }
    writeFileSync(path, bytes, { mode: 0o600 });
    const others = differences(
      new Map([...files].map(([each, content]) => [each, content.toString('latin1')])),
      new Map([...filesIn(folder)].map(([each, content]) => [each, content.toString('latin1')])),
    );
    if (others.length > 0) tally.fail(`files that were not meant have changed: ${others.join()}`);
    rows.push(tally.row('flip', `${title}, ${bytes.length.toLocaleString('en')} bytes`));
  }
  return { rows, starts };
}

/** Lines that say something else than before, and more than two that are gone. */
function wrongLines(now: unknown, before: unknown): string[] {
  if (!Array.isArray(now) || !Array.isArray(before)) return [];
  const known = before.map((line) => JSON.stringify(line));
  const left = now.map((line) => JSON.stringify(line)).filter((line) => line !== 'null');
  const other = left.filter((line) => !known.includes(line)).map((line) => `another line: ${line}`);
  const lost = known.filter((line) => line !== 'null').length - left.length;
  return lost > 2 ? [...other, `${lost} lines are lost`] : other;
}
