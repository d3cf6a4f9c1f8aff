import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const RECORD_HEADER = 5;
const RECORD_CHANGE_CIPHER_SPEC = 20;
const RECORD_HANDSHAKE = 22;
const HANDSHAKE_HEADER = 4;
const HANDSHAKE_CERTIFICATE = 11;
const EMPTY_CERTIFICATE_LIST = 3;

/** A fatal `certificate_unknown` alert, in the clear as TLS 1.2 allows before ChangeCipherSpec. */
const ALERT = Buffer.from([21, 3, 3, 0, 2, 2, 46]);

/**
 * Stands between the TCP connection and a TLS 1.2 server and refuses every client certificate with an alert.
 * Node's own TLS server cannot: it lets the handshake finish and then closes the connection without an alert,
 * whereas TLS stacks on Android send one.
 */
export function gateClientCertificates(raw: Socket, onRefused: () => void): Duplex {
  let records = Buffer.alloc(0);
  let handshake = Buffer.alloc(0);
  let mode: 'watching' | 'open' | 'refused' = 'watching';

  const gate = new Duplex({
    read: () => {
      raw.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      if (mode === 'refused' || raw.destroyed) done();
      else raw.write(chunk, () => done());
    },
    final: (done) => {
      if (mode !== 'refused') raw.end();
      done();
    },
    destroy: (error, done) => {
      // After the alert the peer closes: an earlier reset could overtake the alert.
      if (mode !== 'refused') raw.destroy();
      done(error);
    },
  });

  raw.on('data', (chunk: Buffer) => {
    if (mode === 'refused') return;
    if (mode === 'watching') watch(chunk);
    if (mode === 'watching' || mode === 'open') {
      if (!gate.push(chunk)) raw.pause();
    }
  });
  raw.on('end', () => gate.push(null));
  raw.on('close', () => gate.destroy());
  return gate;

  function watch(chunk: Buffer): void {
    records = Buffer.concat([records, chunk]);
    while (mode === 'watching' && records.length >= RECORD_HEADER) {
      const type = records.readUInt8(0);
      const end = RECORD_HEADER + records.readUInt16BE(3);
      if (type === RECORD_CHANGE_CIPHER_SPEC) mode = 'open';
      if (type !== RECORD_HANDSHAKE || records.length < end) return;
      handshake = Buffer.concat([handshake, records.subarray(RECORD_HEADER, end)]);
      records = records.subarray(end);
      inspectHandshake();
    }
  }

  function inspectHandshake(): void {
    while (handshake.length >= HANDSHAKE_HEADER) {
      const type = handshake.readUInt8(0);
      const length = handshake.readUIntBE(1, 3);
      if (type === HANDSHAKE_CERTIFICATE && length > EMPTY_CERTIFICATE_LIST) {
        mode = 'refused';
        onRefused();
        raw.end(ALERT);
        raw.resume();
        return;
      }
      if (handshake.length < HANDSHAKE_HEADER + length) return;
      handshake = handshake.subarray(HANDSHAKE_HEADER + length);
    }
  }
}
