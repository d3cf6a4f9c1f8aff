import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import ElectronStore from 'electron-store';
import type { DocumentStore, StoredDocument } from '../core/vault/documents.ts';

const OWNER_ONLY = 0o600;
/** What electron-store and {@link electronStoreDocuments} leave behind when the power fails in the middle. */
const LEFTOVER = /\.new\.json$|\.json\.tmp-/;
const SET_ASIDE = '.damaged-';
/** Windows refuses to rename or erase what a virus scanner or a backup holds open; that passes. */
const HELD = { codes: new Set(['EPERM', 'EBUSY', 'EACCES']), tries: 20, pauseMs: 50 };

const codeOf = (thrown: unknown): string =>
  thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';

function whileHeld(work: () => void): void {
  for (let left = HELD.tries - 1; ; left -= 1) {
    try {
      work();
      return;
    } catch (thrown) {
      if (process.platform !== 'win32' || left === 0 || !HELD.codes.has(codeOf(thrown))) throw thrown;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, HELD.pauseMs);
    }
  }
}

function sync(path: string, flags: 'r' | 'r+'): void {
  const descriptor = openSync(path, flags);
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Makes a rename or a removal in a folder last. Windows does so by itself and cannot open folders. */
function syncFolder(folder: string): void {
  if (process.platform === 'win32') return;
  try {
    sync(folder, 'r');
  } catch {
    // Some network file systems cannot. The change is made, and reporting it as failed would be wrong.
  }
}

/**
 * {@link DocumentStore} in `directory` by electron-store. What it has written is read back before it takes the
 * place of the old document: on a full disk it can write a part and report success, and where its own rename
 * does not work it writes in place, so the promise is kept here.
 */
export function electronStoreDocuments(directory: string): DocumentStore {
  const pathOf = (name: string) => join(directory, `${name}.json`);
  return {
    list(folder) {
      const path = join(directory, folder);
      mkdirSync(path, { recursive: true });
      const files = readdirSync(path);
      // The app runs once for each data folder, so nobody is writing these. They may hold sealed secrets of
      // pairings that were removed since.
      for (const file of files.filter((name) => LEFTOVER.test(name)))
        rmSync(join(path, file), { force: true });
      return files
        .filter((file) => file.endsWith('.json') && !file.includes(SET_ASIDE) && !LEFTOVER.test(file))
        .map((file) => basename(file, '.json'));
    },
    read(name): StoredDocument {
      let text: string;
      try {
        text = readFileSync(pathOf(name), 'utf8');
      } catch (thrown) {
        if (codeOf(thrown) === 'ENOENT') return { kind: 'absent' };
        throw thrown;
      }
      try {
        return { kind: 'document', value: JSON.parse(text) };
      } catch {
        return { kind: 'damaged' };
      }
    },
    write(name, value) {
      const path = pathOf(name);
      const fresh = `${name}.new`;
      const freshPath = pathOf(fresh);
      try {
        rmSync(freshPath, { force: true });
        const store = new ElectronStore<Record<string, unknown>>({
          cwd: dirname(freshPath),
          name: basename(fresh),
          clearInvalidConfig: false,
          configFileMode: OWNER_ONLY,
          accessPropertiesByDotNotation: false,
        });
        store.store = value;
        if (JSON.stringify(JSON.parse(readFileSync(freshPath, 'utf8'))) !== JSON.stringify(value)) {
          throw new Error('the disk holds something else than was written');
        }
        sync(freshPath, 'r+');
        whileHeld(() => renameSync(freshPath, path));
      } catch (thrown) {
        rmSync(freshPath, { force: true });
        if (thrown instanceof SyntaxError) throw new Error('the disk took only a part of it');
        throw thrown;
      }
      syncFolder(dirname(path));
    },
    remove(name) {
      try {
        whileHeld(() => unlinkSync(pathOf(name)));
      } catch (thrown) {
        if (codeOf(thrown) !== 'ENOENT') throw thrown;
        return;
      }
      syncFolder(dirname(pathOf(name)));
    },
    setAside(name) {
      const file = `${basename(name)}${SET_ASIDE}${Date.now()}.json`;
      whileHeld(() => renameSync(pathOf(name), join(dirname(pathOf(name)), file)));
      syncFolder(dirname(pathOf(name)));
      return join(dirname(name), file);
    },
  };
}
