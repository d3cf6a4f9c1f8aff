import type WebSocket from 'ws';

export interface Heartbeat {
  /** Milliseconds between two pings. */
  readonly everyMs: number;
  /** Milliseconds a pong may take before the channel counts as lost. */
  readonly pongWithinMs: number;
  /** Milliseconds from any fixed moment; left out: the process's own clock. */
  readonly clock?: () => number;
}

/** Pings the other end (RFC 6455 section 5.5.2) and calls `onSilent` once it does not answer; returns what ends that. */
export function startHeartbeat(
  socket: WebSocket,
  { everyMs, pongWithinMs }: Heartbeat,
  onSilent: () => void,
): () => void {
  let pongDeadline: NodeJS.Timeout | undefined;
  const isUnheard = () => {
    pongDeadline = undefined;
    // As long as nothing is read from it, its pong cannot be seen.
    if (!socket.isPaused) onSilent();
  };
  const beat = setInterval(() => {
    if (socket.readyState !== socket.OPEN || socket.isPaused) return;
    socket.ping();
    // The oldest ping without an answer counts, however often others follow.
    pongDeadline ??= setTimeout(isUnheard, pongWithinMs);
  }, everyMs);
  socket.on('pong', () => {
    clearTimeout(pongDeadline);
    pongDeadline = undefined;
  });
  return () => {
    clearInterval(beat);
    clearTimeout(pongDeadline);
  };
}
