import { TextSocket } from './text-socket.ts';

/** A WebSocket that tells when the other end says goodbye, not only when the connection is closed after it. */
export class ChannelWebSocket extends TextSocket {
  protected override readonly isClient = true;

  /** Its code, 1005 for none, and its reason. */
  onClosedByPeer: (code: number, reason: string) => void = () => {};

  /** ws answers a close frame with its own code and reason (RFC 6455 section 5.5.1); all other calls give no reason. */
  override close(code?: number, reason?: string | Buffer): void {
    if (code === undefined) this.onClosedByPeer(1005, '');
    else if (reason !== undefined) this.onClosedByPeer(code, reason.toString());
    super.close(code, reason);
  }
}
