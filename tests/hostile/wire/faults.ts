import { setTimeout as sleep } from 'node:timers/promises';
import { Gone, RECORD, type Tls13Peer } from '../tls13.ts';

/** What a peer may do at any moment of a connection, instead of going on or while it goes on. */

/** `over`: nothing follows. */
type Aftermath = 'over' | 'goes-on';
export interface Fault {
  readonly name: string;
  readonly strike: (peer: Tls13Peer) => Promise<Aftermath>;
}

const fault = (name: string, strike: (peer: Tls13Peer) => Promise<Aftermath | undefined>): Fault => ({
  name,
  strike: async (peer) => (await strike(peer)) ?? 'over',
});

const CLOSE_NOTIFY = 0;
const BYTE_MS = 50;

export const RESET = fault('reset', async ({ tcp }) => void tcp.resetAndDestroy());
export const FIN = fault('closed without a word', async ({ tcp }) => void tcp.end());
export const GOODBYE = fault('closed with close_notify', async (peer) => {
  await peer.alert(1, CLOSE_NOTIFY);
  peer.tcp.end();
});
/** Until the other end has had enough. */
export const SILENCE = fault('silence', async (peer) => {
  for (;;) await peer.skip();
});
/** One byte now and then. */
export const SLOW_LORIS = fault('one byte in 50 ms', async (peer) => {
  peer.put = async (tcp, bytes) => {
    for (const byte of bytes) {
      if (tcp.destroyed) throw new Gone('closed');
      tcp.write(Buffer.from([byte]));
      await sleep(BYTE_MS);
    }
  };
  return 'goes-on';
});
export const SINGLE_BYTES = fault('one byte in a packet', async (peer) => {
  peer.put = async (tcp, bytes) => {
    for (const byte of bytes) if (!tcp.destroyed) tcp.write(Buffer.from([byte]));
  };
  return 'goes-on';
});
export const TINY_RECORDS = fault('one byte in a record', async (peer) => {
  peer.recordBytes = 1;
  return 'goes-on';
});
export const emptyRecords = (count: number): Fault =>
  fault(`${count} empty records`, async (peer) => {
    for (let at = 0; at < count; at += 1) await peer.raw(peer.record(RECORD.application, Buffer.alloc(0)));
    return 'goes-on';
  });
export const GARBAGE = fault('bytes of another protocol', async (peer) => {
  await peer.raw(Buffer.from('SSH-2.0-dropbear_2024.85\r\n'));
  peer.tcp.end();
});
export const PLAIN_HTTP = fault('HTTP without TLS', async (peer) => {
  await peer.raw(Buffer.from('HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n'));
  peer.tcp.end();
});
export const HUGE_RECORD = fault('a record of 65,535 bytes', async (peer) => {
  await peer.raw(Buffer.concat([Buffer.from([RECORD.handshake, 3, 3, 0xff, 0xff]), Buffer.alloc(65_535)]));
  peer.tcp.end();
});
export const STRANGE_RECORD = fault('a record of a type nobody knows', async (peer) => {
  await peer.raw(Buffer.from([99, 3, 3, 0, 1, 0]));
  peer.tcp.end();
});
export const FORGED_RECORD = fault('a record that is not sealed by the key', async (peer) => {
  await peer.raw(Buffer.concat([Buffer.from([RECORD.application, 3, 3, 0, 64]), Buffer.alloc(64, 9)]));
  peer.tcp.end();
});
export const OUT_OF_PLACE = fault('a handshake message out of place', async (peer) => {
  await peer.send(RECORD.handshake, Buffer.from([14, 0, 0, 0]));
  peer.tcp.end();
});

export const alert = (level: 1 | 2, description: number): Fault =>
  fault(`${level === 1 ? 'warning' : 'alert'} ${description}`, async (peer) => {
    await peer.alert(level, description);
    if (level === 1) return 'goes-on';
    peer.tcp.end();
    return 'over';
  });

export const ENDS: readonly Fault[] = [RESET, FIN, GOODBYE, SILENCE, GARBAGE, alert(2, 80)];
