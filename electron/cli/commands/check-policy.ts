import { resolve } from 'node:path';
import type { z } from 'zod';
import { Failure } from '../../core/failure.ts';
import { checkPolicyFile } from '../../core/policy/read-policy.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { CliError, usageError } from '../exit-codes.ts';

type Document = z.infer<(typeof DOCUMENTS)['policy check']>;

/** Judges a policy as the app would, but for who may write it: the file need not be in its place yet. */
export async function checkPolicy({ invocation, io }: CommandContext): Promise<Outcome<Document>> {
  if (invocation.operand === undefined) throw usageError('policy check takes one FILE.');
  const file = resolve(io.cwd, invocation.operand);
  // No moment that is surely over is known of somebody else's register.
  const checked = checkPolicyFile(file, { now: Date.now(), builtAt: 0 });
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
