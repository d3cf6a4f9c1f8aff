import { Check, LockKeyhole, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { SuccessDrawing } from '../../components/drawings.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useActions } from '../../state/context.tsx';

export function PairSuccess({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { go } = useActions();
  const { lastCheck, identity } = pairing;
  return (
    <Screen title={t('success.title')} intro={t('success.intro')} className="success">
      <div className="success-mark" aria-hidden="true">
        <Check />
      </div>
      <div className="columns columns-drawing columns-fill">
        <div className="stack">
          {lastCheck?.result === 'tls-only' && (
            <div className="panel panel-warn" role="status">
              <div className="panel-title">
                <LockKeyhole className="panel-icon" aria-hidden="true" />
                <h2>{t('success.tlsOnlyTitle')}</h2>
              </div>
              <div className="panel-body">
                <p>{t('success.tlsOnly')}</p>
              </div>
            </div>
          )}
          <section className="card" aria-label={t('success.summary')}>
            <Facts className="facts facts-large">
              <Fact label={t('facts.posId')}>{pairing.posId}</Fact>
              <IdentityFact identity={identity} />
              <Fact label={t('facts.address')} mono>
                {formatAuthority(pairing.address)}
              </Fact>
              <Fact label={t('facts.validUntil')}>{format.date(pairing.clientCertificate.validTo)}</Fact>
              <Fact label={t('success.connection')} isWide>
                {lastCheck?.result === 'mtls' && (
                  <span className="chip chip-success">
                    <ShieldCheck aria-hidden="true" />
                    <span>{t('success.mtls', { version: lastCheck.tlsVersion })}</span>
                  </span>
                )}
                {lastCheck?.result === 'tls-only' && (
                  <span className="chip chip-warn">
                    <LockKeyhole aria-hidden="true" />
                    <span>{t('check.result.tls-only')}</span>
                  </span>
                )}
                {(!lastCheck || lastCheck.result === 'failed') && t('success.notProved')}
              </Fact>
            </Facts>
          </section>
        </div>
        <section className="card card-sunken compare" aria-labelledby="compare-heading">
          <SuccessDrawing />
          <div>
            <h2 id="compare-heading">{t('success.compareTitle')}</h2>
            <p>{t('success.compare')}</p>
          </div>
        </section>
      </div>
      <ActionBar>
        <Button look="primary" size="large" icon={Check} onPress={() => go({ name: 'home' })}>
          {t('success.done')}
        </Button>
      </ActionBar>
    </Screen>
  );
}
