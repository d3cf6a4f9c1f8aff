import { type Account, accountName, sameComputer, sameUser } from '../../../shared/account.ts';
import { type AppError, appError } from '../../../shared/errors.ts';

/** Never what was thrown: that may quote the decrypted text. */
const DETAIL = 'the stored credentials cannot be decrypted';

/**
 * Why the key store of this account does not open what was sealed: for another account, on another computer, or by a
 * key store that is no more. The most that can be said where either account is unknown: `storage-undecryptable`.
 *
 * @param owner the account whose key store sealed it
 * @param own the account that tried
 */
export function whySealed(owner: Account | undefined, own: Account | undefined): AppError {
  if (!owner || !own) return appError('storage-undecryptable', DETAIL);
  const params = {
    owner: accountName(owner),
    ownerComputer: owner.computer,
    account: accountName(own),
    computer: own.computer,
  };
  // A host name that was changed leaves the keys alone, so it only explains what does not work.
  const isElsewhere = !sameComputer(owner.computer, own.computer);
  const detail = `${DETAIL}: sealed for ${params.owner} on ${owner.computer}, read by ${params.account} on ${own.computer}`;
  if (!sameUser(owner, own)) return appError('keys-of-other-account', detail, { params });
  return appError(isElsewhere ? 'keys-of-other-computer' : 'keys-lost', detail, { params });
}
