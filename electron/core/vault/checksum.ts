import { crc32 } from 'node:zlib';

/**
 * CRC-32 of a text's UTF-8, eight hex digits. Finds every flipped bit, every run of up to 32 spoiled ones, and nearly
 * all else that a disk does; nobody who means to deceive.
 */
const checksumOf = (text: string): string => crc32(text).toString(16).padStart(8, '0');

/** The member that holds the checksum of all the others, which stand before it. */
const MEMBER = 'checksum';

/** A document with its checksum, as it is stored. */
export const withChecksum = (document: Record<string, unknown>): Record<string, unknown> => ({
  ...document,
  [MEMBER]: checksumOf(JSON.stringify(document)),
});

/**
 * A stored document without its checksum; undefined when it does not belong to the rest. By the content and not by the
 * bytes, so that spaces do not count. One without a checksum is of an older version, or was put right by hand.
 */
export function withoutChecksum(stored: unknown): unknown {
  if (typeof stored !== 'object' || stored === null || !(MEMBER in stored)) return stored;
  const { [MEMBER]: checksum, ...document } = stored;
  return checksum === checksumOf(JSON.stringify(document)) ? document : undefined;
}

const LINE_END = /,"sum":"([0-9a-f]{8})"\}$/;

/** A line of JSON Lines with its checksum as the last member. */
export function lineWithChecksum(value: object): string {
  const json = JSON.stringify(value);
  return `${json.slice(0, -1)},"sum":"${checksumOf(json)}"}`;
}

/** Whether a line is as it was written, as far as its checksum says. One of an older version has none. */
export function isWholeLine(line: string): boolean {
  const end = LINE_END.exec(line);
  return end === null || checksumOf(`${line.slice(0, end.index)}}`) === end[1];
}
