import type { PinStore, StoredPin } from './stored-pin.ts';
import { NO_TRIES, type Tries } from './try-counter.ts';

/**
 * A manager PIN that the organisation has set for all registers. What is stored here are its wrong tries; a PIN that
 * somebody has set in the app lies beside, and is in force again when that of the organisation is gone.
 */
export class ManagedPin implements PinStore {
  readonly #pinHash: string;
  readonly #tries: PinStore;

  /** `tries`: a document of its own, not that of the app's PIN. */
  constructor(pinHash: string, tries: PinStore) {
    this.#pinHash = pinHash;
    this.#tries = tries;
  }

  read(): StoredPin {
    const stored = this.#tries.read();
    const isOfThisPin = stored.kind === 'pin' && stored.pinHash === this.#pinHash;
    return { kind: 'pin', pinHash: this.#pinHash, tries: isOfThisPin ? stored.tries : NO_TRIES };
  }

  write(pinHash: string, tries: Tries): void {
    this.#tries.write(pinHash, tries);
  }

  remove(): void {
    this.#tries.remove();
  }
}
