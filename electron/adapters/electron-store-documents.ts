import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import ElectronStore from 'electron-store';
import { withChecksum } from '../core/vault/checksum.ts';
import type { DocumentStore, StoredDocument } from '../core/vault/documents.ts';
import {
  isLeftover,
  makeOwnFolder,
  OWNER_ONLY,
  systemCode,
  tidyOwnFolder,
  whileHeld,
} from '../core/vault/own-files.ts';
import { documentPath, hasDocumentFolder, readStoredDocument } from './stored-document.ts';

/** How long one turn of reading ahead may take, in milliseconds. */
const TURN_MS = 4;
const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

export interface ReadAhead {
  /**
   * Reads the documents of a folder in turns, so that a thousand of them do not hold up what else the process does.
   * They are there for the next `read` of each. Never rejects.
   */
  readAhead(folder: string): Promise<void>;
}

const SET_ASIDE = '.damaged-';
const unique = (): string => randomBytes(4).toString('hex');

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

/** Windows replaces no file that is marked read-only, as a copy or a backup may have left it; others do not ask. */
function makeReplaceable(path: string): void {
  if (process.platform !== 'win32') return;
  try {
    chmodSync(path, OWNER_ONLY.file);
  } catch {
    // Not there yet; or held by another program, which is for the rename to wait for.
  }
}

/**
 * {@link DocumentStore} in `directory` by electron-store. What it has written is read back before it takes the
 * place of the old document: on a full disk it can write a part and report success, and where its own rename
 * does not work it writes in place, so the promise is kept here. A checksum in each document tells a spoiled one.
 */
export function electronStoreDocuments(directory: string): DocumentStore & ReadAhead {
  /** Read ahead, and not asked for yet. */
  const ahead = new Map<string, StoredDocument>();
  const pathOf = (name: string) => documentPath(directory, name);
  const hasFolder = (path: string) => hasDocumentFolder(directory, path);
  tidyOwnFolder(directory);
  const list = (folder: string): string[] => {
    const path = join(directory, folder);
    if (!hasFolder(path)) return [];
    tidyOwnFolder(path);
    return whileHeld(() => readdirSync(path))
      .filter((file) => file.endsWith('.json') && !file.includes(SET_ASIDE) && !isLeftover(file))
      .map((file) => basename(file, '.json'));
  };
  return {
    async readAhead(folder) {
      try {
        let turnEnds = performance.now() + TURN_MS;
        for (const name of list(folder).map((file) => `${folder}/${file}`)) {
          ahead.set(name, readStoredDocument(directory, name));
          if (performance.now() < turnEnds) continue;
          await nextTurn();
          turnEnds = performance.now() + TURN_MS;
        }
      } catch {
        // Whoever reads it is told.
      }
    },
    list,
    read(name) {
      const known = ahead.get(name);
      ahead.delete(name);
      return known ?? readStoredDocument(directory, name);
    },
    write(name, value) {
      ahead.delete(name);
      const path = pathOf(name);
      // A name of its own each time: what a crash left and somebody holds is not in the way.
      const fresh = `${name}.${unique()}.new`;
      const freshPath = pathOf(fresh);
      makeOwnFolder(directory);
      makeOwnFolder(dirname(path));
      try {
        const store = new ElectronStore<Record<string, unknown>>({
          cwd: dirname(freshPath),
          name: basename(fresh),
          clearInvalidConfig: false,
          configFileMode: OWNER_ONLY.file,
          accessPropertiesByDotNotation: false,
          serialize: JSON.stringify,
        });
        const stored = withChecksum(value);
        store.store = stored;
        const written = whileHeld(() => readFileSync(freshPath, 'utf8'));
        if (JSON.stringify(JSON.parse(written)) !== JSON.stringify(stored)) {
          throw new Error('the disk holds something else than was written');
        }
        whileHeld(() => sync(freshPath, 'r+'));
        makeReplaceable(path);
        whileHeld(() => renameSync(freshPath, path));
      } catch (thrown) {
        try {
          whileHeld(() => rmSync(freshPath, { force: true }));
        } catch {
          // Cleared away at the next start.
        }
        if (thrown instanceof SyntaxError) throw new Error('the disk took only a part of it');
        throw thrown;
      }
      syncFolder(dirname(path));
    },
    remove(name) {
      ahead.delete(name);
      const path = pathOf(name);
      try {
        if (!hasFolder(dirname(path))) return;
        whileHeld(() => unlinkSync(path));
      } catch (thrown) {
        if (systemCode(thrown) !== 'ENOENT') throw thrown;
        return;
      }
      syncFolder(dirname(path));
    },
    setAside(name) {
      ahead.delete(name);
      const path = pathOf(name);
      const file = `${basename(name)}${SET_ASIDE}${Date.now()}-${unique()}.json`;
      hasFolder(dirname(path));
      whileHeld(() => renameSync(path, join(dirname(path), file)));
      syncFolder(dirname(path));
      return join(dirname(name), file);
    },
  };
}
