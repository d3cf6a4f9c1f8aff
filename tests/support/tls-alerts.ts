import { createCipheriv, createHmac } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';

const RECORD_ALERT = 21;
const RECORD_APPLICATION_DATA = 23;
const FATAL = 2;

/** HKDF-Expand-Label of RFC 8446 section 7.1 for one block of SHA-256 and an empty context. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0, 1])]);
  return createHmac('sha256', secret).update(info).digest().subarray(0, length);
}

/**
 * An alert as a record under the server's application keys, after `before` others: TLS_AES_128_GCM_SHA256 (RFC 8446
 * sections 5.2 and 5.3).
 */
function encryptedAlert(alert: number, trafficSecret: Buffer, before: number): Buffer {
  const inner = Buffer.from([FATAL, alert, RECORD_ALERT]);
  const header = Buffer.from([RECORD_APPLICATION_DATA, 3, 3, 0, inner.length + 16]);
  const nonce = expandLabel(trafficSecret, 'iv', 12);
  nonce.writeUInt8(nonce.readUInt8(11) ^ before, 11);
  const cipher = createCipheriv('aes-128-gcm', expandLabel(trafficSecret, 'key', 16), nonce);
  cipher.setAAD(header);
  return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
}

/** How many records (RFC 8446 section 5.1) there are in `bytes`. */
function countRecords(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at < bytes.length; at += 5 + bytes.readUInt16BE(at + 3)) count += 1;
  return count;
}

/**
 * Stands between a TCP connection and Node's TLS server, which can end a handshake without an alert only. What the
 * server says after the client's last flight is held back until somebody has decided about the client.
 */
export class AlertGate extends Duplex {
  readonly #raw: Socket;
  #flights = 0;
  #held: Buffer[] | undefined;
  #refused = false;
  #trafficSecret: Buffer | undefined;

  constructor(raw: Socket) {
    super();
    this.#raw = raw;
    raw.on('data', (chunk) => {
      if (this.#refused) return;
      this.#flights += 1;
      if (this.#flights === 2) this.#held = [];
      this.push(chunk);
    });
    raw.on('end', () => this.push(null));
    raw.on('error', () => {});
    raw.on('close', () => this.destroy());
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    if (this.#refused || this.#raw.destroyed) done();
    else if (this.#held) {
      this.#held.push(chunk);
      done();
    } else this.#raw.write(chunk, () => done());
  }

  override _final(done: () => void): void {
    if (!this.#refused) this.#raw.end();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    if (!this.#refused) this.#raw.destroy();
    done(error);
  }

  /** Remembers what an alert is encrypted with in TLS 1.3. */
  listen(socket: TLSSocket): void {
    socket.on('keylog', (line) => {
      const [label, , secret = ''] = line.toString('latin1').trim().split(' ');
      if (label === 'SERVER_TRAFFIC_SECRET_0') this.#trafficSecret = Buffer.from(secret, 'hex');
    });
  }

  letIn(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const chunk of held) this.#raw.write(chunk);
  }

  /** Sends a fatal alert (RFC 8446 section 6) in place of all that was held back, and closes. */
  refuse(alert: number): void {
    this.#held = undefined;
    this.#say(alert, 0);
  }

  /**
   * Lets in, as TLS does by itself, and sends a fatal alert right behind the tickets (TLS 1.3 alone), and closes.
   * BoringSSL has sent none by then: it keeps them until it has something else to send.
   */
  objectTo(alert: number): void {
    const tickets = countRecords(Buffer.concat(this.#held ?? []));
    this.letIn();
    this.#say(alert, tickets);
  }

  #say(alert: number, before: number): void {
    this.#refused = true;
    const plain = Buffer.from([RECORD_ALERT, 3, 3, 0, 2, FATAL, alert]);
    this.#raw.end(this.#trafficSecret ? encryptedAlert(alert, this.#trafficSecret, before) : plain);
    // What still comes is read away: a reset could overtake the alert.
    this.#raw.resume();
  }

  /** Closes in place of all that was held back. */
  close(): void {
    this.#refused = true;
    this.#raw.end();
    this.#raw.resume();
  }
}
