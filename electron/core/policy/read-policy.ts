import { readFileSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import type { AppError } from '../../../shared/errors.ts';
import type { CertificateSummary } from '../../../shared/pairing.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { MOST_ROOT_CAS } from '../../../shared/root-ca.ts';
import { Failure, failure, toAppError } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { type RootCa, type RootCaFile, readRootCas } from '../pki/root-ca.ts';
import { systemCode } from '../vault/own-files.ts';
import { type Policy, policySchema } from './policy-schema.ts';
import { unreadable, wrongPolicy } from './wrong-policy.ts';

/** Files that nobody but administrators may write. */
export interface GuardedFiles {
  /**
   * The file's content; undefined when it does not exist. Throws {@link Failure} `policy-unsafe` when others may write
   * it, or put another one in its place, and `policy-unreadable`.
   */
  read(path: string): Buffer | undefined;
}

/** Values that the operating system keeps for administrators: the Windows registry, or a macOS profile. */
export interface SystemPolicy {
  /** How people find it, such as the registry key. */
  readonly place: string;
  /** Its values by key; undefined when there are none. Throws {@link Failure} `policy-*`. */
  read(): unknown;
}

/** Where a policy can be. Values of the system come before the file, which is not looked at then: they never mix. */
export interface PolicyPlaces {
  readonly system: SystemPolicy | null;
  readonly file: string;
  readonly files: GuardedFiles;
}

export type PolicyReading =
  | { readonly kind: 'absent' }
  /** `policy`: each Root CA as its PEM text or DER file in PEM form, no path any more. */
  | { readonly kind: 'found'; readonly place: string; readonly policy: Policy }
  | { readonly kind: 'rejected'; readonly place: string; readonly error: AppError };

const PEM_START = '-----BEGIN ';

/** Reads the policy there is. Never throws: what is wrong with it is its result. */
export function readPolicy({ system, file, files }: PolicyPlaces): PolicyReading {
  const fromSystem = system && attempt(system.place, () => parseValues(system.read(), files));
  if (fromSystem && fromSystem.kind !== 'absent') return fromSystem;
  return attempt(file, () => {
    const bytes = files.read(file);
    return bytes && parsePolicyBytes(bytes, files);
  });
}

function attempt(place: string, read: () => Policy | undefined): PolicyReading {
  try {
    const policy = read();
    return policy ? { kind: 'found', place, policy } : { kind: 'absent' };
  } catch (thrown) {
    const error = toAppError(thrown);
    return { kind: 'rejected', place, error: { ...error, params: { ...error.params, place } } };
  }
}

const parseValues = (values: unknown, files: GuardedFiles) =>
  values === undefined ? undefined : withFiles(parsePolicy(values), files);

/** A policy file's content, its Root CA files read. Throws {@link Failure} `policy-*`. */
function parsePolicyBytes(bytes: Uint8Array, files: GuardedFiles): Policy {
  let values: unknown;
  try {
    // Editors of Windows may begin the file with a byte order mark, which the decoder drops.
    values = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (thrown) {
    // The message may quote the file.
    const [where = ''] = (thrown instanceof Error && /line \d+ column \d+/.exec(thrown.message)) || [];
    throw wrongPolicy(where ? `not valid JSON: ${where}` : 'not valid JSON in UTF-8');
  }
  return withFiles(parsePolicy(values), files);
}

/** Throws {@link Failure} `policy-invalid`, which names each key that is wrong and no value. */
function parsePolicy(values: unknown): Policy {
  const parsed = policySchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const reasons = parsed.error.issues.map(({ path, message }) =>
    path.length > 0 ? `${path.join('.')}: ${message}` : message,
  );
  throw wrongPolicy(reasons.join('; '));
}

/** Puts the content of each Root CA file in the place of its path. */
function withFiles(policy: Policy, files: GuardedFiles): Policy {
  if (!policy.rootCas) return policy;
  return { ...policy, rootCas: policy.rootCas.map((text, index) => rootCaText(text, index, files)) };
}

function rootCaText(text: string, index: number, files: GuardedFiles): string {
  const where = `rootCas.${index}`;
  if (text.trimStart().startsWith(PEM_START)) return text.trim();
  if (!isAbsolute(text)) throw wrongPolicy(`${where}: neither PEM nor an absolute path`);
  try {
    const bytes = files.read(text);
    if (!bytes) throw wrongPolicy(`${where}: ${text} does not exist`);
    const asText = bytes.toString('latin1');
    return asText.includes(PEM_START) ? asText.trim() : pemOf(bytes);
  } catch (thrown) {
    if (!(thrown instanceof Failure) || thrown.appError.code === 'policy-invalid') throw thrown;
    const { code, detail } = thrown.appError;
    throw failure(code, `${where}: ${detail}`, { params: { reason: `${where}: ${detail}` } });
  }
}

const pemOf = (der: Buffer): string =>
  `-----BEGIN CERTIFICATE-----\n${der.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END CERTIFICATE-----`;

/**
 * The Root CAs of a policy, each as an import would take it. A file of several counts as all of them. Throws
 * {@link Failure} `policy-invalid`, also for a certificate that an import would leave out.
 *
 * @param now milliseconds since 1970
 * @param builtAt a moment that is surely over, for the clock hint
 */
export function judgeRootCas({ rootCas = [] }: Policy, now: number, builtAt: number): RootCa[] {
  const all = rootCas.flatMap((pem, index) => judgeRootCa(pem, `rootCas.${index}`, now, builtAt));
  const judged = [...new Map(all.map((rootCa) => [rootCa.root.fingerprint256, rootCa])).values()];
  if (judged.length > MOST_ROOT_CAS)
    throw wrongPolicy(`rootCas: ${judged.length} Root CAs, at most ${MOST_ROOT_CAS} can be trusted`);
  return judged;
}

function judgeRootCa(pem: string, where: string, now: number, builtAt: number): readonly RootCa[] {
  let read: RootCaFile;
  try {
    read = readRootCas(Buffer.from(pem), now, builtAt);
  } catch (thrown) {
    const { code, detail } = toAppError(thrown);
    throw wrongPolicy(`${where}: ${code}${detail && `, ${detail}`}`);
  }
  const [bad] = read.leftOut;
  if (bad)
    throw wrongPolicy(`${where}: a certificate in it is ${bad.problem}${bad.subject && `, ${bad.subject}`}`);
  return read.candidates;
}

/** What a policy file says, for whoever prepares one. */
export interface CheckedPolicy {
  /** The keys that it gives. */
  readonly keys: readonly string[];
  readonly rootCas: readonly CertificateSummary[];
}

/** Files as they are, whoever may write them: for a policy that is not in its place yet. */
export const ANY_FILES: GuardedFiles = {
  read(path) {
    try {
      return readFileSync(path);
    } catch (thrown) {
      if (systemCode(thrown) === 'ENOENT') return undefined;
      throw unreadable(path, thrown);
    }
  },
};

/**
 * Whether a file could be the policy of a computer such as this one. Who may write it is not looked at unless `files`
 * does. Errors: `policy-invalid`, `policy-unsafe`, `policy-unreadable`, `not-found`.
 */
export function checkPolicyFile(
  path: string,
  {
    now,
    builtAt,
    files = ANY_FILES,
  }: { readonly now: number; readonly builtAt: number; readonly files?: GuardedFiles },
): Result<CheckedPolicy> {
  try {
    const bytes = files.read(path);
    if (!bytes) throw failure('not-found', path);
    const policy = parsePolicyBytes(bytes, files);
    const rootCas = judgeRootCas(policy, now, builtAt).map(({ root }) => summarize(root));
    return ok({ keys: Object.keys(policy).filter((key) => key !== '$schema'), rootCas });
  } catch (thrown) {
    return err(toAppError(thrown));
  }
}
