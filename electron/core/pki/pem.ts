export interface PemBlock {
  /** The words after BEGIN, for example `RSA PRIVATE KEY` (RFC 7468). */
  readonly label: string;
  /** The block alone, LF line ends, without anything around it. */
  readonly pem: string;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----([A-Za-z0-9+/=\s]*?)-----END \1-----/g;

/**
 * All PEM blocks in `text`, in order, whatever stands between them (RFC 7468: text outside is ignored). CRLF,
 * blanks in the base64 and line ends written as the two characters `\n` are accepted. An encrypted legacy key
 * has header lines inside its block and is therefore not found.
 */
export function findPemBlocks(text: string): PemBlock[] {
  const blocks: PemBlock[] = [];
  for (const [, label, body] of text.replace(/\\r|\\n/g, '\n').matchAll(BLOCK)) {
    const base64 = (body ?? '').replace(/\s+/g, '');
    const lines = base64.match(/.{1,64}/g)?.join('\n') ?? '';
    if (label) blocks.push({ label, pem: `-----BEGIN ${label}-----\n${lines}\n-----END ${label}-----\n` });
  }
  return blocks;
}

const MAX_DEPTH = 8;

function collectStrings(value: unknown, depth: number, into: string[]): void {
  if (typeof value === 'string') into.push(value);
  else if (value !== null && typeof value === 'object' && depth < MAX_DEPTH) {
    for (const item of Object.values(value)) collectStrings(item, depth + 1, into);
  }
}

/**
 * The text that may hold PEM: `text` itself, or, when it looks like JSON, all of its string values. undefined for
 * JSON that is cut off or broken: what is left of it must not be taken for the whole.
 */
export function textOrJsonStrings(text: string): string | undefined {
  if (!/^\s*[[{"]/.test(text)) return text;
  try {
    const strings: string[] = [];
    collectStrings(JSON.parse(text), 0, strings);
    return strings.join('\n');
  } catch {
    return undefined;
  }
}
