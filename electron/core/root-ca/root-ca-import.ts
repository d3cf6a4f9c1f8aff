import type { RootCaPreview, TrustedRootCa } from '../../../shared/root-ca.ts';
import type { CoreContext } from '../context.ts';
import { failure } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { type RootCa, readRootCas } from '../pki/root-ca.ts';
import type { StoredRootCa } from '../vault/stored-root-ca.ts';

export const describeRootCa = ({ root, intermediates, trustedAt, managed }: StoredRootCa): TrustedRootCa => ({
  root: summarize(root),
  intermediates: intermediates.map(summarize),
  trustedAt,
  ...(managed && { managed }),
});

/** Import of the merchant's Root CAs in two steps: read and show, then trust exactly what was shown and chosen. */
export class RootCaImport {
  readonly #context: CoreContext;
  #previewed: readonly RootCa[] = [];

  constructor(context: CoreContext) {
    this.#context = context;
  }

  /** Throws what {@link readRootCas} throws. */
  preview(bytes: Uint8Array): RootCaPreview {
    const { vault, now, builtAt } = this.#context;
    this.#previewed = [];
    const { candidates, leftOut } = readRootCas(bytes, now(), builtAt);
    this.#previewed = candidates;
    return {
      candidates: candidates.map(({ root, intermediates }) => ({
        root: summarize(root),
        intermediates: intermediates.map(summarize),
        isTrusted: vault.trustsRootCa(root.fingerprint256),
      })),
      leftOut: [...leftOut],
    };
  }

  /** Those of the file previewed last. Throws {@link Failure} `root-ca-changed` when one is not among them. */
  previewed(fingerprints: readonly string[]): RootCa[] {
    return [...new Set(fingerprints)].map((wanted) => {
      const found = this.#previewed.find(({ root }) => root.fingerprint256 === wanted);
      if (!found) throw failure('root-ca-changed');
      return found;
    });
  }

  /** Trusts one of them beside the others. Throws {@link Failure} `root-ca-changed`, `storage-failed`. */
  trust(fingerprint256: string): StoredRootCa {
    const { vault, now } = this.#context;
    const [rootCa] = this.previewed([fingerprint256]);
    if (!rootCa) throw failure('root-ca-changed');
    return vault.trustRootCa(rootCa, new Date(now()).toISOString());
  }

  /** What was shown counts no longer. */
  forget(): void {
    this.#previewed = [];
  }
}
