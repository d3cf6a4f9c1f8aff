import { type AccountView, accountName } from '../../../shared/account.ts';
import { ok, type Verdict, warning } from './verdict.ts';
import type { Check } from './visit.ts';

/** @param isPaired whether this account has keys, and they were opened */
export function judgeAccount({ account, risk }: AccountView, isPaired: boolean): Verdict {
  const values = { account: account ? accountName(account) : '—' };
  if (risk) return warning(`profile-${risk}`, values);
  return ok(isPaired ? 'keys-open' : 'keys-to-be', values);
}

export const checkAccount: Check = {
  name: 'account',
  needs: [],
  run: async ({ subject, credentials, account }) => {
    // What keeps the keys shut says more than what threatens them.
    await credentials();
    return judgeAccount(await account(), subject.kind === 'paired');
  },
};
