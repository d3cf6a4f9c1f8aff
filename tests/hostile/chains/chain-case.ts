import type { ErrorCode } from '../../../shared/errors.ts';
import type { KeyPair } from '../../simulator/keys.ts';
import { authority, ecKey, type Party } from '../certificates.ts';
import type { Der } from '../der.ts';
import type { Difference } from '../differences.ts';

/** What a device shows, and to whom. */
export interface ShownChain {
  /** Certificates as they are sent, leaf first. */
  readonly chain: readonly Uint8Array[];
  readonly key: KeyPair;
  /** What the register trusts; the usual root when left out. */
  readonly roots?: readonly Der[];
  /** The name that OpenSSL is told to look for. */
  readonly name?: string;
  readonly addedDaysAgo?: number;
  /** Not by a TLS library, though one would show it. */
  readonly byHand?: boolean;
}

/** `let-in`: the code is sent, and not before that. */
export type ChainVerdict = 'let-in' | ErrorCode;

export interface ChainCase {
  readonly group: string;
  /** What is odd about the chain. */
  readonly name: string;
  readonly expected: ChainVerdict;
  /** Where BoringSSL, in Electron, has another word for it, or another verdict. */
  readonly inBoringSsl?: { readonly expected: ChainVerdict; readonly because: Difference };
  /** Why `openssl verify` decides otherwise; left out: it must agree. */
  readonly openSslDiffers?: Difference;
  /** Made when it is needed: some keys take their time. */
  readonly show: () => ShownChain;
}

/** The vendor's root and issuing CA in all chains where nothing else is said. */
export const ROOT = authority({ subject: 'Vendor Root CA', key: ecKey('root') });
export const ISSUING = authority({ subject: 'Vendor Issuing CA', key: ecKey('issuing'), issuer: ROOT });

/** A leaf with the CA certificates sent behind it. */
export const shown = (
  leaf: Party,
  behind: readonly Party[] = [ISSUING],
  more: Partial<ShownChain> = {},
): ShownChain => ({ chain: [leaf.der, ...behind.map(({ der }) => der)], key: leaf.key, ...more });

type Odd = Pick<ChainCase, 'inBoringSsl' | 'openSslDiffers'>;

/** The cases of one group, each in one line. */
export function group(
  title: string,
  rows: readonly (readonly [name: string, expected: ChainVerdict, show: () => ShownChain, odd?: Odd])[],
): ChainCase[] {
  return rows.map(([name, expected, show, odd]) => ({ group: title, name, expected, show, ...odd }));
}

export const differs = (openSslDiffers: Difference): Odd => ({ openSslDiffers });
export const boring = (expected: ChainVerdict, because: Difference, openSslDiffers?: Difference): Odd => ({
  inBoringSsl: { expected, because },
  ...(openSslDiffers && { openSslDiffers }),
});
