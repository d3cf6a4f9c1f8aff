import { z } from 'zod';
import { toPem } from '../pki/certificate.ts';
import type { DocumentStore } from '../vault/documents.ts';
import { CURRENT_VERSION, readVersioned, trustAnchorDocumentSchema } from '../vault/schema.ts';
import { readStoredRootCa, type StoredRootCa } from '../vault/stored-root-ca.ts';
import { type Policy, policySchema } from './policy-schema.ts';

const DOCUMENT = 'policy';
const VERSION = 1;

const documentSchema = z.object({
  version: z.literal(VERSION),
  lastGood: z
    .object({ place: z.string(), policy: policySchema, rootCas: z.array(trustAnchorDocumentSchema) })
    .nullable(),
  /** The refusal that was told last, so that each start does not tell it again. */
  told: z.string().nullable(),
});

/** A policy that was fit to be used. */
export interface GoodPolicy {
  readonly place: string;
  readonly policy: Policy;
  readonly rootCas: readonly StoredRootCa[];
}

export interface PolicyMemory {
  readonly lastGood: GoodPolicy | null;
  readonly told: string | null;
}

const NOTHING: PolicyMemory = { lastGood: null, told: null };

/** What is remembered of policies: the last good one, for when a newer one is wrong. */
export class PolicyDocument {
  readonly #documents: DocumentStore;

  constructor(documents: DocumentStore) {
    this.#documents = documents;
  }

  /** Never throws: what cannot be read, or is not whole, is not used. The Root CAs are verified like an import. */
  read(): PolicyMemory {
    try {
      const stored = this.#documents.read(DOCUMENT);
      if (stored.kind !== 'document') return NOTHING;
      const read = readVersioned(stored.value, documentSchema, {}, VERSION);
      if (read.kind !== 'current') return NOTHING;
      const { lastGood, told } = read.value;
      const rootCas = lastGood?.rootCas.map(readStoredRootCa).filter((rootCa) => rootCa !== undefined) ?? [];
      const isWhole = lastGood !== null && rootCas.length === lastGood.rootCas.length;
      return {
        lastGood: isWhole
          ? { ...lastGood, rootCas: rootCas.map((rootCa) => ({ ...rootCa, managed: true })) }
          : null,
        told,
      };
    } catch {
      return NOTHING;
    }
  }

  /** Where nothing can be saved there is no last good one at the next start; that is told elsewhere. */
  write({ lastGood, told }: PolicyMemory): void {
    const document = {
      version: VERSION,
      lastGood: lastGood && { ...lastGood, rootCas: lastGood.rootCas.map(storedForm) },
      told,
    };
    try {
      this.#documents.write(DOCUMENT, document);
    } catch {
      // As above.
    }
  }
}

const storedForm = ({ root, intermediates, trustedAt }: StoredRootCa) => ({
  version: CURRENT_VERSION,
  rootPem: toPem(root),
  fingerprint256: root.fingerprint256,
  intermediatesPem: intermediates.map(toPem),
  trustedAt,
});
