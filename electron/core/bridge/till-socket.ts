import type { BridgeCloseCause } from '../../../shared/bridge-close-codes.ts';
import { TextSocket } from '../device/text-socket.ts';

/** Codes that ws itself ends a connection with, by what it has read (RFC 6455 section 7.4.1). */
const CAUSE_OF_OWN_CODE: Readonly<Record<number, BridgeCloseCause>> = {
  1002: 'malformed',
  1007: 'malformed',
  1008: 'malformed',
  1009: 'too-large',
};

/** The till's end. What ws refuses by itself ends with one of the bridge's own codes too. */
export class TillSocket extends TextSocket {
  protected override readonly isClient = false;

  /** Says how a connection is ended that has carried what it must not. */
  onRefused: (cause: BridgeCloseCause) => { readonly code: number; readonly reason: string } | undefined =
    () => undefined;

  override close(code?: number, reason?: string | Buffer): void {
    const cause = code !== undefined && reason === undefined ? CAUSE_OF_OWN_CODE[code] : undefined;
    const refused = cause && this.onRefused(cause);
    if (refused) super.close(refused.code, refused.reason);
    else super.close(code, reason);
  }
}
