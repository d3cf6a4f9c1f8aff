import type { DocumentNotice, StorageNotice } from '../../../shared/pairing.ts';

/** What the user must be told about stored data, until they say they have read it. */
export class StorageNotices {
  readonly #listeners = new Set<() => void>();
  #notices: readonly StorageNotice[] = [];

  get all(): readonly StorageNotice[] {
    return this.#notices;
  }

  /** Tells each thing once while the app runs and nobody has dismissed it. */
  add(kind: DocumentNotice['kind'], what: DocumentNotice['what'], file: string): void {
    this.#add({ id: `${what}:${kind}:${file}`, kind, what, file });
  }

  /** Nothing can be saved in this folder. */
  addUnwritable(folder: string): void {
    this.#add({ id: 'data-folder:unwritable', kind: 'unwritable', what: 'data-folder', file: folder });
  }

  dismiss(id: string): void {
    this.#change(this.#notices.filter((notice) => notice.id !== id));
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #add(added: StorageNotice): void {
    if (!this.#notices.some(({ id }) => id === added.id)) this.#change([...this.#notices, added]);
  }

  #change(notices: readonly StorageNotice[]): void {
    this.#notices = notices;
    for (const listener of this.#listeners) listener();
  }
}
