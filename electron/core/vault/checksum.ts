import { crc32 } from 'node:zlib';

/**
 * CRC-32 of a text's UTF-8, eight hex digits. Finds every flipped bit, every run of up to 32 spoiled ones, and nearly
 * all else that a disk does; nobody who means to deceive.
 */
const checksumOf = (...texts: readonly string[]): string =>
  texts
    .reduce((sum, text) => crc32(text, sum), 0)
    .toString(16)
    .padStart(8, '0');

/** The member that holds the checksum of all the others, which stand before it. */
const MEMBER = 'checksum';

/** A document with its checksum, as it is stored. */
export const withChecksum = (document: Record<string, unknown>): Record<string, unknown> => ({
  ...document,
  [MEMBER]: checksumOf(JSON.stringify(document)),
});

/** As JSON.stringify ends what has this member last. */
const endWith = (member: string) => ({
  length: `,"${member}":"00000000"}`.length,
  pattern: new RegExp(`^,"${member}":"([0-9a-f]{8})"\\}$`),
});
const DOCUMENT_END = endWith(MEMBER);
const LINE_END = endWith('sum');

/** Whether the checksum at the end is that of the rest, without its comma; undefined when there is none. */
function isWhole(text: string, { length, pattern }: ReturnType<typeof endWith>): boolean | undefined {
  // Looked for nowhere else: a document is long, and a start reads a thousand.
  const rest = Math.max(0, text.length - length);
  const found = pattern.exec(text.slice(rest));
  return found === null ? undefined : checksumOf(text.slice(0, rest), '}') === found[1];
}

/**
 * A stored document, as JSON, without its checksum; undefined when it does not belong to the rest. One that somebody
 * has written anew goes by its content and not by its bytes, so that spaces do not count. One without a checksum is of
 * an older version, or was put right by hand. Throws on what is no JSON.
 */
export function readDocument(text: string): unknown {
  const stored: unknown = JSON.parse(text);
  if (typeof stored !== 'object' || stored === null || !(MEMBER in stored)) return stored;
  const { [MEMBER]: checksum, ...document } = stored;
  // As it was written, which a thousand of them are: nothing has to be made of it but what is read.
  if (isWhole(text, DOCUMENT_END)) return document;
  return checksum === checksumOf(JSON.stringify(document)) ? document : undefined;
}

/** A line of JSON Lines with its checksum as the last member. */
export function lineWithChecksum(value: object): string {
  const json = JSON.stringify(value);
  return `${json.slice(0, -1)},"sum":"${checksumOf(json)}"}`;
}

/** Whether a line is as it was written, as far as its checksum says. One of an older version has none. */
export const isWholeLine = (line: string): boolean => isWhole(line, LINE_END) ?? true;
