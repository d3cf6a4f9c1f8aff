import type { Inputs } from './command.ts';
import type { SecretName } from './command-specs.ts';
import { usageError } from './exit-codes.ts';
import type { Invocation } from './parse.ts';

/** Largest standard input that is read, in bytes: a certificate file and some lines. */
export const INPUT_LIMIT = 320 * 1024;
/** Longest secret, in UTF-16 code units. */
export const SECRET_LIMIT = 4096;

export interface InputSources {
  /** Standard input, in pieces as they come. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** All of a file descriptor. */
  readonly readFd: (fd: number) => Promise<Uint8Array>;
}

const readsDocument = ({ command, operand }: Invocation): boolean =>
  command === 'trust-root' && operand === '-';

/** Reads until there are `lines` of them, or to the end when that is undefined. */
async function readStdin(stdin: AsyncIterable<Uint8Array>, lines: number | undefined): Promise<string> {
  const pieces: Uint8Array[] = [];
  let length = 0;
  let found = 0;
  for await (const piece of stdin) {
    pieces.push(piece);
    length += piece.length;
    if (length > INPUT_LIMIT) throw usageError('Standard input is too long.');
    found += piece.filter((byte) => byte === 0x0a).length;
    if (lines !== undefined && found >= lines) break;
  }
  return Buffer.concat(pieces)
    .toString('utf8')
    .replace(/^\ufeff/, '');
}

function secretOf(name: SecretName, line: string | undefined): string {
  const secret = line?.replace(/\r$/, '') ?? '';
  if (secret === '') throw usageError(`Nothing was given for the ${name}.`);
  if (secret.length > SECRET_LIMIT) throw usageError(`The ${name} is too long.`);
  return secret;
}

/** Reads what the command line says comes from elsewhere. Throws {@link CliError} `usage`. */
export async function readInputs(invocation: Invocation, { stdin, readFd }: InputSources): Promise<Inputs> {
  const fromStdin = [...invocation.secrets].filter(([, { kind }]) => kind === 'stdin');
  const hasDocument = readsDocument(invocation);
  const isRead = fromStdin.length > 0 || hasDocument;
  const text = isRead ? await readStdin(stdin, hasDocument ? undefined : fromStdin.length) : '';
  const lines = text.split('\n');
  const secrets: Partial<Record<SecretName, string>> = {};
  for (const [name, source] of invocation.secrets) {
    if (source.kind === 'stdin') {
      secrets[name] = secretOf(name, lines.shift());
      continue;
    }
    let bytes: Uint8Array;
    try {
      bytes = await readFd(source.fd);
    } catch {
      throw usageError(`The file descriptor for the ${name} cannot be read.`);
    }
    secrets[name] = secretOf(name, Buffer.from(bytes).toString('utf8').split('\n')[0]);
  }
  return { secrets, rest: hasDocument ? lines.join('\n') : '' };
}
