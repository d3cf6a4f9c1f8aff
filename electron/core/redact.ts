import { wipedAfter } from './wiped.ts';

/** Also with a label that a line break has taken apart. */
const PEM_BLOCK = /-----BEGIN[A-Z0-9\s]+-----[\s\S]*?(?:-----END[A-Z0-9\s]+-----|$)/g;
/** Longer than a SHA-512 fingerprint, shorter than any RSA key; with whatever hex dumps put in between. */
const LONG_HEX = /[0-9A-Fa-f]{129,}|(?<![A-Za-z0-9])(?:(?:0x)?[0-9A-Fa-f][\s:,-]*){129,}(?![A-Za-z0-9])/g;
/** Characters of base64 as they follow each other, possibly in lines: broken, escaped, quoted or listed. */
const BASE64_LINES = /[A-Za-z0-9+/_-]+={0,2}(?:(?:\\[rn]|[\s"',])+[A-Za-z0-9+/_-]+={0,2})*/g;
const BETWEEN_LINES = /((?:\\[rn]|[\s"',])+)/;
/** Longer than a SHA-256 fingerprint, shorter than any RSA key. */
const LONG_BASE64 = 65;
/** Words of a text are seldom as long, and never are many of them equally long. */
const LONG_LINE = 16;
const SHORT_LINE = 4;
/** Control and format characters, but for those that end lines or words. */
const UNSEEN = /(?:(?![\t\n\r])[\p{Cc}\p{Cf}])+/gu;
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
const NEITHER = /[^\p{L}\p{N}]/gu;
const MAX_LENGTH = 1000;
/** What is looked at of a long text; far more than is kept. */
const MAX_INPUT = 16 * 1024;
const looksEncoded = (run: string): boolean => /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run);

/** Without a trace of `text` in memory where Buffers have their place. */
const encoded = (text: string, encoding: 'hex' | 'base64'): string => {
  const bytes = Buffer.from(text);
  return wipedAfter(bytes, () => bytes.toString(encoding));
};

/** What is the same in the base64 of any text that holds `secret`, for each of its three possible positions. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].map((offset) => {
    const base64 = encoded(`${'\0'.repeat(offset)}${secret}`, 'base64');
    const complete = Math.floor(((offset + secret.length) * 8) / 6);
    return base64.slice(Math.ceil((offset * 8) / 6), complete);
  });
}

/** The secret as base64 may quote it, which is written in one way only. */
const base64Of = (secret: string): string[] => casesOf(secret).flatMap(base64Forms);

const casesOf = (secret: string): string[] => [
  ...new Set([secret, secret.toLowerCase(), secret.toUpperCase()]),
];

const hexOf = (secret: string): string[] => casesOf(secret).map((form) => encoded(form, 'hex'));

/** The letters and digits of a character, in capitals and of usual width: several for one such as a ligature. */
function lettersOf(char: string): string {
  if (char <= '\x7f') return /[A-Za-z0-9]/.test(char) ? char.toUpperCase() : '';
  return LETTER_OR_DIGIT.test(char) ? char.normalize('NFKC').toUpperCase().replace(NEITHER, '') : '';
}

/** Removes `spellings` in any letter case and width, whatever stands between their letters and digits. */
function withoutSpelled(text: string, spellings: readonly string[]): string {
  let plain = '';
  /** Where in `text` the character of each of them begins, and where it ends. */
  const starts: number[] = [];
  const ends: number[] = [];
  let position = 0;
  for (const char of text) {
    const letters = lettersOf(char);
    for (let left = letters.length; left > 0; left -= 1) {
      starts.push(position);
      ends.push(position + char.length);
    }
    plain += letters;
    position += char.length;
  }
  const found: { readonly start: number; readonly end: number }[] = [];
  for (const spelling of spellings) {
    const needle = [...spelling].map(lettersOf).join('');
    if (needle === '') continue;
    for (let at = plain.indexOf(needle); at >= 0; at = plain.indexOf(needle, at + 1))
      found.push({ start: starts[at] ?? 0, end: ends[at + needle.length - 1] ?? text.length });
  }
  let clean = '';
  let kept = 0;
  for (const { start, end } of found.sort((a, b) => a.start - b.start)) {
    // One that begins within another ends that one later.
    if (start >= kept) clean += `${text.slice(kept, start)}[removed]`;
    kept = Math.max(kept, end);
  }
  return clean + text.slice(kept);
}

/** Removes from one run of {@link BASE64_LINES} what is long enough for a key, and leaves its words. */
function withoutBase64(run: string): string {
  const pieces = run.split(BETWEEN_LINES);
  const lineAt = (at: number): string => pieces[2 * at] ?? '';
  let clean = '';
  for (let at = 0; 2 * at < pieces.length; ) {
    const { length } = lineAt(at);
    const goesOn = (next: string) =>
      next.length === length || (length >= LONG_LINE && next.length >= LONG_LINE) || next.endsWith('=');
    let end = at + 1;
    while (length >= SHORT_LINE && 2 * end < pieces.length && goesOn(lineAt(end))) end += 1;
    // The last line of a block is shorter.
    if (end - at > 1 && 2 * end < pieces.length && lineAt(end).length < length) end += 1;
    const joined = pieces
      .slice(2 * at, 2 * end - 1)
      .filter((_, piece) => piece % 2 === 0)
      .join('');
    const removed = joined.length >= LONG_BASE64 && looksEncoded(joined);
    if (!removed) end = at + 1;
    clean += (removed ? '[data removed]' : lineAt(at)) + (pieces[2 * end - 1] ?? '');
    at = end;
  }
  return clean;
}

/**
 * Makes text from outside fit for an error or a screen: no PEM blocks, no hex of more than 128 digits, no base64 of
 * more than 64 characters in one line or many (a shorter key is not told from a fingerprint), none of the given secrets
 * (in any letter case, with anything but letters and digits in between, as hex or base64), no control characters,
 * at most 1,000 characters.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  // First, since what nobody sees must not take a block or a run of digits apart.
  let clean = text.slice(0, MAX_INPUT).replace(UNSEEN, ' ').replace(PEM_BLOCK, '[PEM removed]');
  for (const secret of secrets) {
    if (secret === '') continue;
    for (const form of base64Of(secret)) clean = clean.replaceAll(form, '[removed]');
    // A dump of hex is a spelling, too: in capitals, with colons or blanks.
    clean = withoutSpelled(clean, [secret, ...hexOf(secret)]);
  }
  clean = clean
    .replace(LONG_HEX, '[data removed]')
    .replace(BASE64_LINES, withoutBase64)
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
