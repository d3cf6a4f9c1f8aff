import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { commonName } from '../../../shared/root-ca.ts';
import { AccountFact } from '../../components/account.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { Fold } from '../../components/fold.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import { type SupportRow, SupportRows } from '../../components/support-rows.tsx';
import { useFormats } from '../../format.ts';
import { useMirror } from '../../state/context.tsx';
import { resultOf, shownStatus } from '../../state/pairing-list.ts';

/** All that is known of a pairing, in words that support asks for. */
export function Details({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { identity, lastCheck, transport, posId } = pairing;
  const status = shownStatus(useMirror(), pairing);
  const address = formatAuthority(pairing.address);
  const proof = lastCheck && 'cipher' in lastCheck ? lastCheck : null;
  const protection = pairing.protection ?? (proof?.depth === 'full' ? proof.result : null);
  return (
    <section className="card device-details" aria-labelledby="details-heading">
      <h2 id="details-heading">{t('device.details')}</h2>
      <Facts>
        <IdentityFact identity={identity} copy />
        <Fact label={t('facts.address')} copy={address} mono>
          {address}
        </Fact>
        <Fact label={t('facts.posId')} copy={posId}>
          {posId}
        </Fact>
      </Facts>
      <Facts>
        <Fact label={t('facts.connection')}>{t(`connection.${transport}`)}</Fact>
        <Fact label={t('facts.pairedOn')}>{format.dateTime(pairing.pairedAt)}</Fact>
        <Fact label={t('device.issuer')}>{commonName(pairing.clientIssuer.subject)}</Fact>
        <Fact label={t('facts.lastCheck')} more={lastCheck && format.dateTime(lastCheck.at)}>
          {lastCheck ? t(`check.result.${resultOf(lastCheck)}`) : t('facts.neverChecked')}
        </Fact>
        {pairing.readiness && (
          <Fact label={t('doctor.readiness.label')} more={format.dateTime(pairing.readiness.at)}>
            {t(`doctor.readiness.result.${pairing.readiness.result}`)}
          </Fact>
        )}
        <Fact label={t('device.protection')}>
          {protection ? t(`check.result.${protection}`) : t('device.notProved')}
        </Fact>
        <AccountFact pairing={pairing} />
      </Facts>
      <Fold title={t('panel.details')} className="support">
        <SupportRows
          rows={[
            [t('support.state'), status.state],
            ...(proof
              ? ([
                  [t('device.tls'), `${proof.tlsVersion}, ${proof.cipher}`],
                  [t('device.roundTrip'), format.duration(proof.roundTripMs)],
                ] satisfies SupportRow[])
              : []),
          ]}
          at={lastCheck?.at ?? pairing.pairedAt}
          about={pairing}
        />
      </Fold>
    </section>
  );
}
