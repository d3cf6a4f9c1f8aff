import { resolve } from 'node:path';
import type { z } from 'zod';
import { failure } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';
import type { DOCUMENTS } from '../documents.ts';
import { usageError } from '../exit-codes.ts';
import { requiredOption } from '../parse.ts';
import { whichPairing } from '../which-pairing.ts';

/** Those with a password: nobody is there to be warned about a key without one. */
const FORMATS = ['p12', 'p12-legacy', 'pem'] as const;

/** Writes a connection kit. */
export async function exportKit({
  invocation,
  inputs,
  core,
  io,
}: CommandContext): Promise<Outcome<z.infer<(typeof DOCUMENTS)['export']>>> {
  const format = FORMATS.find((known) => known === requiredOption(invocation, 'format'));
  if (!format) throw usageError(`--format is one of ${FORMATS.join(', ')}.`);
  const { id } = whichPairing(invocation, core);
  const target = resolve(io.cwd, requiredOption(invocation, 'out'));
  const outcome = await core.connectionKit.export({
    pairingId: id,
    format,
    password: { kind: 'typed', text: inputs.secrets.password ?? '' },
    chooseFolder: async () => target,
  });
  if (outcome.outcome !== 'written') throw failure('cancelled', 'the export');
  const { folder } = outcome;
  const files = core.connectionKit.plan(id, format).files.map(({ name }) => name);
  return { exit: 'ok', document: { folder, format, files }, text: `${folder}\n` };
}
