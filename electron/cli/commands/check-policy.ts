import { resolve } from 'node:path';
import type { z } from 'zod';
import { Failure } from '../../core/failure.ts';
import { checkPolicyFile } from '../../core/policy/read-policy.ts';
import { systemPlaces } from '../../core/policy/system-places.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { CliError, usageError } from '../exit-codes.ts';

type Document = z.infer<(typeof DOCUMENTS)['policy check']>;

/** Windows does not tell upper from lower case. */
const isSame = (one: string, other: string): boolean =>
  process.platform === 'win32' ? one.toLowerCase() === other.toLowerCase() : one === other;

/** Judges a policy as the app would; who may write it only where it is in its place, since it need not be there yet. */
export async function checkPolicy({ invocation, io }: CommandContext): Promise<Outcome<Document>> {
  if (invocation.operand === undefined) throw usageError('policy check takes one FILE.');
  const file = resolve(io.cwd, invocation.operand);
  const { file: place, files } = systemPlaces();
  const checked = checkPolicyFile(file, {
    now: Date.now(),
    // No moment that is surely over is known of somebody else's register.
    builtAt: 0,
    ...(isSame(file, place) && { files }),
  });
  if (!checked.ok) {
    if (checked.error.code === 'not-found') throw new CliError('file-unreadable', 'There is no such file.');
    throw new Failure(checked.error);
  }
  const { keys } = checked.value;
  const rootCas = checked.value.rootCas.map(({ fingerprint256, subject, validTo }) => ({
    fingerprint: fingerprint256,
    subject,
    validTo,
  }));
  const lines = [
    `The policy is right. It gives: ${keys.join(', ') || 'nothing'}.`,
    ...rootCas.map((each) => `Root CA ${each.subject}, valid until ${each.validTo}: ${each.fingerprint}`),
  ];
  return { exit: 'ok', document: { keys: [...keys], rootCas }, text: `${lines.join('\n')}\n` };
}
