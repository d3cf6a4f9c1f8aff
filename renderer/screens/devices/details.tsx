import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { commonName } from '../../components/certificate.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import { useFormats } from '../../format.ts';

/** All that is known of a pairing, in words that support asks for. */
export function Details({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { identity, lastCheck, transport, posId } = pairing;
  const address = formatAuthority(pairing.address);
  const proof = lastCheck && 'cipher' in lastCheck ? lastCheck : null;
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
          {lastCheck ? t(`check.result.${lastCheck.result}`) : t('facts.neverChecked')}
        </Fact>
        {proof && (
          <>
            <Fact label={t('device.tls')} more={proof.cipher}>
              {proof.tlsVersion}
            </Fact>
            <Fact label={t('device.roundTrip')}>{format.duration(proof.roundTripMs)}</Fact>
          </>
        )}
      </Facts>
    </section>
  );
}
