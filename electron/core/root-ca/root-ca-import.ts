import type { RootCaPreview, TrustedRootCa } from '../../../shared/root-ca.ts';
import type { CoreContext } from '../context.ts';
import { failure } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { type RootCa, readRootCa } from '../pki/root-ca.ts';
import type { StoredRootCa } from '../vault/stored-root-ca.ts';

export const describeRootCa = ({ root, intermediates, trustedAt }: StoredRootCa): TrustedRootCa => ({
  root: summarize(root),
  intermediates: intermediates.map(summarize),
  trustedAt,
});

/** Import of the merchant's Root CA in two steps: read and show, then trust exactly what was shown. */
export class RootCaImport {
  readonly #context: CoreContext;
  #previewed: RootCa | undefined;

  constructor(context: CoreContext) {
    this.#context = context;
  }

  preview(bytes: Uint8Array): RootCaPreview {
    const { vault, now, builtAt } = this.#context;
    this.#previewed = undefined;
    const rootCa = readRootCa(bytes, now(), builtAt);
    this.#previewed = rootCa;
    return {
      root: summarize(rootCa.root),
      intermediates: rootCa.intermediates.map(summarize),
      replaces: vault.rootCa && summarize(vault.rootCa.root),
      affectedPairingIds: this.#affected(rootCa),
    };
  }

  /**
   * Throws {@link Failure} `root-ca-changed` unless `fingerprint256` is the previewed one, `invalid-request` when it
   * would replace another one and that was not confirmed.
   */
  requirePreviewed(fingerprint256: string, replaceConfirmed: boolean): RootCa {
    const { rootCa } = this.#context.vault;
    const previewed = this.#previewed;
    if (previewed?.root.fingerprint256 !== fingerprint256) throw failure('root-ca-changed');
    const replacesAnother = rootCa !== null && rootCa.root.fingerprint256 !== fingerprint256;
    if (replacesAnother && !replaceConfirmed)
      throw failure('invalid-request', 'replacing the Root CA was not confirmed');
    return previewed;
  }

  /** Throws what {@link requirePreviewed} does. */
  trust(fingerprint256: string, replaceConfirmed: boolean): TrustedRootCa {
    const { vault, now } = this.#context;
    const previewed = this.requirePreviewed(fingerprint256, replaceConfirmed);
    const stored = vault.trustRootCa(previewed, new Date(now()).toISOString());
    this.#previewed = undefined;
    return describeRootCa(stored);
  }

  #affected({ root }: RootCa): string[] {
    return this.#context.vault.pairings
      .filter(({ trustAnchorFingerprint256 }) => trustAnchorFingerprint256 !== root.fingerprint256)
      .map(({ id }) => id);
  }
}
