import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  unlinkSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import ElectronStore from 'electron-store';
import { withChecksum } from '../core/vault/checksum.ts';
import type { DocumentStore, StoredDocument } from '../core/vault/documents.ts';
import { makeOwnFolder, OWNER_ONLY, systemCode, tidyOwnFolder, whileHeld } from '../core/vault/own-files.ts';
import {
  documentNames,
  documentPath,
  hasDocumentFolder,
  readStoredDocument,
  SET_ASIDE,
} from './stored-document.ts';

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
 *
 * @param ahead documents that were read already, each for its first `read`; see {@link readAhead}
 */
export function electronStoreDocuments(
  directory: string,
  ahead: Map<string, StoredDocument> = new Map(),
): DocumentStore {
  const pathOf = (name: string) => documentPath(directory, name);
  const hasFolder = (path: string) => hasDocumentFolder(directory, path);
  tidyOwnFolder(directory);
  return {
    list(folder) {
      const path = join(directory, folder);
      if (!hasFolder(path)) return [];
      tidyOwnFolder(path);
      return documentNames(directory, folder);
    },
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
