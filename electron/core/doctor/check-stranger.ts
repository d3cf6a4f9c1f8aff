import { appError } from '../../../shared/errors.ts';
import type { ConnectionCheck } from '../../../shared/pairing.ts';
import { CODE_OF_VERDICT } from '../device/refusals.ts';
import { byError, notRun, ok, type Verdict, warning } from './verdict.ts';
import type { Check } from './visit.ts';

/** What the whole proof says about strangers. It asks one only after our own certificate was answered. */
export function judgeStranger(check: ConnectionCheck | null): Verdict {
  switch (check?.result) {
    case 'mtls':
      return ok('stranger-refused');
    case 'tls-only':
      return warning('stranger-let-in');
    case 'in-use':
      return byError('warning', appError(CODE_OF_VERDICT['in-use'], check.detail));
    case 'unclear':
      return byError('warning', appError(CODE_OF_VERDICT.ambiguous, check.detail));
    case 'failed':
      return check.error.code === CODE_OF_VERDICT.unclear
        ? byError('warning', check.error)
        : notRun({ reason: 'needs', check: 'certificate' });
    case undefined:
      return notRun({ reason: 'needs', check: 'certificate' });
  }
}

export const checkStranger: Check = {
  name: 'stranger',
  needs: ['certificate'],
  usesChannel: true,
  run: async ({ subject, held, fullTest, amend }) => {
    if (subject.kind === 'stranger' || !held) return notRun({ reason: 'not-paired' });
    const { lastCheck } = await fullTest(subject.pairing.id, held);
    const verdict = judgeStranger(lastCheck);
    // A refusal that comes only once the connection is used refutes the handshake.
    if (lastCheck?.result === 'failed' && verdict.state === 'not-run')
      amend('certificate', byError('failed', lastCheck.error));
    return verdict;
  },
};
