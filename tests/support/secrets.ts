import { createPrivateKey } from 'node:crypto';

/** A leak shorter than this many characters in a row would go unnoticed. */
const LEAST_LEAK = 32;

/** Pieces of a long text, so near to each other that whatever is quoted of it has a whole one in it. */
function pieces(text: string): string[] {
  const length = LEAST_LEAK / 2;
  if (text.length <= length) return [text];
  const count = Math.floor(text.length / length);
  return Array.from({ length: count }, (_, at) => text.slice(at * length, (at + 1) * length));
}

/** Of a private key (PEM): its DER form and its numbers, in hex, base64 and base64url. */
export function piecesOfKey(privateKeyPem: string): string[] {
  const key = createPrivateKey(privateKeyPem);
  const { n, e: _public, kty: _type, crv: _curve, x, y, ...secret } = key.export({ format: 'jwk' });
  const numbers = [n, x, y, ...Object.values(secret)]
    .filter((number): number is string => typeof number === 'string')
    .map((number) => Buffer.from(number, 'base64url'));
  const ders = [key.export({ format: 'der', type: 'pkcs8' })];
  if (key.asymmetricKeyType === 'rsa') ders.push(key.export({ format: 'der', type: 'pkcs1' }));
  return [
    ...[...ders, ...numbers].flatMap((bytes) => [
      ...pieces(bytes.toString('hex')),
      ...pieces(bytes.toString('base64').replace(/=+$/, '')),
      ...pieces(bytes.toString('base64url')),
    ]),
    // As it stands in the PEM, whose lines begin elsewhere than the pieces above.
    ...pieces(privateKeyPem.replace(/-----[^-]+-----|\s/g, '')),
  ].filter((piece) => piece.length >= LEAST_LEAK / 2 && !/^(.)\1+$/.test(piece));
}

/** Of what the vault keeps on disk. */
export const piecesOfSealed = (sealed: string): string[] => pieces(sealed);

/** The spellings of a setup code. */
export const spellingsOf = (code: string): string[] => [
  code,
  code.toLowerCase(),
  `${code.slice(0, 4)}-${code.slice(4)}`,
  [...code].join(' '),
  Buffer.from(code).toString('hex'),
  Buffer.from(code).toString('base64').replace(/=+$/, ''),
];

/** The secrets that are in `text`, in whatever letter case, and any PEM block. */
export function secretsIn(text: string, secrets: readonly string[]): string[] {
  const searched = text.toLowerCase();
  const found = [...new Set(secrets)].filter((secret) => searched.includes(secret.toLowerCase()));
  return /-----\s*BEGIN|BEGIN [A-Z ]*PRIVATE/i.test(text) ? [...found, 'a PEM block'] : found;
}
