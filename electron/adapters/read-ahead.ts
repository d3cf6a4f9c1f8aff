import { join } from 'node:path';
import type { StoredDocument } from '../core/vault/documents.ts';
import { documentNames, hasDocumentFolder, readInFolder } from './stored-document.ts';

/** How long one turn may take, in milliseconds. */
const TURN_MS = 4;

/**
 * Reads the documents of a folder in turns, by their names: while the page starts, Chromium brings its processes
 * together in this thread, and a thousand files in one go would hold that up. What cannot be read is left to whoever
 * asks for it, and is told then. Never rejects.
 */
export async function readAhead(directory: string, folder: string): Promise<Map<string, StoredDocument>> {
  const read = new Map<string, StoredDocument>();
  try {
    if (!hasDocumentFolder(directory, join(directory, folder))) return read;
    let turnEnds = performance.now() + TURN_MS;
    for (const name of documentNames(directory, folder).map((file) => `${folder}/${file}`)) {
      read.set(name, readInFolder(directory, name));
      if (performance.now() < turnEnds) continue;
      await new Promise((resolve) => setImmediate(resolve));
      turnEnds = performance.now() + TURN_MS;
    }
  } catch {
    // Nothing more is read ahead.
  }
  return read;
}
