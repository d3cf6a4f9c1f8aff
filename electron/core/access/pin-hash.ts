import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { ManagerPin } from '../../../shared/brands.ts';

const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** What a hash from a file may make this computer spend: four times what ours costs. */
const MOST_BYTES = 512 * 1024 * 1024;
const MOST_LANES = 16;

/** How much one guess costs (RFC 7914): 2^`ln` blocks of 128 × `r` bytes each, `p` times. */
interface ScryptCost {
  readonly ln: number;
  readonly r: number;
  readonly p: number;
}

/** Derives keys by scrypt, and what new hashes cost. */
export interface Scrypt {
  readonly cost: ScryptCost;
  readonly derive: (pin: string, salt: Buffer, cost: ScryptCost, bytes: number) => Promise<Buffer>;
}

const memoryOf = ({ ln, r, p }: ScryptCost): number => 128 * r * (2 ** ln + p);

/** Node's own, off the main thread: N = 2^17, r = 8, p = 1, which is 128 MiB for each guess. */
export const SCRYPT: Scrypt = {
  cost: { ln: 17, r: 8, p: 1 },
  derive: (pin, salt, { ln, r, p }, bytes) =>
    new Promise((resolve, reject) => {
      // Node refuses more than 32 MiB unless told.
      const options = { N: 2 ** ln, r, p, maxmem: 2 * memoryOf({ ln, r, p }) };
      scrypt(pin, salt, bytes, options, (error, key) => (error ? reject(error) : resolve(key)));
    }),
};

/** A PIN's hash with all that is needed to compare with it. */
interface PinHash {
  readonly cost: ScryptCost;
  readonly salt: Buffer;
  readonly hash: Buffer;
}

const ENCODED = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/;
const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '');

/** The parts of an encoded hash; undefined for what is none, or would cost more than this computer has to give. */
function decode(encoded: string): PinHash | undefined {
  const [, ln, r, p, salt = '', hash = ''] = ENCODED.exec(encoded) ?? [];
  const cost = { ln: Number(ln), r: Number(r), p: Number(p) };
  const read = { cost, salt: Buffer.from(salt, 'base64'), hash: Buffer.from(hash, 'base64') };
  const isAffordable =
    cost.ln >= 1 && cost.r >= 1 && cost.p >= 1 && cost.p <= MOST_LANES && memoryOf(cost) <= MOST_BYTES;
  return isAffordable && read.salt.length >= SALT_BYTES && read.hash.length === HASH_BYTES ? read : undefined;
}

/** Whether this is what {@link hashPin} gives. */
export const isPinHash = (encoded: string): boolean => decode(encoded) !== undefined;

/**
 * One line that a PIN can be compared with and not be read from, in the PHC string format:
 * `$scrypt$ln=17,r=8,p=1$<salt>$<hash>`, base64 without padding.
 */
export async function hashPin(pin: ManagerPin, { cost, derive }: Scrypt): Promise<string> {
  const salt = randomBytes(SALT_BYTES);
  const hash = await derive(pin, salt, cost, HASH_BYTES);
  return `$scrypt$ln=${cost.ln},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(hash)}`;
}

/** Whether the digits are those of the hash, at the cost named there; false for what is no hash. */
export async function isPinOf(encoded: string, pin: string, { derive }: Scrypt): Promise<boolean> {
  const known = decode(encoded);
  if (!known) return false;
  return timingSafeEqual(await derive(pin, known.salt, known.cost, HASH_BYTES), known.hash);
}
