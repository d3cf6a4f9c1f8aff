/** A byte order mark at the start of a text is no part of it (RFC 8259 section 8.1 lets a reader ignore it). */
export const withoutByteOrderMark = (text: string): string => text.replace(/^\uFEFF/, '');

/** Raw control characters inside strings, written as RFC 8259 section 7 asks. One pass, whatever the text is. */
function withEscapedControls(text: string): string {
  let inString = false;
  let clean = '';
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (inString && char === '\\') {
      clean += text.slice(at, at + 2);
      at += 1;
      continue;
    }
    if (char === '"') inString = !inString;
    clean += inString && char < ' ' ? `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}` : char;
  }
  return clean;
}

/**
 * JSON as devices write it: a byte order mark before it and raw line breaks in its strings do not matter. undefined
 * for what is not JSON even so.
 */
export function parseTolerantJson(text: string): unknown {
  const json = withoutByteOrderMark(text);
  try {
    return JSON.parse(json);
  } catch {
    try {
      return JSON.parse(withEscapedControls(json));
    } catch {
      return undefined;
    }
  }
}
