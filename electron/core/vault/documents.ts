/** The folder of the pairings' documents. */
export const PAIRINGS = 'pairings';

/** What reading one stored document can find. */
export type StoredDocument =
  | { readonly kind: 'absent' }
  | { readonly kind: 'document'; readonly value: unknown }
  /** Not readable as a document at all. */
  | { readonly kind: 'damaged' };

/**
 * Named JSON documents on disk. A name is a path without extension, such as `pairings/<id>`. Writes are atomic and
 * durable: after a crash a document is either the old or the new one. Methods throw on I/O errors, and `ForeignFolder`
 * where a folder is a link to another place.
 */
export interface DocumentStore {
  /** The names in a folder, without it; none when it does not exist. */
  list(folder: string): string[];
  read(name: string): StoredDocument;
  write(name: string, value: Record<string, unknown>): void;
  remove(name: string): void;
  /** Renames an unreadable document so that nothing overwrites it; returns the new file name. */
  setAside(name: string): string;
}
