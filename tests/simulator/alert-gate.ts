import { createCipheriv, createHmac, X509Certificate } from 'node:crypto';
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';

const RECORD_HEADER = 5;
const RECORD_CHANGE_CIPHER_SPEC = 20;
const RECORD_ALERT = 21;
const RECORD_HANDSHAKE = 22;
const RECORD_APPLICATION_DATA = 23;
const HANDSHAKE_HEADER = 4;
const HANDSHAKE_CERTIFICATE = 11;
const FATAL = 2;
const TLS_1_2 = [3, 3] as const;

/** TLS alerts (RFC 8446 section 6) by which a client certificate is refused. */
const ALERTS = {
  handshake_failure: 40,
  bad_certificate: 42,
  certificate_unknown: 46,
  unknown_ca: 48,
  access_denied: 49,
  internal_error: 80,
} as const;

export type RefusalAlert = keyof typeof ALERTS;

/** `close`: the handshake passes and the connection then ends without a word, as Node's own server does it. */
export type StrangerAnswer = RefusalAlert | 'close';

export const STRANGER_ANSWER_NAMES: readonly StrangerAnswer[] = [
  'close',
  ...Object.keys(ALERTS).filter((name) => isAlert(name)),
];

function isAlert(name: string): name is RefusalAlert {
  return Object.hasOwn(ALERTS, name);
}

/** What has to be known of a TLS 1.3 connection to write one record as its server. */
export interface ServerWriteSecret {
  /** `SERVER_TRAFFIC_SECRET_0`. */
  readonly secret: Buffer;
  /** The cipher suite's standard name. */
  readonly suite: string;
}

export interface AlertGate {
  /** What the TLS server has as its transport. */
  readonly transport: Duplex;
  /** Lets a TLS 1.3 client in. */
  admit(): void;
  /** Turns a TLS 1.3 client away after its Finished, in place of what the server has said since. */
  refuse(alert: RefusalAlert, writeSecret: ServerWriteSecret): void;
}

/**
 * Stands between the TCP connection and the TLS server and refuses client certificates with an alert. Node's own
 * TLS server cannot: it lets the handshake finish and then closes the connection without one, whereas the TLS
 * stacks of Android and Java send it. TLS 1.2: the certificate passes in the clear and is judged here, before the
 * server goes on. TLS 1.3: what the server says after the client's last flight is held back for `admit` or `refuse`.
 *
 * @param judge the alert for a chain of a TLS 1.2 client, leaf first; null lets it in
 */
export function gateClientCertificates(
  raw: Socket,
  judge: (chain: readonly X509Certificate[]) => Promise<RefusalAlert | null>,
): AlertGate {
  let records = Buffer.alloc(0);
  let handshake = Buffer.alloc(0);
  let mode: 'watching' | 'judging' | 'open' | 'refused' = 'watching';
  let settled = false;
  let holding = false;
  let held: Buffer[] = [];
  let unjudged: Buffer[] = [];

  const transport = new Duplex({
    read: () => {
      raw.resume();
    },
    write: (chunk: Buffer, _encoding, done) => {
      if (holding) held.push(chunk);
      if (holding || mode === 'refused' || raw.destroyed) done();
      else raw.write(chunk, () => done());
    },
    final: (done) => {
      if (mode !== 'refused') raw.end();
      done();
    },
    destroy: (error, done) => {
      // The server has failed the handshake by itself: its alert is among what is held back.
      if (holding) sendAlert(Buffer.concat(held));
      // After the alert the peer closes: an earlier reset could overtake the alert.
      if (mode !== 'refused') raw.destroy();
      done(error);
    },
  });

  raw.on('data', (chunk: Buffer) => {
    if (mode === 'watching') watch(chunk);
    if (mode === 'judging') unjudged.push(chunk);
    else if (mode !== 'refused') pass(chunk);
  });
  raw.on('end', () => transport.push(null));
  raw.on('close', () => transport.destroy());

  return {
    transport,
    admit: () => {
      settled = true;
      if (!holding) return;
      holding = false;
      if (!raw.destroyed) for (const chunk of held) raw.write(chunk);
      held = [];
    },
    refuse: (alert, writeSecret) => {
      settled = true;
      holding = false;
      held = [];
      sendAlert(encryptedAlert(ALERTS[alert], writeSecret));
    },
  };

  function pass(chunk: Buffer): void {
    if (!transport.push(chunk)) raw.pause();
  }

  function sendAlert(record: Buffer): void {
    mode = 'refused';
    raw.end(record);
    raw.resume();
  }

  function watch(chunk: Buffer): void {
    records = Buffer.concat([records, chunk]);
    while (mode === 'watching' && records.length >= RECORD_HEADER) {
      const type = records.readUInt8(0);
      const end = RECORD_HEADER + records.readUInt16BE(3);
      if (type === RECORD_APPLICATION_DATA) {
        // In TLS 1.3 this is the client's certificate flight: with it, the server's words are final.
        holding = !settled;
        mode = 'open';
        return;
      }
      if (records.length < end) return;
      if (type === RECORD_HANDSHAKE)
        handshake = Buffer.concat([handshake, records.subarray(RECORD_HEADER, end)]);
      else if (type !== RECORD_CHANGE_CIPHER_SPEC) return;
      records = records.subarray(end);
      if (type === RECORD_HANDSHAKE) inspectHandshake();
    }
  }

  function inspectHandshake(): void {
    while (handshake.length >= HANDSHAKE_HEADER) {
      const type = handshake.readUInt8(0);
      const end = HANDSHAKE_HEADER + handshake.readUIntBE(1, 3);
      if (handshake.length < end) return;
      const body = handshake.subarray(HANDSHAKE_HEADER, end);
      handshake = handshake.subarray(end);
      if (type !== HANDSHAKE_CERTIFICATE) continue;
      const chain = certificatesIn(body);
      if (chain.length === 0) continue;
      mode = 'judging';
      void judge(chain).then(conclude);
      return;
    }
  }

  function conclude(alert: RefusalAlert | null): void {
    const waiting = unjudged;
    unjudged = [];
    if (alert !== null) {
      // In the clear, as TLS 1.2 allows before ChangeCipherSpec.
      sendAlert(Buffer.from([RECORD_ALERT, ...TLS_1_2, 0, 2, FATAL, ALERTS[alert]]));
      return;
    }
    mode = 'open';
    for (const chunk of waiting) pass(chunk);
  }
}

/** The certificate list of a TLS 1.2 Certificate message (RFC 5246 section 7.4.6). */
function certificatesIn(body: Buffer): X509Certificate[] {
  const found: X509Certificate[] = [];
  let at = 3;
  while (at + 3 <= body.length) {
    const end = at + 3 + body.readUIntBE(at, 3);
    found.push(new X509Certificate(body.subarray(at + 3, end)));
    at = end;
  }
  return found;
}

const SUITES: Readonly<Record<string, { cipher: string; keyBytes: number; hash: string }>> = {
  TLS_AES_128_GCM_SHA256: { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' },
  TLS_AES_256_GCM_SHA384: { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' },
  TLS_CHACHA20_POLY1305_SHA256: { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' },
};

/** The first record a server writes under its application traffic secret (RFC 8446 sections 5.2 and 7.3). */
function encryptedAlert(alert: number, { secret, suite }: ServerWriteSecret): Buffer {
  const parameters = SUITES[suite];
  if (!parameters) throw new Error(`Unknown cipher suite ${suite}.`);
  const { cipher, keyBytes, hash } = parameters;
  const expand = (label: string, length: number): Buffer => {
    const name = Buffer.from(`tls13 ${label}`);
    const info = Buffer.concat([Buffer.from([0, length, name.length]), name, Buffer.from([0])]);
    return hkdfExpand(hash, secret, info, length);
  };
  const content = Buffer.from([FATAL, alert, RECORD_ALERT]);
  const header = Buffer.from([RECORD_APPLICATION_DATA, ...TLS_1_2, 0, content.length + 16]);
  // The nonce is the IV, since the sequence number of the first record is 0.
  const seal = createCipheriv(cipher as 'aes-128-gcm', expand('key', keyBytes), expand('iv', 12), {
    authTagLength: 16,
  });
  seal.setAAD(header, { plaintextLength: content.length });
  const sealed = Buffer.concat([seal.update(content), seal.final()]);
  return Buffer.concat([header, sealed, seal.getAuthTag()]);
}

/** HKDF-Expand (RFC 5869 section 2.3) for at most one block of the hash: no key or IV here is longer. */
function hkdfExpand(hash: string, secret: Buffer, info: Buffer, length: number): Buffer {
  return createHmac(hash, secret)
    .update(Buffer.concat([info, Buffer.from([1])]))
    .digest()
    .subarray(0, length);
}
