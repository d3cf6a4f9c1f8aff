import type { StorageNotice } from '../../../shared/pairing.ts';

/** What the user must be told about stored data, until they say they have read it. */
export class StorageNotices {
  readonly #listeners = new Set<() => void>();
  #notices: readonly StorageNotice[] = [];

  get all(): readonly StorageNotice[] {
    return this.#notices;
  }

  /** Tells each thing once while the app runs and nobody has dismissed it. */
  add(kind: StorageNotice['kind'], what: StorageNotice['what'], file: string): void {
    const id = `${what}:${kind}:${file}`;
    if (this.#notices.some((notice) => notice.id === id)) return;
    this.#change([...this.#notices, { id, kind, what, file }]);
  }

  dismiss(id: string): void {
    this.#change(this.#notices.filter((notice) => notice.id !== id));
  }

  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #change(notices: readonly StorageNotice[]): void {
    this.#notices = notices;
    for (const listener of this.#listeners) listener();
  }
}
