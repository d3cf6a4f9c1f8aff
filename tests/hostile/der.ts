/** DER by hand (X.690), so that what no encoder would write can be written as well. */

export type Der = Buffer;

const bytesOf = (part: Uint8Array | string): Buffer =>
  typeof part === 'string' ? Buffer.from(part, 'latin1') : Buffer.from(part);

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const octets: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) octets.unshift(rest % 256);
  return Buffer.from([0x80 | octets.length, ...octets]);
}

/** One element of any tag; texts are taken byte by byte. */
export function tlv(tag: number, ...parts: readonly (Uint8Array | string)[]): Der {
  const content = Buffer.concat(parts.map(bytesOf));
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content]);
}

/** What follows tag and length of an element. */
export function contentOf(element: Der): Buffer {
  const first = element[1] ?? 0;
  return element.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f));
}

/** The elements that follow each other in `content`. */
export function elementsOf(content: Buffer): Der[] {
  const elements: Der[] = [];
  for (let at = 0; at < content.length; ) {
    const first = content[at + 1] ?? 0;
    const octets = first < 0x80 ? 0 : first & 0x7f;
    const length = octets === 0 ? first : content.readUIntBE(at + 2, octets);
    const end = at + 2 + octets + length;
    elements.push(content.subarray(at, end));
    at = end;
  }
  return elements;
}

/** BER's indefinite length, which DER forbids (X.690 section 10.1). */
export const indefinite = (tag: number, ...parts: readonly Uint8Array[]): Buffer =>
  Buffer.concat([Buffer.from([tag, 0x80]), ...parts, Buffer.from([0, 0])]);

/** A length in more octets than needed, which DER forbids too. */
export function longLength(tag: number, content: Uint8Array): Buffer {
  const length = Buffer.alloc(5);
  length[0] = 0x84;
  length.writeUInt32BE(content.length, 1);
  return Buffer.concat([Buffer.from([tag]), length, content]);
}

export const sequence = (...parts: readonly Uint8Array[]): Der => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]): Der => tlv(0x31, ...parts);
export const octetString = (content: Uint8Array): Der => tlv(0x04, content);
export const boolean = (octet: number): Der => tlv(0x01, Buffer.from([octet]));
export const nothing = (): Der => tlv(0x05);
export const utf8String = (text: string): Der => tlv(0x0c, Buffer.from(text, 'utf8'));
export const printableString = (text: string): Der => tlv(0x13, text);
/** Context-specific: `primitive` has a value of its own, `wrapped` holds elements. */
export const primitive = (number: number, content: Uint8Array | string): Der => tlv(0x80 | number, content);
export const wrapped = (number: number, ...parts: readonly Uint8Array[]): Der => tlv(0xa0 | number, ...parts);

export const bitString = (content: Uint8Array, unusedBits = 0): Der =>
  tlv(0x03, Buffer.from([unusedBits]), content);

/** A small number, or the octets of any other as they are. */
export const integer = (value: number | Uint8Array): Der =>
  tlv(0x02, typeof value === 'number' ? Buffer.from([value]) : value);

export function oid(text: string): Der {
  const [first = 0, second = 0, ...rest] = text.split('.').map(Number);
  const octets = [first * 40 + second];
  for (const arc of rest) {
    const groups = [arc % 128];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128))
      groups.unshift(0x80 | (left % 128));
    octets.push(...groups);
  }
  return tlv(0x06, Buffer.from(octets));
}
