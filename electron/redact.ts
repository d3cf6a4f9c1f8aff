const PEM_BLOCK = /-----BEGIN [A-Z0-9 ]+-----[\s\S]*?(?:-----END [A-Z0-9 ]+-----|$)/g;
const MAX_LENGTH = 1000;

/**
 * Makes text from outside fit for an error or a screen: no PEM blocks, none of the given secrets (in any
 * letter case), no control characters, at most 1,000 characters.
 */
export function redact(text: string, secrets: readonly string[] = []): string {
  let clean = text.replace(PEM_BLOCK, '[PEM removed]');
  for (const secret of secrets) {
    if (secret === '') continue;
    const literal = [...secret].map((c) => c.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&')).join('[\\s-]?');
    clean = clean.replace(new RegExp(literal, 'giu'), '[removed]');
  }
  clean = clean.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
  return clean.length > MAX_LENGTH ? `${clean.slice(0, MAX_LENGTH)}…` : clean;
}
