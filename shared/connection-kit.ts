import { z } from 'zod';
import { appError } from './errors.ts';
import { err, ok, type Result } from './result.ts';

/**
 * What a connection kit carries the key in. `p12`: PKCS#12 with AES-256-CBC, PBKDF2 and SHA-256. `p12-legacy`: PKCS#12
 * with 3DES and SHA-1, for software that knows nothing newer. `pem`: PKCS#8 in PEM, encrypted. `pem-plain`: the same
 * without a password.
 */
export const KIT_FORMATS = ['p12', 'p12-legacy', 'pem', 'pem-plain'] as const;
export type KitFormat = (typeof KIT_FORMATS)[number];
export const kitFormatSchema = z.enum(KIT_FORMATS);

/** Fewest and most characters of a password. OpenSSL reads up to 1024, some tools less. */
export const KIT_PASSWORD = { least: 12, most: 128 };

/** Where the password of a kit comes from; `none` only for `pem-plain`. */
export const kitPasswordSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('typed'), text: z.string().max(4096) }),
  z.object({ kind: z.literal('generated') }),
  z.object({ kind: z.literal('none') }),
]);
export type KitPassword = z.infer<typeof kitPasswordSchema>;

/**
 * A password that every tool reads the same way: printable ASCII, since PKCS#12, PKCS#8, code pages and consoles do not
 * agree about other characters. Errors: `export-password-short`, `export-password-characters`.
 */
export function parseKitPassword(text: string): Result<string> {
  if (!/^[\x20-\x7e]*$/.test(text) || text.length > KIT_PASSWORD.most)
    return err(appError('export-password-characters'));
  return text.length < KIT_PASSWORD.least ? err(appError('export-password-short')) : ok(text);
}

/** One file of a kit, for the people who are shown what will be written. */
const kitFileSchema = z.object({
  /** Path within the kit's folder, with `/`. */
  name: z.string(),
  what: z.enum(['keys', 'certificates', 'root-ca', 'description', 'read-me', 'sample']),
  /** Whether it holds the private key. */
  holdsKey: z.boolean(),
});
export type KitFile = z.infer<typeof kitFileSchema>;

/** What an export would write, and who could read it. */
export const kitPlanSchema = z.object({
  files: z.array(kitFileSchema),
  /** Account name of the only user who will be able to read the files. */
  reader: z.string(),
  /** True when the only keys there are still wait for their first proved connection. */
  pending: z.boolean(),
});
export type KitPlan = z.infer<typeof kitPlanSchema>;

export const kitOutcomeSchema = z.discriminatedUnion('outcome', [
  /** The user thought better of it, in the system's dialog. */
  z.object({ outcome: z.literal('cancelled') }),
  z.object({
    outcome: z.literal('written'),
    /** Absolute path. */
    folder: z.string(),
    /** The generated password, this once; null when it was typed or there is none. */
    password: z.string().nullable(),
  }),
]);
export type KitOutcome = z.infer<typeof kitOutcomeSchema>;
