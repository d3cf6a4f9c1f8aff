import type { X509Certificate } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { AppError } from '../../../shared/errors.ts';
import type { PairingRecord, StorageNotice } from '../../../shared/pairing.ts';
import { Failure, failure } from '../failure.ts';
import { parseCertificate, toPem } from '../pki/certificate.ts';
import type { Credentials } from '../pki/credentials.ts';
import type { RootCa } from '../pki/root-ca.ts';
import type { SecretCipher } from './cipher.ts';
import type { DocumentStore, StoredDocument } from './documents.ts';
import {
  CURRENT_VERSION,
  type PairingDocument,
  pairingDocumentSchema,
  readVersioned,
  type SealedPairing,
  type TrustAnchorDocument,
  trustAnchorDocumentSchema,
} from './schema.ts';

const TRUST_ANCHOR = 'trust-anchor';
const PAIRINGS = 'pairings';
const TRIAL = 'trial';
const TRIAL_BYTES = 32 * 1024;
const pairingName = (id: string) => `${PAIRINGS}/${id}`;

const credentialsSchema = z.object({
  privateKeyPem: z.string(),
  certificateChainPem: z.string(),
  issuerPem: z.string(),
});

export interface StoredRootCa extends RootCa {
  /** ISO 8601. */
  readonly trustedAt: string;
}

export interface StoredCredentials {
  readonly record: PairingRecord;
  readonly credentials: Credentials;
  /** True when they still wait for their first proved connection. */
  readonly pending: boolean;
}

/**
 * The trust anchor and the pairings on disk, one document each, so that a change or a damage of one never touches
 * another. Private keys and certificates of a pairing are encrypted by the operating system's key store.
 * All methods but the constructor throw {@link Failure} `storage-unavailable`, `storage-failed`,
 * `storage-undecryptable` or `not-found`.
 */
export class Vault {
  readonly #documents: DocumentStore;
  readonly #cipher: SecretCipher;
  readonly #pairings = new Map<string, PairingDocument>();
  /** The ids in the order they are shown; kept, since sorting a thousand for each look at them adds up. */
  #order: readonly string[] | undefined;
  /** Documents that cannot be read, or only by a newer version of the app: left exactly as they are. */
  readonly #untouchable = new Set<string>();
  #rootCa: StoredRootCa | null = null;
  #notices: StorageNotice[] = [];

  constructor(documents: DocumentStore, cipher: SecretCipher) {
    this.#documents = documents;
    this.#cipher = cipher;
    this.#loadRootCa();
    for (const name of documents.list(PAIRINGS)) this.#loadPairing(name);
  }

  get storageProblem(): AppError | null {
    return this.#cipher.problem();
  }

  /**
   * Throws what would keep new credentials from being stored: no encryption, or a disk that takes nothing. To be
   * asked before a code is spent on them.
   */
  requireStorage(): void {
    const problem = this.#cipher.problem();
    if (problem) throw new Failure(problem);
    try {
      // As long as a pairing, so that a disk with room for a few bytes only is noticed.
      this.#documents.write(TRIAL, { version: CURRENT_VERSION, padding: 'x'.repeat(TRIAL_BYTES) });
      this.#documents.remove(TRIAL);
    } catch (thrown) {
      throw storageFailed(thrown);
    }
  }

  get notices(): readonly StorageNotice[] {
    return this.#notices;
  }

  dismissNotice(id: string): void {
    this.#notices = this.#notices.filter((notice) => notice.id !== id);
  }

  get rootCa(): StoredRootCa | null {
    return this.#rootCa;
  }

  trustRootCa({ root, intermediates }: RootCa, trustedAt: string): StoredRootCa {
    const document: TrustAnchorDocument = {
      version: CURRENT_VERSION,
      rootPem: toPem(root),
      intermediatesPem: intermediates.map(toPem),
      trustedAt,
    };
    this.#write(TRUST_ANCHOR, document);
    this.#rootCa = { root, intermediates, trustedAt };
    return this.#rootCa;
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

  /** Stores new credentials beside the ones in use, which stay untouched until {@link promote}. */
  stage(record: PairingRecord, credentials: Credentials): void {
    const pending = { record: { ...record, proved: false }, sealed: this.#seal(credentials) };
    this.#save(record.id, {
      version: CURRENT_VERSION,
      active: this.#pairings.get(record.id)?.active ?? null,
      pending,
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
    else this.remove(id);
  }

  /**
   * Changes what is known about a pairing; its credentials stay as they are. Pending credentials of the same device
   * follow it to another address.
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
        pending:
          pending && together && change.address ? update(pending, { address: change.address }) : pending,
      });
    }
    return shownRecord(this.#document(id));
  }

  /** Erases a pairing with its secrets. */
  remove(id: string): void {
    try {
      this.#documents.remove(pairingName(id));
    } catch (thrown) {
      throw storageFailed(thrown);
    }
    this.#pairings.delete(id);
    this.#order = undefined;
  }

  /** Decrypted credentials, the pending ones first. Secret: for a TLS handshake in this process only. */
  credentials(id: string): StoredCredentials[] {
    const { active, pending } = this.#document(id);
    const found: StoredCredentials[] = [];
    if (pending)
      found.push({ record: pending.record, credentials: this.#unseal(pending.sealed), pending: true });
    if (active)
      found.push({ record: active.record, credentials: this.#unseal(active.sealed), pending: false });
    return found;
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
    this.#write(pairingName(id), document);
    const before = this.#pairings.get(id);
    this.#pairings.set(id, document);
    if (!before || shownRecord(before).pairedAt !== shownRecord(document).pairedAt) this.#order = undefined;
  }

  #write(name: string, document: Record<string, unknown>): void {
    if (this.#untouchable.has(name))
      throw failure('storage-failed', `${name} cannot be read, or was written by a newer version`);
    try {
      this.#documents.write(name, document);
    } catch (thrown) {
      throw storageFailed(thrown);
    }
  }

  #seal(credentials: Credentials): string {
    const problem = this.#cipher.problem();
    if (problem) throw new Failure(problem);
    try {
      return this.#cipher.encrypt(JSON.stringify(credentials));
    } catch (thrown) {
      throw failure('storage-unavailable', thrown instanceof Error ? thrown.message : 'encryption failed');
    }
  }

  #unseal(sealed: string): Credentials {
    const problem = this.#cipher.problem();
    if (problem) throw new Failure(problem);
    try {
      return credentialsSchema.parse(JSON.parse(this.#cipher.decrypt(sealed)));
    } catch {
      // What was thrown may quote the decrypted text, so it goes no further.
      throw failure('storage-undecryptable', 'the stored credentials cannot be decrypted on this computer');
    }
  }

  #loadRootCa(): void {
    const document = this.#load(TRUST_ANCHOR, 'trust-anchor', trustAnchorDocumentSchema);
    if (!document) return;
    const root = parseCertificate(document.rootPem);
    const intermediates = document.intermediatesPem.map((pem) => parseCertificate(pem));
    if (
      root &&
      intermediates.every((certificate): certificate is X509Certificate => certificate !== undefined)
    ) {
      this.#rootCa = { root, intermediates, trustedAt: document.trustedAt };
    } else this.#setAside(TRUST_ANCHOR, 'trust-anchor');
  }

  #loadPairing(name: string): void {
    const document = this.#load(pairingName(name), 'pairing', pairingDocumentSchema);
    if (!document) return;
    const { id } = shownRecord(document);
    if (id === name) this.#pairings.set(id, document);
    else this.#setAside(pairingName(name), 'pairing');
  }

  #load<T>(name: string, what: StorageNotice['what'], schema: z.ZodType<T>): T | undefined {
    let stored: StoredDocument;
    try {
      stored = this.#documents.read(name);
    } catch {
      // A broken sector, or a program that holds the file: the others must not suffer for it.
      this.#leaveAlone(name, 'unreadable', what);
      return undefined;
    }
    if (stored.kind === 'absent') return undefined;
    const read = stored.kind === 'document' ? readVersioned(stored.value, schema) : stored;
    if (read.kind === 'current') return read.value;
    if (read.kind === 'newer-version') {
      this.#leaveAlone(name, 'newer-version', what);
    } else this.#setAside(name, what);
    return undefined;
  }

  #leaveAlone(name: string, kind: StorageNotice['kind'], what: StorageNotice['what']): void {
    this.#untouchable.add(name);
    this.#notices.push({ id: `${kind}:${name}`, kind, what, file: name });
  }

  #setAside(name: string, what: StorageNotice['what']): void {
    try {
      const file = this.#documents.setAside(name);
      this.#notices.push({ id: `damaged:${file}`, kind: 'damaged', what, file });
    } catch {
      this.#leaveAlone(name, 'unreadable', what);
    }
  }
}

function shownRecord({ active, pending }: PairingDocument): PairingRecord {
  const shown = active ?? pending;
  if (!shown) throw failure('internal', 'a pairing document without a pairing');
  return shown.record;
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

const storageFailed = (thrown: unknown) =>
  failure('storage-failed', thrown instanceof Error ? thrown.message : String(thrown));
