import {
  constants,
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto';
import type { Socket } from 'node:net';

/**
 * The server's side of TLS 1.3 by hand (RFC 8446), with X25519 and TLS_AES_128_GCM_SHA256: it shows certificates that
 * no TLS library would load, and misbehaves at any record. What the client proves is not checked.
 */

export const RECORD = { changeCipherSpec: 20, alert: 21, handshake: 22, application: 23 } as const;
const X25519 = 0x001d;
const KEY_SHARE = 51;
const SUPPORTED_VERSIONS = 43;
const SIGNATURE_ALGORITHMS = 13;
const MESSAGE = {
  clientHello: 1,
  serverHello: 2,
  newSessionTicket: 4,
  encryptedExtensions: 8,
  certificate: 11,
  certificateRequest: 13,
  certificateVerify: 15,
  finished: 20,
} as const;

const u8 = (value: number) => Buffer.from([value]);
const u16 = (value: number) => Buffer.from([value >> 8, value & 0xff]);
const u24 = (value: number) => Buffer.from([value >> 16, (value >> 8) & 0xff, value & 0xff]);
const vector8 = (data: Uint8Array) => Buffer.concat([u8(data.length), data]);
const vector16 = (data: Uint8Array) => Buffer.concat([u16(data.length), data]);
const vector24 = (data: Uint8Array) => Buffer.concat([u24(data.length), data]);
const message = (type: number, body: Uint8Array) => Buffer.concat([u8(type), vector24(body)]);
const extension = (type: number, body: Uint8Array) => Buffer.concat([u16(type), vector16(body)]);

const sha256 = (...data: readonly Uint8Array[]): Buffer => {
  const hash = createHash('sha256');
  for (const each of data) hash.update(each);
  return hash.digest();
};
const hmac = (key: Uint8Array, data: Uint8Array) => createHmac('sha256', key).update(data).digest();
/** HKDF-Expand-Label (section 7.1), for at most one block. */
function expand(secret: Uint8Array, label: string, context: Uint8Array, length: number): Buffer {
  const info = [u16(length), vector8(Buffer.from(`tls13 ${label}`)), vector8(context), u8(1)];
  return hmac(secret, Buffer.concat(info)).subarray(0, length);
}
const derive = (secret: Uint8Array, label: string, transcript: Uint8Array) =>
  expand(secret, label, transcript, 32);

class RecordKeys {
  readonly #key: Buffer;
  readonly #iv: Buffer;
  #sequence = 0;

  constructor(secret: Uint8Array) {
    this.#key = expand(secret, 'key', Buffer.alloc(0), 16);
    this.#iv = expand(secret, 'iv', Buffer.alloc(0), 12);
  }

  #nonce(): Buffer {
    const nonce = Buffer.from(this.#iv);
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence) >>> 0, 8);
    this.#sequence += 1;
    return nonce;
  }

  seal(type: number, data: Uint8Array): Buffer {
    const inner = Buffer.concat([data, u8(type)]);
    const header = Buffer.concat([u8(RECORD.application), u16(0x0303), u16(inner.length + 16)]);
    const cipher = createCipheriv('aes-128-gcm', this.#key, this.#nonce());
    cipher.setAAD(header);
    return Buffer.concat([header, cipher.update(inner), cipher.final(), cipher.getAuthTag()]);
  }

  open(header: Buffer, sealed: Buffer): { readonly type: number; readonly data: Buffer } {
    const decipher = createDecipheriv('aes-128-gcm', this.#key, this.#nonce());
    decipher.setAAD(header);
    decipher.setAuthTag(sealed.subarray(-16));
    const inner = Buffer.concat([decipher.update(sealed.subarray(0, -16)), decipher.final()]);
    let end = inner.length;
    while (end > 0 && inner[end - 1] === 0) end -= 1;
    return { type: inner[end - 1] ?? 0, data: inner.subarray(0, end - 1) };
  }
}

/** The other end has gone, or has said an alert. */
export class Gone extends Error {}

/** Signature schemes (section 4.2.3) by the key they are made with. */
function schemeFor(key: KeyObject): { readonly scheme: number; readonly digest: string | null } {
  switch (key.asymmetricKeyType) {
    case 'ed25519':
      return { scheme: 0x0807, digest: null };
    case 'ed448':
      return { scheme: 0x0808, digest: null };
    case 'rsa-pss':
      return { scheme: 0x0809, digest: 'sha256' };
    case 'ec':
      switch (key.asymmetricKeyDetails?.namedCurve) {
        case 'secp384r1':
          return { scheme: 0x0503, digest: 'sha384' };
        case 'secp521r1':
          return { scheme: 0x0603, digest: 'sha512' };
        default:
          return { scheme: 0x0403, digest: 'sha256' };
      }
    default:
      return { scheme: 0x0804, digest: 'sha256' };
  }
}

export interface Tls13Options {
  /** What is said in the Certificate message, leaf first; anything at all. */
  readonly chain: readonly Uint8Array[];
  readonly key: KeyObject;
  readonly asksForCertificate?: boolean;
}

const putAtOnce = async (tcp: Socket, bytes: Buffer): Promise<void> => {
  if (!tcp.destroyed) tcp.write(bytes);
};

export class Tls13Peer {
  readonly tcp: Socket;
  readonly #options: Tls13Options;
  /** Puts bytes on the wire; by default all at once. */
  put: (tcp: Socket, bytes: Buffer) => Promise<void> = putAtOnce;
  /** How much content the next records hold at most. */
  recordBytes = 16_384;
  /** The first certificate the client has shown. */
  clientCertificate: Buffer | undefined;
  #pending: Buffer = Buffer.alloc(0);
  #ended = false;
  #wake: () => void = () => {};
  #transcript: Buffer[] = [];
  #handshakeBytes: Buffer = Buffer.alloc(0);
  #readKeys: RecordKeys | undefined;
  #writeKeys: RecordKeys | undefined;
  #sessionId: Buffer = Buffer.alloc(0);
  #clientShare: Buffer = Buffer.alloc(0);
  #serverSecret: Buffer = Buffer.alloc(0);
  #clientSecret: Buffer = Buffer.alloc(0);
  #handshakeSecret: Buffer = Buffer.alloc(0);
  #masterSecret: Buffer = Buffer.alloc(0);

  constructor(tcp: Socket, options: Tls13Options) {
    this.tcp = tcp;
    this.#options = options;
    tcp.on('error', () => {});
    tcp.on('data', (data) => {
      this.#pending = Buffer.concat([this.#pending, data]);
      this.#wake();
    });
    const end = () => {
      this.#ended = true;
      this.#wake();
    };
    tcp.on('end', end).on('close', end);
  }

  async #take(length: number): Promise<Buffer> {
    while (this.#pending.length < length) {
      if (this.#ended) throw new Gone('closed');
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const taken = this.#pending.subarray(0, length);
    this.#pending = this.#pending.subarray(length);
    return taken;
  }

  async #readRecord(): Promise<{ readonly type: number; readonly data: Buffer }> {
    for (;;) {
      const header = await this.#take(5);
      const data = await this.#take(header.readUInt16BE(3));
      const type = header[0] ?? 0;
      if (type === RECORD.changeCipherSpec) continue;
      const record =
        type === RECORD.application && this.#readKeys ? this.#readKeys.open(header, data) : { type, data };
      if (record.type === RECORD.alert) throw new Gone(`alert ${record.data[1]}`);
      return record;
    }
  }

  async #readMessage(): Promise<{ readonly type: number; readonly body: Buffer; readonly whole: Buffer }> {
    const isWhole = () =>
      this.#handshakeBytes.length >= 4 &&
      this.#handshakeBytes.length >= 4 + this.#handshakeBytes.readUIntBE(1, 3);
    while (!isWhole()) {
      const { data } = await this.#readRecord();
      this.#handshakeBytes = Buffer.concat([this.#handshakeBytes, data]);
    }
    const end = 4 + this.#handshakeBytes.readUIntBE(1, 3);
    const whole = this.#handshakeBytes.subarray(0, end);
    this.#handshakeBytes = this.#handshakeBytes.subarray(end);
    return { type: whole[0] ?? 0, body: whole.subarray(4), whole };
  }

  /** Content in records: sealed once there are keys. */
  async send(type: number, data: Uint8Array): Promise<void> {
    for (let at = 0; at < data.length; at += this.recordBytes)
      await this.put(this.tcp, this.record(type, data.subarray(at, at + this.recordBytes)));
  }

  /** One record, not sent. */
  record(type: number, data: Uint8Array): Buffer {
    return this.#writeKeys
      ? this.#writeKeys.seal(type, data)
      : Buffer.concat([u8(type), u16(0x0303), vector16(data)]);
  }

  /** Bytes as they are, in no record. */
  async raw(bytes: Uint8Array): Promise<void> {
    await this.put(this.tcp, Buffer.from(bytes));
  }

  async #say(...messages: readonly Buffer[]): Promise<void> {
    this.#transcript.push(...messages);
    await this.send(RECORD.handshake, Buffer.concat(messages));
  }

  /** Waits for the ClientHello. */
  async readHello(): Promise<void> {
    const { body, whole } = await this.#readMessage();
    this.#transcript.push(whole);
    let at = 34;
    const vector = (lengthOctets: number) => {
      const length = body.readUIntBE(at, lengthOctets);
      const content = body.subarray(at + lengthOctets, at + lengthOctets + length);
      at += lengthOctets + length;
      return content;
    };
    this.#sessionId = Buffer.from(vector(1));
    vector(2);
    vector(1);
    const extensions = vector(2);
    for (let from = 0; from < extensions.length; ) {
      const type = extensions.readUInt16BE(from);
      const content = extensions.subarray(from + 4, from + 4 + extensions.readUInt16BE(from + 2));
      from += 4 + content.length;
      if (type === KEY_SHARE) this.#findShare(content.subarray(2));
    }
  }

  #findShare(shares: Buffer): void {
    for (let from = 0; from < shares.length; ) {
      const length = shares.readUInt16BE(from + 2);
      if (shares.readUInt16BE(from) === X25519)
        this.#clientShare = Buffer.from(shares.subarray(from + 4, from + 4 + length));
      from += 4 + length;
    }
  }

  /** The ServerHello, behind which all is sealed. */
  async sayHello(): Promise<void> {
    const own = generateKeyPairSync('x25519');
    const publicKey = createPublicKey({
      format: 'jwk',
      key: { kty: 'OKP', crv: 'X25519', x: this.#clientShare.toString('base64url') },
    });
    const shared = diffieHellman({ privateKey: own.privateKey, publicKey });
    const share = Buffer.from(own.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url');
    const extensions = Buffer.concat([
      extension(SUPPORTED_VERSIONS, u16(0x0304)),
      extension(KEY_SHARE, Buffer.concat([u16(X25519), vector16(share)])),
    ]);
    const body = [u16(0x0303), randomBytes(32), vector8(this.#sessionId), u16(0x1301), u8(0)];
    await this.#say(message(MESSAGE.serverHello, Buffer.concat([...body, vector16(extensions)])));
    const early = hmac(Buffer.alloc(32), Buffer.alloc(32));
    const nothing = sha256();
    this.#handshakeSecret = hmac(derive(early, 'derived', nothing), shared);
    const transcript = sha256(...this.#transcript);
    this.#serverSecret = derive(this.#handshakeSecret, 's hs traffic', transcript);
    this.#clientSecret = derive(this.#handshakeSecret, 'c hs traffic', transcript);
    this.#masterSecret = hmac(derive(this.#handshakeSecret, 'derived', nothing), Buffer.alloc(32));
    await this.send(RECORD.changeCipherSpec, u8(1));
    this.#writeKeys = new RecordKeys(this.#serverSecret);
    this.#readKeys = new RecordKeys(this.#clientSecret);
  }

  /** EncryptedExtensions, a CertificateRequest if one is to be, and the Certificate. */
  async sayCertificate(): Promise<void> {
    const request = Buffer.concat([
      vector8(Buffer.alloc(0)),
      vector16(extension(SIGNATURE_ALGORITHMS, vector16(Buffer.concat([u16(0x0403), u16(0x0804)])))),
    ]);
    const entries = this.#options.chain.map((der) => Buffer.concat([vector24(der), u16(0)]));
    await this.#say(
      message(MESSAGE.encryptedExtensions, u16(0)),
      ...(this.#options.asksForCertificate ? [message(MESSAGE.certificateRequest, request)] : []),
      message(
        MESSAGE.certificate,
        Buffer.concat([vector8(Buffer.alloc(0)), vector24(Buffer.concat(entries))]),
      ),
    );
  }

  /** CertificateVerify and Finished: the whole of the server's part. */
  async sayFinished(): Promise<void> {
    const { key } = this.#options;
    const { scheme, digest } = schemeFor(key);
    const signed = Buffer.concat([
      Buffer.alloc(64, 0x20),
      Buffer.from('TLS 1.3, server CertificateVerify\0'),
      sha256(...this.#transcript),
    ]);
    const isRsa = key.asymmetricKeyType === 'rsa' || key.asymmetricKeyType === 'rsa-pss';
    const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const signature = sign(digest, signed, isRsa ? { key, ...padding } : key);
    await this.#say(message(MESSAGE.certificateVerify, Buffer.concat([u16(scheme), vector16(signature)])));
    const finishedKey = expand(this.#serverSecret, 'finished', Buffer.alloc(0), 32);
    await this.#say(message(MESSAGE.finished, hmac(finishedKey, sha256(...this.#transcript))));
    const transcript = sha256(...this.#transcript);
    this.#serverSecret = derive(this.#masterSecret, 's ap traffic', transcript);
    this.#clientSecret = derive(this.#masterSecret, 'c ap traffic', transcript);
    this.#writeKeys = new RecordKeys(this.#serverSecret);
  }

  /** Waits for the client's Finished, and keeps the certificate it may show before that. */
  async readFinished(): Promise<void> {
    for (;;) {
      const { type, body } = await this.#readMessage();
      if (type === MESSAGE.certificate && body.length > 7)
        this.clientCertificate = Buffer.from(body.subarray(7, 7 + body.readUIntBE(4, 3)));
      if (type !== MESSAGE.finished) continue;
      this.#readKeys = new RecordKeys(this.#clientSecret);
      return;
    }
  }

  /** A session ticket, by which a client sees that it is let in. */
  async sayTicket(): Promise<void> {
    const ticket = [
      u16(0),
      u16(600),
      randomBytes(4),
      vector8(u8(0)),
      vector16(randomBytes(32)),
      vector16(Buffer.alloc(0)),
    ];
    await this.send(RECORD.handshake, message(MESSAGE.newSessionTicket, Buffer.concat(ticket)));
  }

  async shakeHands(): Promise<void> {
    await this.readHello();
    await this.sayHello();
    await this.sayCertificate();
    await this.sayFinished();
    await this.readFinished();
    await this.sayTicket();
  }

  /** Takes what comes and does not look at it. */
  async skip(): Promise<void> {
    await this.#take(1);
  }

  /** The next application data; throws {@link Gone} when the client has closed. */
  async read(): Promise<Buffer> {
    for (;;) {
      const { type, data } = await this.#readRecord();
      if (type === RECORD.application) return data;
    }
  }

  async write(data: Uint8Array | string): Promise<void> {
    await this.send(RECORD.application, Buffer.from(data as string));
  }

  /** Levels are 1, a warning, and 2, fatal (section 6). */
  async alert(level: number, description: number): Promise<void> {
    await this.put(this.tcp, this.record(RECORD.alert, Buffer.from([level, description])));
  }
}
