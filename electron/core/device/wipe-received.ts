import type { TLSSocket } from 'node:tls';

/**
 * Keeps in view what comes over a connection that brings a private key. Returns the function that wipes it, to be called
 * when all of it was read.
 */
export function wipeReceived(socket: TLSSocket): () => void {
  const received: Buffer[] = [];
  const keep = (chunk: Buffer) => {
    received.push(chunk);
  };
  socket.on('data', keep);
  return () => {
    socket.off('data', keep);
    for (const chunk of received) chunk.fill(0);
  };
}
