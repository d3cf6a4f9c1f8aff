import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import ElectronStore from 'electron-store';
import type { DocumentStore, StoredDocument } from './vault/documents.ts';

const OWNER_ONLY = 0o600;

/** {@link DocumentStore} in `directory` by electron-store, which writes to a temporary file, syncs and renames. */
export function electronStoreDocuments(directory: string): DocumentStore {
  const pathOf = (name: string) => join(directory, `${name}.json`);
  const open = (name: string) =>
    new ElectronStore<Record<string, unknown>>({
      cwd: dirname(pathOf(name)),
      name: basename(name),
      clearInvalidConfig: false,
      configFileMode: OWNER_ONLY,
      accessPropertiesByDotNotation: false,
    });
  return {
    list(folder) {
      mkdirSync(join(directory, folder), { recursive: true });
      return readdirSync(join(directory, folder))
        .filter((file) => file.endsWith('.json') && !file.includes('.damaged-'))
        .map((file) => basename(file, '.json'));
    },
    read(name): StoredDocument {
      if (!existsSync(pathOf(name))) return { kind: 'absent' };
      try {
        return { kind: 'document', value: { ...open(name).store } };
      } catch (thrown) {
        if (thrown instanceof SyntaxError) return { kind: 'damaged' };
        throw thrown;
      }
    },
    write(name, value) {
      open(name).store = value;
    },
    remove(name) {
      rmSync(pathOf(name), { force: true });
    },
    setAside(name) {
      const file = `${basename(name)}.damaged-${Date.now()}.json`;
      renameSync(pathOf(name), join(dirname(pathOf(name)), file));
      return join(dirname(name), file);
    },
  };
}
