import { appError } from '../../../shared/errors.ts';
import type { ConnectionCheck } from '../../../shared/pairing.ts';
import { unlessEnded } from '../device/deadline.ts';
import { CODE_OF_VERDICT } from '../device/refusals.ts';
import { byError, notRun, ok, type Verdict } from './verdict.ts';
import type { Check } from './visit.ts';

/** What the outcome of a check says about this register's certificate. */
export function judgeCertificate(check: ConnectionCheck | null): Verdict {
  switch (check?.result) {
    case 'mtls':
    case 'tls-only':
      return ok('accepted', { encryption: `${check.tlsVersion}, ${check.cipher}` });
    case 'in-use':
      return byError('warning', appError(CODE_OF_VERDICT['in-use'], check.detail));
    case 'unclear':
      return byError('warning', appError(CODE_OF_VERDICT.ambiguous, check.detail));
    case 'failed':
      return byError('failed', check.error);
    case undefined:
      return byError('warning', appError(CODE_OF_VERDICT.unclear, 'not checked'));
  }
}

export const checkCertificate: Check = {
  name: 'certificate',
  needs: ['identity', 'account'],
  run: async ({ subject, quietCheck }, signal) => {
    if (subject.kind === 'stranger') return notRun({ reason: 'not-paired' });
    const { id } = subject.pairing;
    // The check is not only this run's: it goes on when the run ends.
    const { lastCheck } = await unlessEnded(signal, 'the check of the pairing', quietCheck(id));
    return judgeCertificate(lastCheck);
  },
};
