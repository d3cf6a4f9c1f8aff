import type { StorageNotice } from '../../../shared/pairing.ts';

/** What the user must be told about stored data, until they say they have read it. */
export class StorageNotices {
  readonly #onAdd: () => void;
  #notices: readonly StorageNotice[] = [];

  constructor(onAdd: () => void = () => {}) {
    this.#onAdd = onAdd;
  }

  get all(): readonly StorageNotice[] {
    return this.#notices;
  }

  /** Tells each thing once while the app runs and nobody has dismissed it. */
  add(kind: StorageNotice['kind'], what: StorageNotice['what'], file: string): void {
    const id = `${what}:${kind}:${file}`;
    if (this.#notices.some((notice) => notice.id === id)) return;
    this.#notices = [...this.#notices, { id, kind, what, file }];
    this.#onAdd();
  }

  dismiss(id: string): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }
}
