import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { z } from 'zod';
import { CERTIFICATE_FILE_LIMIT } from '../../../shared/root-ca.ts';
import { failure } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { CliError, usageError } from '../exit-codes.ts';
import { type Invocation, optionOf } from '../parse.ts';
import { fetchRootCas } from '../root-ca-service.ts';

const SERVICE_MS = 30_000;

/** SHA-256 fingerprints as people write them, in the app's form. Throws {@link CliError} `usage`. */
export function parseFingerprint(text: string): string {
  const hex = text
    .replace(/^sha-?256[:=]/i, '')
    .replace(/[:\s]/g, '')
    .toUpperCase();
  if (!/^[0-9A-F]{64}$/.test(hex))
    throw usageError('--expect-fingerprint takes a SHA-256 fingerprint: 64 hex digits.');
  return hex.match(/../g)?.join(':') ?? '';
}

async function readCertificates(path: string): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > CERTIFICATE_FILE_LIMIT) throw failure('root-ca-too-large', `${size} bytes`);
    return await readFile(path);
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown)
      throw new CliError('file-unreadable', `The file cannot be read (${String(thrown.code)}).`);
    throw thrown;
  }
}

function sourceOf({ operand, values, secrets }: Invocation): 'file' | 'stdin' | 'service' {
  const isService = values.has('from-api');
  const onlyService = values.has('merchant') || values.has('key-id') || secrets.has('secret');
  if (isService === (operand !== undefined))
    throw usageError('trust-root takes either a FILE or --from-api.');
  if (isService) return 'service';
  if (onlyService) throw usageError('--merchant, --key-id and the secret belong to --from-api.');
  return operand === '-' ? 'stdin' : 'file';
}

async function read({ invocation, inputs, io, askService }: CommandContext): Promise<Uint8Array> {
  switch (sourceOf(invocation)) {
    case 'stdin':
      return Buffer.from(inputs.rest);
    case 'file':
      return readCertificates(resolve(io.cwd, invocation.operand ?? ''));
    case 'service': {
      const [merchantId, keyId] = [optionOf(invocation, 'merchant'), optionOf(invocation, 'key-id')];
      const sharedSecret = inputs.secrets.secret;
      if (merchantId === undefined || keyId === undefined || sharedSecret === undefined)
        throw usageError('--from-api needs --merchant, --key-id and --secret-stdin.');
      const account = { host: optionOf(invocation, 'from-api') ?? '', merchantId, keyId, sharedSecret };
      const within = AbortSignal.any([io.signal, AbortSignal.timeout(SERVICE_MS)]);
      return fetchRootCas(account, askService, Date.now(), within);
    }
  }
}

/** Trusts all Root CAs that were given, or none of them. */
export async function trustRoot(
  context: CommandContext,
): Promise<Outcome<z.infer<(typeof DOCUMENTS)['trust-root']>>> {
  const { invocation, core } = context;
  const expected = invocation.values.get('expect-fingerprint')?.map(parseFingerprint);
  const { candidates } = core.rootCaImport.preview(await read(context));
  const unexpected = candidates.find(({ root }) => expected && !expected.includes(root.fingerprint256));
  if (unexpected)
    throw new CliError(
      'fingerprint-mismatch',
      `A Root CA has another fingerprint than expected: ${unexpected.root.fingerprint256}. None is trusted.`,
    );
  await core.trustRootCas(candidates.map(({ root }) => root.fingerprint256));
  const rootCas = candidates.map(({ root, isTrusted }) => ({
    fingerprint: root.fingerprint256,
    subject: root.subject,
    validTo: root.validTo,
    isNew: !isTrusted,
  }));
  const text = rootCas.map(({ fingerprint, subject }) => `SHA-256 ${fingerprint}  ${subject}\n`).join('');
  return { exit: 'ok', document: { rootCas }, text };
}
