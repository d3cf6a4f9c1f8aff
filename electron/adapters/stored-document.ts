import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { readDocument } from '../core/vault/checksum.ts';
import type { StoredDocument } from '../core/vault/documents.ts';
import { isLeftover, isOwnFolder, systemCode, whileHeld } from '../core/vault/own-files.ts';

const BYTE_ORDER_MARK = '\ufeff';
/** What is read in the place of bytes that are no UTF-8; a document may have one of its own. */
const REPLACEMENT = '\ufffd';

/** A pairing with two sets of keys has 10 kB. */
const MOST_BYTES = 16 * 1024 * 1024;

const EXTENSION = '.json';

/** Put together by hand: a start does so a thousand times. */
export const documentPath = (directory: string, name: string): string =>
  `${directory}${sep}${name}${EXTENSION}`;

/** Whether the folder of a document is there and is no link, like the one it is in. */
export const hasDocumentFolder = (directory: string, folder: string): boolean =>
  isOwnFolder(directory) && (folder === directory || isOwnFolder(folder));

export const SET_ASIDE = '.damaged-';

/** The names of the documents in a folder of `directory` that is there, without the folder. */
export const documentNames = (directory: string, folder: string): string[] =>
  whileHeld(() => readdirSync(join(directory, folder)))
    .filter((file) => file.endsWith(EXTENSION) && !file.includes(SET_ASIDE) && !isLeftover(file))
    .map((file) => file.slice(0, -EXTENSION.length));

/** Reads a document of a `DocumentStore` in `directory`, without the means to write one. */
export function readStoredDocument(directory: string, name: string): StoredDocument {
  return hasDocumentFolder(directory, dirname(documentPath(directory, name)))
    ? readInFolder(directory, name)
    : { kind: 'absent' };
}

/** Throws for what would never come to an end, such as a pipe or a device, or takes all memory. */
function requireFile(path: string): void {
  const found = whileHeld(() => statSync(path));
  if (!found.isFile()) throw new Error(`${path} is no file`);
  if (found.size > MOST_BYTES) throw new Error(`${path} has ${found.size} bytes`);
}

/** The same, where the document's folder was looked at already. */
export function readInFolder(directory: string, name: string): StoredDocument {
  const path = documentPath(directory, name);
  let text: string;
  try {
    requireFile(path);
    // As text, which is one call of the system's where bytes are four: a thousand documents are read at a start.
    text = whileHeld(() => readFileSync(path, 'utf8'));
    if (text.includes(REPLACEMENT) && !isUtf8(whileHeld(() => readFileSync(path))))
      return { kind: 'damaged' };
  } catch (thrown) {
    if (systemCode(thrown) === 'ENOENT') return { kind: 'absent' };
    throw thrown;
  }
  try {
    // As editors put one.
    const value = readDocument(text.startsWith(BYTE_ORDER_MARK) ? text.slice(1) : text);
    return value === undefined ? { kind: 'damaged' } : { kind: 'document', value };
  } catch {
    return { kind: 'damaged' };
  }
}
