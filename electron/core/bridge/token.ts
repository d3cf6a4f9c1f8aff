import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const TOKEN_BYTES = 32;

/** What is kept of a token: SHA-256, lower-case hex. A token has 256 bits of its own, so it needs no salt. */
export const hashToken = (token: string): string => createHash('sha256').update(token).digest('hex');

/** 256 random bits as base64url, which fits into a header and into a subprotocol's name. Secret. */
export const makeToken = (): string => randomBytes(TOKEN_BYTES).toString('base64url');

/** In constant time, whatever was given. */
export const matchesToken = (given: string, storedHash: string): boolean =>
  timingSafeEqual(Buffer.from(hashToken(given), 'hex'), Buffer.from(storedHash, 'hex'));
