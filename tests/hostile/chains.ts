import { CA_FLAGS, EXTENSIONS, NAME_CONSTRAINTS } from './chains/authorities.ts';
import type { ChainCase } from './chains/chain-case.ts';
import { DATES } from './chains/dates.ts';
import { ENCODING } from './chains/encoding.ts';
import { NAMES } from './chains/names.ts';
import { EXTENDED_KEY_USAGES, KEY_USAGES } from './chains/purposes.ts';
import { STRENGTH } from './chains/strength.ts';
import { ISSUERS, LONG_CHAINS, WELL_FORMED } from './chains/trust.ts';

/** Chains a device may show. Their kinds follow the testcases of x509-limbo, as far as a device can show them. */
export const CHAINS: readonly ChainCase[] = [
  ...WELL_FORMED,
  ...ISSUERS,
  ...CA_FLAGS,
  ...NAME_CONSTRAINTS,
  ...EXTENSIONS,
  ...EXTENDED_KEY_USAGES,
  ...KEY_USAGES,
  ...NAMES,
  ...DATES,
  ...STRENGTH,
  ...LONG_CHAINS,
  ...ENCODING,
];
