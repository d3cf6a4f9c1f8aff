import { readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { readDocument } from '../core/vault/checksum.ts';
import type { StoredDocument } from '../core/vault/documents.ts';
import { isLeftover, isOwnFolder, systemCode, whileHeld } from '../core/vault/own-files.ts';

/** Drops a byte order mark, as editors put one, and takes no bytes that are no UTF-8. */
const UTF_8 = new TextDecoder('utf-8', { fatal: true });

export const documentPath = (directory: string, name: string): string => join(directory, `${name}.json`);

/** Whether the folder of a document is there and is no link, like the one it is in. */
export const hasDocumentFolder = (directory: string, folder: string): boolean =>
  isOwnFolder(directory) && (folder === directory || isOwnFolder(folder));

export const SET_ASIDE = '.damaged-';

/** The names of the documents in a folder of `directory` that is there, without the folder. */
export const documentNames = (directory: string, folder: string): string[] =>
  whileHeld(() => readdirSync(join(directory, folder)))
    .filter((file) => file.endsWith('.json') && !file.includes(SET_ASIDE) && !isLeftover(file))
    .map((file) => basename(file, '.json'));

/** Reads a document of a `DocumentStore` in `directory`, without the means to write one. */
export function readStoredDocument(directory: string, name: string): StoredDocument {
  return hasDocumentFolder(directory, dirname(documentPath(directory, name)))
    ? readInFolder(directory, name)
    : { kind: 'absent' };
}

/** The same, where the document's folder was looked at already. */
export function readInFolder(directory: string, name: string): StoredDocument {
  let bytes: Buffer;
  try {
    bytes = whileHeld(() => readFileSync(documentPath(directory, name)));
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return { kind: 'absent' };
    throw thrown;
  }
  try {
    const value = readDocument(UTF_8.decode(bytes));
    return value === undefined ? { kind: 'damaged' } : { kind: 'document', value };
  } catch {
    return { kind: 'damaged' };
  }
}
