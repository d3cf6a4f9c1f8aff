import { TriangleAlert } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { accountName, sameComputer, sameUser } from '../../shared/account.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { useAppState } from '../state/context.tsx';
import { Fact } from './facts.tsx';

/** Whose keys they are, so under whom the POS software has to run. Nothing where an older version has stored them. */
export function AccountFact({ pairing: { account } }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const own = useAppState().account.account;
  if (!account) return null;
  const { computer } = account;
  const isOwn = own && sameUser(account, own) && sameComputer(computer, own.computer);
  return (
    <Fact
      label={t('account.label')}
      more={isOwn ? t('account.stored') : t('account.isOther', { computer })}
      isWide
    >
      {accountName(account)}
    </Fact>
  );
}

/** That the keys of a pairing will be, or are, gone after the account is signed out. */
export function ProfileWarning() {
  const { t } = useTranslation();
  const { account, risk } = useAppState().account;
  if (!account || !risk) return null;
  return (
    <p className="panel panel-warn till-warning" role="status">
      <TriangleAlert aria-hidden="true" />
      <span>
        {t(`doctor.findings.profile-${risk}`, { account: accountName(account) })}{' '}
        {t(`doctor.advice.profile-${risk}`)}
      </span>
    </p>
  );
}
