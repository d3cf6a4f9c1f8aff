const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g;
/** A line of a key without its PEM armour. Longer than a SHA-256 fingerprint, shorter than any key. */
const LONG_BASE64 = /[A-Za-z0-9+/_-]{65,}={0,2}|(?:[A-Za-z0-9+/_-]{60,}={0,2}\s+)+[A-Za-z0-9+/_-]*={0,2}/g;
const MAX_LENGTH = 1000;
const looksEncoded = (run: string): boolean => /[A-Z]/.test(run) && /[a-z]/.test(run) && /\d/.test(run);
/** From the ASCII characters to their full-width forms in Unicode. */
const FULL_WIDTH = 0xfee0;

const literal = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');

/** One character as it is, or as URLs, JSON, HTML and East Asian keyboards write it. */
function character(char: string): string {
  const forms = [...new Set([char, char.toLowerCase(), char.toUpperCase()])].flatMap((form) => {
    const code = form.charCodeAt(0);
    const hex = code.toString(16).padStart(2, '0');
    const wide = code > 0x20 && code < 0x7f ? [String.fromCharCode(code + FULL_WIDTH)] : [];
    return [
      literal(form),
      ...wide,
      `%(?:25)?${hex}`,
      `\\\\+u00${hex}`,
      `\\\\+x${hex}`,
      `&#0*${code};`,
      `&#x0*${hex};`,
    ];
  });
  return `(?:${forms.join('|')})`;
}

/** What is the same in the base64 of any text that holds `secret`, for each of its three possible positions. */
function base64Forms(secret: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'\0'.repeat(offset)}${secret}`)
      .toString('base64')
      .replaceAll('=', '');
    const complete = Math.floor(((offset + secret.length) * 8) / 6);
    return encoded.slice(Math.ceil((offset * 8) / 6), complete);
  });
}

function patternOf(secret: string): RegExp {
  const spelled = [...secret].map(character).join('[^\\p{L}\\p{N}]{0,3}?');
  const encoded = [...new Set([secret, secret.toLowerCase(), secret.toUpperCase()])].flatMap((form) => [
    Buffer.from(form).toString('hex'),
    ...base64Forms(form),
  ]);
  return new RegExp([spelled, ...encoded.map(literal)].join('|'), 'giu');
}

/**
 * Makes text from outside fit for an error or a screen: no PEM blocks or long base64, none of the given secrets
 * (in any letter case, with anything but letters and digits in between, and in common encodings), no control
 * characters, at most 1,000 characters.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text.replace(PEM_BLOCK, '[PEM removed]');
  for (const secret of secrets) if (secret !== '') clean = clean.replace(patternOf(secret), '[removed]');
  clean = clean
    .replace(LONG_BASE64, (run) => (looksEncoded(run) ? '[data removed]' : run))
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
