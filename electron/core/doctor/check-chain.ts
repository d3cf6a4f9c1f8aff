import type { AppError, ErrorCode } from '../../../shared/errors.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { CoreContext } from '../context.ts';
import { otherRootCa } from '../device/connection.ts';
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

/** Why the chain does not lead to the Root CA that the pairing belongs to, if it leads to another trusted one. */
function notItsOwn(pairing: PairingRecord, look: Look, context: CoreContext): AppError | undefined {
  try {
    pinnedTrust(pairing, context);
  } catch (thrown) {
    return toAppError(thrown);
  }
  if (look.kind !== 'seen' || look.root.fingerprint256 === pairing.trustAnchorFingerprint256)
    return undefined;
  return otherRootCa(look.root).appError;
}

/**
 * @param root the subject of the Root CA it leads to
 * @param another why that is not the one of the pairing
 */
export function judgeChain(look: Look, root: string, another: AppError | undefined): Verdict {
  if (look.kind === 'failed' && !BEHIND_CHAIN.has(look.error.code)) {
    return look.error.code === 'device-demands-certificate'
      ? notRun({ reason: 'demands-certificate' })
      : byError('failed', look.error);
  }
  return another ? byError('failed', another) : ok('chain-ok', { root });
}

export const checkChain: Check = {
  name: 'chain',
  needs: ['tls-versions'],
  run: ({ look, trust, subject, context }) => {
    if (!look || !trust) return notRun({ reason: 'no-root-ca' });
    const root = look.kind === 'seen' ? look.root : trust.rootCas[0]?.root;
    if (!root) return notRun({ reason: 'no-root-ca' });
    const another = subject.kind === 'paired' ? notItsOwn(subject.pairing, look, context) : undefined;
    return judgeChain(look, summarize(root).subject, another);
  },
};
