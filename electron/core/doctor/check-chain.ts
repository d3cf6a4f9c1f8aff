import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import { toAppError } from '../failure.ts';
import { summarize } from '../pki/certificate.ts';
import { pinnedTrust } from '../root-ca/trust.ts';
import { byError, notRun, ok, type Verdict } from './verdict.ts';
import type { Check, Look } from './visit.ts';

/** Of a chain that does lead to the Root CA: who the device is was looked at after it. */
const BEHIND_CHAIN: ReadonlySet<ErrorCode> = new Set([
  'device-identity-missing',
  'device-identity-ambiguous',
]);

/**
 * @param root the subject of the Root CA
 * @param replaced why the Root CA is not the one of the pairing any more
 */
export function judgeChain(look: Look, root: string, replaced: AppError | undefined): Verdict {
  if (look.kind === 'failed' && !BEHIND_CHAIN.has(look.error.code)) {
    return look.error.code === 'device-demands-certificate'
      ? notRun({ reason: 'demands-certificate' })
      : byError('failed', look.error);
  }
  return replaced ? byError('failed', replaced) : ok('chain-ok', { root });
}

export const checkChain: Check = {
  name: 'chain',
  needs: ['tls-versions'],
  run: ({ look, trust, subject, context }) => {
    if (!look || !trust) return notRun({ reason: 'no-root-ca' });
    let replaced: AppError | undefined;
    try {
      if (subject.kind === 'paired') pinnedTrust(subject.pairing, context);
    } catch (thrown) {
      replaced = toAppError(thrown);
    }
    return judgeChain(look, summarize(trust.rootCa.root).subject, replaced);
  },
};
