import { type DeviceIdentity, identityText } from '../../../shared/identity.ts';
import { requireIdentity } from '../device/identity.ts';
import { toAppError } from '../failure.ts';
import { byError, notRun, ok, type Verdict } from './verdict.ts';
import type { Check, Look } from './visit.ts';

/** @param expected undefined: nobody has said which device it should be */
export function judgeIdentity(look: Look, expected: DeviceIdentity | undefined): Verdict {
  if (look.kind === 'failed') return byError('failed', look.error);
  const { identity, certificate } = look;
  const shown = { identity: identityText(identity) };
  if (!expected) return ok('identity-seen', shown);
  try {
    requireIdentity(identity, expected, certificate);
    return ok('identity-ok', shown);
  } catch (thrown) {
    return byError('failed', toAppError(thrown));
  }
}

export const checkIdentity: Check = {
  name: 'identity',
  needs: ['chain'],
  run: ({ look, subject }) => {
    if (!look) return notRun({ reason: 'needs', check: 'chain' });
    return judgeIdentity(look, subject.kind === 'paired' ? subject.pairing.identity : subject.expected);
  },
};
