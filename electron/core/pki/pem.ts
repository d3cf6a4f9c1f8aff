import { parseTolerantJson, withoutByteOrderMark } from '../tolerant-json.ts';

export interface PemBlock {
  /** The words after BEGIN, for example `RSA PRIVATE KEY` (RFC 7468). */
  readonly label: string;
  /** The block alone, LF line endings, without anything around it and without header lines. */
  readonly pem: string;
  /** A key that needs a password, in either form (RFC 5958 section 3, RFC 1421 section 4.6.1.1). */
  readonly encrypted: boolean;
}

/** Header lines are short (RFC 1421 section 4.6): without a limit, each BEGIN of a line would be read to its end. */
const BLOCK =
  /-----BEGIN ([A-Z0-9 ]+)-----((?:\s*[A-Za-z][A-Za-z-]*:[^\n]{0,500}\n)*)([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/** Line breaks that a device wrote as the two characters `\n`. */
export const unescapeLineBreaks = (text: string): string => text.replace(/\\r|\\n/g, '\n');

/**
 * All PEM blocks in `text`, in order, whatever stands between them (RFC 7468: text outside is ignored). CRLF,
 * spaces in the base64 and line endings written as the two characters `\n` are accepted.
 */
export function findPemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label, headers, body] of unescapeLineBreaks(text).matchAll(BLOCK)) {
    const base64 = (body ?? '').replace(/\s+/g, '');
    const lines = base64.match(/.{1,64}/g)?.join('\n') ?? '';
    if (label)
      blocks.push({
        label,
        pem: `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n`,
        encrypted: label.startsWith('ENCRYPTED ') || /ENCRYPTED/.test(headers ?? ''),
      });
  }
  return blocks;
}

const MAX_DEPTH = 8;

const looksLikeJson = (text: string): boolean => /^\s*[[{"]/.test(text);

function collectStrings(value: unknown, depth: number, into: string[]): void {
  if (typeof value === 'string') {
    // JSON within JSON: each string of it counts by itself.
    const inner = depth < MAX_DEPTH && looksLikeJson(value) ? parseTolerantJson(value) : undefined;
    if (inner === undefined) into.push(value);
    else collectStrings(inner, depth + 1, into);
  } else if (value !== null && typeof value === 'object' && depth < MAX_DEPTH) {
    for (const item of Object.values(value)) collectStrings(item, depth + 1, into);
  }
}

/** `text` itself, or, when it looks like JSON, all of its string values. undefined for JSON that is cut off or broken. */
export function jsonStrings(text: string): string[] | undefined {
  if (!looksLikeJson(text)) return [withoutByteOrderMark(text)];
  const parsed = parseTolerantJson(text);
  if (parsed === undefined) return undefined;
  const strings: string[] = [];
  collectStrings(parsed, 0, strings);
  return strings;
}

/**
 * The text that may hold PEM: `text` itself, or, when it looks like JSON, all of its string values. undefined for
 * JSON that is cut off or broken: what is left of it must not be taken for the whole.
 */
export const textOrJsonStrings = (text: string): string | undefined => jsonStrings(text)?.join('\n');
