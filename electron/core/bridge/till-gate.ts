import type { IncomingHttpHeaders } from 'node:http';
import type { LockOut } from './lock-out.ts';
import { matchesToken } from './token.ts';

/** The subprotocol a till names; pages send their token as a second one, since they cannot set a header. */
export const SUBPROTOCOL = 'pos-pairing';
const TOKEN_PREFIX = 'token.';

export interface GateParts {
  readonly port: () => number;
  readonly origins: () => readonly string[];
  /** null: no token was made, so nobody is let in. */
  readonly tokenSha256: () => string | null;
  readonly lockOut: LockOut;
}

export type Admission =
  /** `origin`: '' for a till that is no page. */
  | { readonly kind: 'let-in'; readonly origin: string }
  | {
      readonly kind: 'refused';
      readonly status: 401 | 403 | 429;
      readonly reason: 'host' | 'origin' | 'no-token' | 'wrong-token' | 'locked';
      /** The page that may read the refusal. */
      readonly origin?: string;
      readonly retryAfterS?: number;
    };

/** Names of a till's subprotocols (RFC 6455 section 11.3.4). */
const subprotocolsOf = (headers: IncomingHttpHeaders): string[] =>
  (headers['sec-websocket-protocol'] ?? '').split(',').map((name) => name.trim());

function tokenOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1];
  if (bearer !== undefined) return bearer;
  const names = subprotocolsOf(headers);
  if (!names.includes(SUBPROTOCOL)) return undefined;
  return names.find((name) => name.startsWith(TOKEN_PREFIX))?.slice(TOKEN_PREFIX.length);
}

/** Who may speak to the bridge: the Host, the Origin and the token of a request. */
export class TillGate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  judge(headers: IncomingHttpHeaders): Admission {
    const { lockOut, tokenSha256 } = this.#parts;
    if (!this.isOwnHost(headers)) return { kind: 'refused', status: 403, reason: 'host' };
    // A browser that leaves the Origin out, as for an image, still says that it is one.
    const unnamedPage = headers.origin === undefined && headers['sec-fetch-site'] !== undefined;
    if (unnamedPage || (headers.origin !== undefined && !this.isAllowed(headers.origin)))
      return { kind: 'refused', status: 403, reason: 'origin' };
    const page = headers.origin === undefined ? {} : { origin: headers.origin };
    const token = tokenOf(headers);
    // Who brings none does not guess.
    if (token === undefined) return { kind: 'refused', status: 401, reason: 'no-token', ...page };
    const stored = tokenSha256();
    // First, whatever others have tried: a forgotten page with an old token must not keep the till out.
    if (stored !== null && matchesToken(token, stored))
      return { kind: 'let-in', origin: headers.origin ?? '' };
    const lockedMs = lockOut.remainingMs;
    if (lockedMs > 0) {
      const retryAfterS = Math.ceil(lockedMs / 1000);
      return { kind: 'refused', status: 429, reason: 'locked', retryAfterS, ...page };
    }
    lockOut.failed();
    return { kind: 'refused', status: 401, reason: 'wrong-token', ...page };
  }

  /** A name that leads elsewhere for others (DNS rebinding) is none of ours, although it led here. */
  isOwnHost({ host }: IncomingHttpHeaders): boolean {
    const port = this.#parts.port();
    return ['127.0.0.1', 'localhost', '[::1]'].some((name) => host?.toLowerCase() === `${name}:${port}`);
  }

  isAllowed(origin: string): boolean {
    return this.#parts.origins().includes(origin);
  }
}
