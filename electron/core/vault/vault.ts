import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { type Account, sameComputer, sameUser } from '../../../shared/account.ts';
import type { AppError } from '../../../shared/errors.ts';
import type { PairingRecord, StorageNotice } from '../../../shared/pairing.ts';
import { whySealed } from '../account/why-sealed.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import type { Credentials } from '../pki/credentials.ts';
import type { RootCa } from '../pki/root-ca.ts';
import { CarefulDocuments, storageFailed } from './careful-documents.ts';
import type { SecretCipher } from './cipher.ts';
import { type DocumentStore, PAIRINGS } from './documents.ts';
import { StorageNotices } from './notices.ts';
import { systemCode } from './own-files.ts';
import { RootCaStore } from './root-ca-store.ts';
import {
  CURRENT_VERSION,
  type PairingDocument,
  pairingDocumentSchema,
  type SealedPairing,
} from './schema.ts';
import type { StoredRootCa } from './stored-root-ca.ts';

/** By its name a leftover, so that the next start clears it away if the app ends in the middle. */
const TRIAL = 'storage-trial.new';
const TRIAL_BYTES = 32 * 1024;
/** How long the window waits for a key store that asks a person, before it opens without an answer. */
const KEY_STORE_PATIENCE_MS = 3_000;
/** A full disk is no reason to show nothing else: it is told when something is to be stored. */
const PASSING = new Set(['ENOSPC', 'EDQUOT']);
const pairingName = (id: string) => `${PAIRINGS}/${id}`;

const credentialsSchema = z.object({
  privateKeyPem: z.string(),
  certificateChainPem: z.string(),
  issuerPem: z.string(),
});

/** The stored credentials of a pairing, or why they cannot be opened: a lost key of one says nothing about others. */
export type StoredCredentials = {
  readonly record: PairingRecord;
  /** True when they still wait for their first proved connection. */
  readonly pending: boolean;
} & (
  | { readonly credentials: Credentials; readonly error?: undefined }
  /** What {@link whySealed} says, `storage-unavailable`, or `storage-locked`: to be tried again. */
  | { readonly credentials?: undefined; readonly error: AppError }
);

/**
 * The trusted Root CAs and the pairings on disk, one document each, so that a change or a damage of one never touches
 * another. Private keys and certificates of a pairing are encrypted by the operating system's key store.
 * The constructor never throws: what cannot be read is told by a notice. Methods throw {@link Failure}
 * `storage-unavailable`, `storage-failed` or `not-found`. Those that return a promise wait for the key store, and run
 * one after another for each pairing; the others are done when they return.
 */
export class Vault {
  readonly #documents: DocumentStore;
  readonly #cipher: SecretCipher;
  readonly #pairings = new Map<string, PairingDocument>();
  /** The ids in the order they are shown; kept, since sorting a thousand for each look at them adds up. */
  #order: readonly string[] | undefined;
  /** The last turn of each pairing that waits for the key store. */
  readonly #turns = new Map<string, Promise<unknown>>();
  /** How often each pairing was removed while something waited, so that nothing of that brings it back. */
  readonly #removals = new Map<string, number>();
  readonly #notices: StorageNotices;
  readonly #stored: CarefulDocuments;
  readonly #rootCas: RootCaStore;
  readonly #managedRootCas: readonly StoredRootCa[];
  readonly #account: Account | undefined;

  /**
   * @param managedRootCas trusted as well, and never stored
   * @param account whose key store the cipher works with, where that is known
   */
  constructor(
    documents: DocumentStore,
    cipher: SecretCipher,
    notices = new StorageNotices(),
    managedRootCas: readonly StoredRootCa[] = [],
    account?: Account,
  ) {
    this.#account = account;
    this.#managedRootCas = managedRootCas;
    this.#documents = documents;
    this.#cipher = cipher;
    this.#notices = notices;
    this.#stored = new CarefulDocuments(documents, notices);
    this.#rootCas = new RootCaStore(this.#stored);
    for (const name of this.#stored.list(PAIRINGS, 'pairing')) this.#loadPairing(name);
  }

  /**
   * Why nothing can be stored on this computer, or null; also null while the key store asks a person and gets no
   * answer for some seconds.
   */
  async storageProblem(): Promise<AppError | null> {
    let patience: NodeJS.Timeout | undefined;
    const unanswered = new Promise<null>((resolve) => {
      patience = setTimeout(() => resolve(null), KEY_STORE_PATIENCE_MS);
    });
    const problem = await Promise.race([this.#cipher.problem(), unanswered]);
    clearTimeout(patience);
    if (problem) return problem;
    try {
      this.#tryDisk('');
      return null;
    } catch (thrown) {
      return PASSING.has(systemCode(thrown)) ? null : storageFailed(thrown).appError;
    }
  }

  /**
   * Throws what would keep new credentials from being stored: no encryption, or a disk that takes nothing. To be
   * asked before a code is spent on them.
   */
  async requireStorage(): Promise<void> {
    await this.#encrypt(TRIAL);
    try {
      // As long as a pairing, so that a disk with room for a few bytes only is noticed.
      this.#tryDisk('x'.repeat(TRIAL_BYTES));
    } catch (thrown) {
      throw storageFailed(thrown);
    }
  }

  get notices(): readonly StorageNotice[] {
    return this.#notices.all;
  }

  /** Those of the organisation first, then in the order they were trusted. */
  get rootCas(): readonly StoredRootCa[] {
    const managed = this.#managedRootCas;
    if (managed.length === 0) return this.#rootCas.all;
    const names = new Set(managed.map(({ root }) => root.fingerprint256));
    return [...managed, ...this.#rootCas.all.filter(({ root }) => !names.has(root.fingerprint256))];
  }

  trustsRootCa(fingerprint256: string): boolean {
    return this.rootCas.some(({ root }) => root.fingerprint256 === fingerprint256);
  }

  /** Beside those that are trusted already. */
  trustRootCa(rootCa: RootCa, trustedAt: string): StoredRootCa {
    return this.#rootCas.add(rootCa, trustedAt);
  }

  /** The pairings made under it stay. */
  removeRootCa(fingerprint256: string): void {
    this.#rootCas.remove(fingerprint256);
  }

  get size(): number {
    return this.#pairings.size;
  }

  /** Oldest first. */
  get pairings(): PairingRecord[] {
    this.#order ??= [...this.#pairings.values()]
      .map(shownRecord)
      // ISO 8601 and UUIDs sort by their characters alone.
      .sort((a, b) => compare(a.pairedAt, b.pairedAt) || compare(a.id, b.id))
      .map(({ id }) => id);
    return this.#order.flatMap((id) => this.find(id) ?? []);
  }

  find(id: string): PairingRecord | undefined {
    const document = this.#pairings.get(id);
    return document && shownRecord(document);
  }

  /** New credentials that wait for their first proof, if any: their record. */
  pending(id: string): PairingRecord | undefined {
    return this.#pairings.get(id)?.pending?.record;
  }

  /**
   * Stores new credentials beside the ones in use, which stay untouched until {@link promote}. Throws `not-found` when
   * the pairing was removed meanwhile.
   */
  storePending(record: PairingRecord, credentials: Credentials): Promise<void> {
    const { id } = record;
    const removals = this.#removals.get(id);
    return this.#inTurn(id, async () => {
      const pending = {
        record: { ...record, proved: false, ...this.#owner },
        sealed: await this.#seal(credentials),
      };
      if (this.#removals.get(id) !== removals) throw failure('not-found', `pairing ${id} was removed`);
      this.#save(id, {
        version: CURRENT_VERSION,
        active: this.#pairings.get(id)?.active ?? null,
        pending,
      });
    });
  }

  /**
   * The pending credentials are proved: from now on they are the ones in use. What the user chose meanwhile (name,
   * whether it is watched) stays.
   */
  promote(id: string, proved: Partial<PairingRecord>): PairingRecord {
    const document = this.#document(id);
    const { pending } = document;
    if (!pending) throw failure('not-found', 'no pending credentials');
    const { name, watchLive } = shownRecord(document);
    const active: SealedPairing = {
      record: { ...pending.record, name, watchLive, ...proved, proved: true },
      sealed: pending.sealed,
    };
    this.#save(id, { version: CURRENT_VERSION, active, pending: null });
    return active.record;
  }

  /** Forgets pending credentials; a pairing that has no others is gone with them. */
  discardPending(id: string): void {
    const { active } = this.#document(id);
    if (active) this.#save(id, { version: CURRENT_VERSION, active, pending: null });
    else this.#erase(id);
  }

  /**
   * Changes what is known about a pairing; its credentials stay as they are. Pending credentials of the same device
   * follow it to another address and to another Root CA.
   */
  updateRecord(id: string, change: Partial<Omit<PairingRecord, 'id'>>): PairingRecord {
    const { active, pending } = this.#document(id);
    const update = (sealed: SealedPairing, changed: Partial<PairingRecord>): SealedPairing => ({
      ...sealed,
      record: { ...sealed.record, ...changed },
    });
    if (!active) {
      this.#save(id, { version: CURRENT_VERSION, active, pending: pending && update(pending, change) });
    } else {
      const together = pending && isDeepStrictEqual(pending.record.identity, active.record.identity);
      this.#save(id, {
        version: CURRENT_VERSION,
        active: update(active, change),
        pending: pending && together ? update(pending, followedBy(change)) : pending,
      });
    }
    return shownRecord(this.#document(id));
  }

  /** Erases a pairing with its secrets. */
  remove(id: string): void {
    this.#erase(id);
    if (this.#turns.has(id)) this.#removals.set(id, (this.#removals.get(id) ?? 0) + 1);
  }

  /** Decrypted credentials, the pending ones first. Secret: for a TLS handshake in this process only. */
  credentials(id: string): Promise<StoredCredentials[]> {
    return this.#inTurn(id, async () => {
      const { active, pending } = this.#document(id);
      const found: StoredCredentials[] = [];
      if (pending) found.push({ ...(await this.#open(id, pending)), pending: true });
      if (active) found.push({ ...(await this.#open(id, active)), pending: false });
      return found;
    });
  }

  /** Each pairing has one thing at a time that waits for the key store. */
  #inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    const turn = (this.#turns.get(id) ?? Promise.resolve()).then(work, work);
    this.#turns.set(id, turn);
    const end = () => {
      if (this.#turns.get(id) !== turn) return;
      this.#turns.delete(id);
      this.#removals.delete(id);
    };
    turn.then(end, end);
    return turn;
  }

  #erase(id: string): void {
    this.#stored.remove(pairingName(id));
    this.#pairings.delete(id);
    this.#order = undefined;
  }

  #document(id: string): PairingDocument {
    const document = this.#pairings.get(id);
    if (!document) throw failure('not-found', `pairing ${id}`);
    return document;
  }

  #save(id: string, document: PairingDocument): void {
    // What could not be read again would be set aside as damaged at the next start.
    const checked = pairingDocumentSchema.safeParse(document);
    if (!checked.success) {
      const where = checked.error.issues.map((issue) => issue.path.join('.')).join(', ');
      throw failure('internal', `a pairing that cannot be stored: ${where}`);
    }
    this.#stored.write(pairingName(id), checked.data);
    const before = this.#pairings.get(id);
    // Here as after a start: with nothing that the schema does not name.
    this.#pairings.set(id, checked.data);
    if (!before || shownRecord(before).pairedAt !== shownRecord(document).pairedAt) this.#order = undefined;
  }

  /** Throws what keeps a document from being written and removed. */
  #tryDisk(padding: string): void {
    this.#documents.write(TRIAL, { version: CURRENT_VERSION, padding });
    this.#documents.remove(TRIAL);
  }

  #seal(credentials: Credentials): Promise<string> {
    return this.#encrypt(JSON.stringify(credentials));
  }

  async #encrypt(text: string): Promise<string> {
    const problem = await this.#cipher.problem();
    if (problem) throw new Failure(problem);
    try {
      return await this.#cipher.encrypt(text);
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      throw failure('storage-unavailable', thrown instanceof Error ? thrown.message : 'encryption failed');
    }
  }

  async #open(
    id: string,
    { record, sealed }: SealedPairing,
  ): Promise<{ record: PairingRecord } & ({ credentials: Credentials } | { error: AppError })> {
    const problem = await this.#cipher.problem();
    if (problem) return { record, error: problem };
    try {
      const { text, reencrypt } = await this.#cipher.decrypt(sealed);
      const credentials = credentialsSchema.parse(JSON.parse(text));
      this.#noteOwner(id, { record, sealed });
      if (reencrypt) await this.#sealAnew(id, sealed, credentials);
      return { record, credentials };
    } catch (thrown) {
      if (thrown instanceof Failure) return { record, error: toAppError(thrown) };
      // What was thrown may quote the decrypted text, so it goes no further.
      return { record, error: whySealed(record.account, this.#account) };
    }
  }

  get #owner(): Pick<PairingRecord, 'account'> {
    return this.#account ? { account: this.#account } : {};
  }

  /**
   * What this account can open is its own: a version that did not note it has sealed it, or the account or the
   * computer got another name.
   */
  #noteOwner(id: string, { record, sealed }: SealedPairing): void {
    const own = this.#account;
    const { account } = record;
    if (!own || (account && sameUser(account, own) && sameComputer(account.computer, own.computer))) return;
    try {
      this.#changePart(id, sealed, (part) => ({ ...part, record: { ...part.record, account: own } }));
    } catch {
      // Nothing depends on it today, and it is noted at the next reading.
    }
  }

  /** The key store has another key: what was sealed under the old one is stored under the new one. */
  async #sealAnew(id: string, before: string, credentials: Credentials): Promise<void> {
    try {
      const sealed = await this.#seal(credentials);
      this.#changePart(id, before, (part) => ({ ...part, sealed }));
    } catch {
      // The old key still opens it, and the key store asks again at the next reading.
    }
  }

  /** Saves another form of the part with these sealed credentials, unless they are gone. */
  #changePart(id: string, sealed: string, change: (part: SealedPairing) => SealedPairing): void {
    const document = this.#pairings.get(id);
    if (!document) return;
    const changed = (part: SealedPairing | null) => (part?.sealed === sealed ? change(part) : part);
    const [active, pending] = [changed(document.active), changed(document.pending)];
    if (active === document.active && pending === document.pending) return;
    this.#save(id, { ...document, active, pending });
  }

  #loadPairing(name: string): void {
    const document = this.#stored.load(pairingName(name), 'pairing', pairingDocumentSchema);
    if (!document) return;
    const { id } = shownRecord(document);
    if (id === name) this.#pairings.set(id, document);
    else this.#stored.setAside(pairingName(name), 'pairing');
  }
}

/** What of a change is about the device, whichever credentials are used with it. */
const followedBy = ({
  address,
  trustAnchorFingerprint256,
}: Partial<PairingRecord>): Partial<PairingRecord> => ({
  ...(address && { address }),
  ...(trustAnchorFingerprint256 && { trustAnchorFingerprint256 }),
});

function shownRecord({ active, pending }: PairingDocument): PairingRecord {
  const shown = active ?? pending;
  if (!shown) throw failure('internal', 'a pairing document without a pairing');
  return shown.record;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
