import { parsePin } from '../../../shared/manager.ts';
import { hashPin, SCRYPT } from '../../core/access/pin-hash.ts';
import { required } from '../../core/failure.ts';
import type { CommandContext, Outcome } from '../command.ts';

/** The hash of a new manager PIN, for a managed policy. */
export async function hashNewPin({ inputs }: CommandContext): Promise<Outcome<{ readonly hash: string }>> {
  const hash = await hashPin(required(parsePin(inputs.secrets.pin ?? '')), SCRYPT);
  return { exit: 'ok', document: { hash }, text: `${hash}\n` };
}
