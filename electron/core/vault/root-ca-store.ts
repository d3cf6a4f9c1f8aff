import { failure, toAppError } from '../failure.ts';
import { toPem } from '../pki/certificate.ts';
import type { RootCa } from '../pki/root-ca.ts';
import type { CarefulDocuments } from './careful-documents.ts';
import { CURRENT_VERSION, type TrustAnchorDocument, trustAnchorDocumentSchema } from './schema.ts';
import { readStoredRootCa, type StoredRootCa } from './stored-root-ca.ts';

const FOLDER = 'root-cas';
/** The document of the one Root CA that versions before this folder knew. */
const ONLY_ONE = 'trust-anchor';
const WHAT = 'trust-anchor';

const fileOf = (fingerprint256: string) => fingerprint256.replaceAll(':', '').toLowerCase();
const nameOf = (fingerprint256: string) => `${FOLDER}/${fileOf(fingerprint256)}`;

const documentOf = ({ root, intermediates, trustedAt }: StoredRootCa): TrustAnchorDocument => ({
  version: CURRENT_VERSION,
  rootPem: toPem(root),
  fingerprint256: root.fingerprint256,
  intermediatesPem: intermediates.map(toPem),
  trustedAt,
});

/** The trusted Root CAs on disk, a document each, named by the SHA-256 fingerprint of its DER form. */
export class RootCaStore {
  readonly #documents: CarefulDocuments;
  readonly #rootCas = new Map<string, StoredRootCa>();

  constructor(documents: CarefulDocuments) {
    this.#documents = documents;
    for (const file of documents.list(FOLDER, WHAT)) {
      const rootCa = this.#load(`${FOLDER}/${file}`);
      if (!rootCa) continue;
      if (fileOf(rootCa.root.fingerprint256) === file) this.#rootCas.set(rootCa.root.fingerprint256, rootCa);
      else documents.setAside(`${FOLDER}/${file}`, WHAT);
    }
    this.#takeOver();
  }

  /** In the order they were trusted. */
  get all(): readonly StoredRootCa[] {
    return [...this.#rootCas.values()].sort(
      (a, b) => compare(a.trustedAt, b.trustedAt) || compare(a.root.fingerprint256, b.root.fingerprint256),
    );
  }

  /** Throws {@link Failure} `storage-failed`. */
  add({ root, intermediates }: RootCa, trustedAt: string): StoredRootCa {
    const rootCa = { root, intermediates, trustedAt };
    this.#documents.write(nameOf(root.fingerprint256), documentOf(rootCa));
    this.#rootCas.set(root.fingerprint256, rootCa);
    return rootCa;
  }

  /** Throws {@link Failure} `not-found`, `storage-failed`. */
  remove(fingerprint256: string): void {
    const rootCa = this.#rootCas.get(fingerprint256);
    if (!rootCa) throw failure('not-found', `Root CA ${fingerprint256}`);
    // Where an older version's document could not be taken over, it would bring the Root CA back at the next start.
    if (this.#load(ONLY_ONE)?.root.fingerprint256 === fingerprint256) this.#documents.remove(ONLY_ONE);
    this.#documents.remove(nameOf(fingerprint256));
    this.#rootCas.delete(fingerprint256);
  }

  #load(name: string): StoredRootCa | undefined {
    const document = this.#documents.load(name, WHAT, trustAnchorDocumentSchema);
    const rootCa = document && readStoredRootCa(document);
    if (document && !rootCa) this.#documents.setAside(name, WHAT);
    return rootCa;
  }

  /**
   * The document of an older version becomes one of these. It goes only when its successor is on the disk: whenever
   * the app ends in between, the next start goes on from there.
   */
  #takeOver(): void {
    const only = this.#load(ONLY_ONE);
    if (!only) return;
    try {
      if (!this.#rootCas.has(only.root.fingerprint256)) this.add(only, only.trustedAt);
      this.#documents.remove(ONLY_ONE);
    } catch (thrown) {
      if (toAppError(thrown).code !== 'storage-failed') throw thrown;
      // The disk takes nothing at the moment. It is trusted all the same, and the next start tries again.
      this.#rootCas.set(only.root.fingerprint256, only);
    }
  }
}

const compare = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
