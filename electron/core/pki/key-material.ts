import { createPrivateKey, createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { wipedAfter } from '../wiped.ts';
import { parseCertificate, sameCertificate } from './certificate.ts';
import { findPemBlocks, jsonStrings, unescapeLineBreaks } from './pem.ts';

/** Keys and certificates found in a text, each once, in the order they came. */
export interface KeyMaterial {
  readonly keys: readonly KeyObject[];
  readonly certificates: readonly X509Certificate[];
  /** Keys that need a password. */
  readonly encryptedKeys: number;
  readonly unreadableKeys: number;
  readonly unreadableCertificates: number;
  /** False for JSON that is cut off or broken; what can be read of it is here all the same. */
  readonly wellFormed: boolean;
  /** Whether it stops within a PEM block. */
  readonly endsInBlock: boolean;
}

/** RFC 7468 section 5.1 asks readers to take the older label; the third is OpenSSL's, with trust settings behind. */
const CERTIFICATE_LABELS = new Set(['CERTIFICATE', 'X509 CERTIFICATE', 'TRUSTED CERTIFICATE']);
/** More than any answer holds; each one costs an attempt to read it. */
const MOST_ELEMENTS = 256;
/** Shorter than any key or certificate. */
const SHORTEST_BASE64 = 64;
const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** OBJECT IDENTIFIERs of password-based encryption begin so (RFC 8018 appendix A, RFC 7292 appendix C), as hex. */
const PASSWORD_BASED = /^30.{2,10}06..2a864886f70d01(05|0c01)/;

/** The DER SEQUENCE at the start of `data` (X.690 section 8.1.3), or undefined. */
function firstSequence(data: Buffer): Buffer | undefined {
  const [tag, first = 0] = data;
  if (tag !== 0x30) return undefined;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 4 || data.length < 2 + lengthBytes) return undefined;
  const length = lengthBytes === 0 ? first : data.readUIntBE(2, lengthBytes);
  const end = 2 + lengthBytes + length;
  return length > 0 && end <= data.length ? data.subarray(0, end) : undefined;
}

/**
 * PKCS#8, PKCS#1 or SEC 1: labels are not always right, so each form is tried. OpenSSL reads an EC key whose number is
 * too long for its curve, and Node ends the process when it is asked for the curve of such a one; it cannot be written.
 */
function parsePrivateKey(der: Buffer): KeyObject | undefined {
  for (const type of ['pkcs8', 'pkcs1', 'sec1'] as const) {
    try {
      const key = createPrivateKey({ key: der, format: 'der', type });
      if (key.asymmetricKeyType === 'ec') key.export({ type: 'pkcs8', format: 'der' }).fill(0);
      return key;
    } catch {
      // The next form; the library's message may quote its input, so it is not passed on.
    }
  }
  return undefined;
}

function isPasswordBased(der: Buffer): boolean {
  const inner = firstSequence(der);
  if (!inner) return false;
  const headerLength = 2 + ((der[1] ?? 0) < 0x80 ? 0 : (der[1] ?? 0) & 0x7f);
  return PASSWORD_BASED.test(der.subarray(headerLength, headerLength + 32).toString('hex'));
}

const publicPart = (key: KeyObject): Buffer => createPublicKey(key).export({ type: 'spki', format: 'der' });

class Collector {
  readonly keys: KeyObject[] = [];
  readonly certificates: X509Certificate[] = [];
  encryptedKeys = 0;
  unreadableKeys = 0;
  unreadableCertificates = 0;
  readonly #publicParts: Buffer[] = [];
  #elements = 0;

  addText(text: string, nested = false): void {
    const blocks = findPemBlocks(text);
    for (const { label, pem, encrypted } of blocks) {
      if (this.#isFull()) return;
      const isKey = label.endsWith('PRIVATE KEY');
      if (isKey && encrypted) this.encryptedKeys += 1;
      else if (isKey || CERTIFICATE_LABELS.has(label)) {
        const data = Buffer.from(pem.split('\n').slice(1, -2).join(''), 'base64');
        const isRead = wipedAfter(data, () => {
          const der = firstSequence(data);
          return der !== undefined && (isKey ? this.#addKey(der) : this.#addCertificate(der));
        });
        if (isRead) continue;
        if (isKey) this.unreadableKeys += 1;
        else this.unreadableCertificates += 1;
      }
    }
    if (blocks.length === 0) this.#addBase64(text, nested);
  }

  /** DER without PEM around it, one element or several, or PEM in base64. */
  #addBase64(text: string, nested: boolean): void {
    const compact = unescapeLineBreaks(text).replace(/\s+/g, '');
    if (compact.length < SHORTEST_BASE64 || !BASE64.test(compact)) return;
    const data = Buffer.from(compact, 'base64');
    wipedAfter(data, () => this.#addBytes(data, nested));
  }

  #addBytes(data: Buffer, nested: boolean): void {
    if (!nested && data.subarray(0, 11).toString('latin1') === '-----BEGIN ') {
      this.addText(data.toString('latin1'), true);
      return;
    }
    for (let rest = data; !this.#isFull(); ) {
      const der = firstSequence(rest);
      if (!der) return;
      if (!this.#addCertificate(der) && !this.#addKey(der) && isPasswordBased(der)) this.encryptedKeys += 1;
      rest = rest.subarray(der.length);
    }
  }

  #addCertificate(der: Buffer): boolean {
    const certificate = parseCertificate(der);
    if (!certificate) return false;
    if (!this.certificates.some((other) => sameCertificate(other, certificate)))
      this.certificates.push(certificate);
    return true;
  }

  #addKey(der: Buffer): boolean {
    const key = parsePrivateKey(der);
    if (!key) return false;
    try {
      const part = publicPart(key);
      if (this.#publicParts.some((other) => other.equals(part))) return true;
      this.#publicParts.push(part);
      this.keys.push(key);
      return true;
    } catch {
      return false;
    }
  }

  #isFull(): boolean {
    this.#elements += 1;
    return this.#elements > MOST_ELEMENTS;
  }
}

/**
 * Finds the keys and certificates in a device's answer: PEM under any of its labels, or base64 DER, in plain text
 * or in the strings of JSON. Never throws.
 */
export function findKeyMaterial(answer: string): KeyMaterial {
  const strings = jsonStrings(answer);
  const found = new Collector();
  for (const text of strings ?? [answer]) found.addText(text);
  const { keys, certificates, encryptedKeys, unreadableKeys, unreadableCertificates } = found;
  return {
    keys,
    certificates,
    encryptedKeys,
    unreadableKeys,
    unreadableCertificates,
    wellFormed: strings !== undefined,
    endsInBlock: answer.lastIndexOf('-----BEGIN ') > answer.lastIndexOf('-----END '),
  };
}
