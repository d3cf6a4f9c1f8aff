import { Check, LockKeyhole, RotateCw, ShieldCheck } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../../shared/inputs.ts';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { AccountFact, ProfileWarning } from '../../components/account.tsx';
import { Button } from '../../components/button.tsx';
import { CertificateNotes } from '../../components/certificate-notes.tsx';
import { ConnectTaps } from '../../components/device-steps.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { IdentityFact } from '../../components/identity-fact.tsx';
import { useErrandError } from '../../components/pairing-status.tsx';
import { ReadinessLine } from '../../components/readiness.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useActions, useMirror } from '../../state/context.tsx';

/** What the last full proof showed of a pairing that was just made. */
export const protectionOf = ({ protection, lastCheck }: PairingRecord) =>
  protection ?? (lastCheck?.result === 'mtls' || lastCheck?.result === 'tls-only' ? lastCheck.result : null);

export function PairSuccess({ pairing }: { readonly pairing: PairingRecord }) {
  return protectionOf(pairing) === 'tls-only' ? (
    <HalfProtected pairing={pairing} />
  ) : (
    <Proved pairing={pairing} />
  );
}

function Proved({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const isProved = protectionOf(pairing) === 'mtls';
  // Its payment app answers only once the taps are done.
  const isReady = pairing.readiness?.result === 'answered';
  return (
    <Screen
      title={t('success.title')}
      intro={isProved ? t('success.proved') : t('success.notProved')}
      className="marked success"
    >
      <div className="screen-mark mark-success" aria-hidden="true">
        <Check />
      </div>
      <ReadinessLine pairing={pairing} />
      <ProfileWarning />
      {isReady ? (
        <Summary pairing={pairing} />
      ) : (
        <div className="columns columns-taps columns-fill">
          <Summary pairing={pairing} />
          <section className="card card-sunken compare" aria-labelledby="compare-heading">
            <h2 id="compare-heading">{t('success.compareTitle')}</h2>
            <ConnectTaps size="small" />
          </section>
        </div>
      )}
      <ActionBar>
        <DoneButton look="primary" />
      </ActionBar>
    </Screen>
  );
}

/** Encrypted, but anybody may connect: said plainly, with who can change it and where. */
function HalfProtected({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { fullTest } = useActions();
  const errand = useMirror().errands[pairing.id]?.state;
  const failed = useErrandError(pairing.id);
  const { lastCheck } = pairing;
  const problem = failed ?? (lastCheck?.result === 'failed' ? lastCheck.error : null);
  return (
    <Screen title={t('success.tlsOnlyTitle')} intro={t('success.tlsOnly')} className="marked">
      <div className="screen-mark mark-warn" aria-hidden="true">
        <LockKeyhole />
      </div>
      <ReadinessLine pairing={pairing} isPlain />
      <ProfileWarning />
      {problem && <ErrorPanel key={problem.code} error={problem} origin="connection" compact />}
      <div className="columns columns-help">
        <section className="panel panel-warn" aria-labelledby="switch-on">
          <div className="panel-title">
            <h2 id="switch-on">{t('success.switchOnTitle')}</h2>
          </div>
          <ol className="steps">
            <li>{t('success.switchOn.who')}</li>
            <li>{t('success.switchOn.where')}</li>
            <li>{t('success.switchOn.load')}</li>
          </ol>
        </section>
        <Summary pairing={pairing} />
      </div>
      <ActionBar start={<DoneButton look="secondary" />}>
        <Button
          look="primary"
          size="large"
          icon={RotateCw}
          busy={errand === 'testing'}
          onPress={() => void fullTest(pairing.id)}
        >
          {errand === 'testing' ? t('check.testing') : t('success.checkAgain')}
        </Button>
      </ActionBar>
    </Screen>
  );
}

function DoneButton({ look }: { readonly look: 'primary' | 'secondary' }) {
  const { t } = useTranslation();
  const { go } = useActions();
  return (
    <Button look={look} size="large" icon={Check} onPress={() => go({ name: 'home' })}>
      {t('success.done')}
    </Button>
  );
}

function Summary({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { lastCheck, identity } = pairing;
  return (
    <section className="card" aria-label={t('success.summary')}>
      <Facts className="facts facts-large">
        <Fact label={t('facts.posId')}>{pairing.posId}</Fact>
        <IdentityFact identity={identity} />
        <Fact label={t('facts.address')} mono>
          {formatAuthority(pairing.address)}
        </Fact>
        <Fact label={t('facts.validUntil')}>{format.date(pairing.clientCertificate.validTo)}</Fact>
        {lastCheck?.result === 'mtls' && (
          <Fact label={t('success.connection')} isWide>
            <span className="chip chip-success">
              <ShieldCheck aria-hidden="true" />
              <span>{t('success.mtls', { version: lastCheck.tlsVersion })}</span>
            </span>
          </Fact>
        )}
        {lastCheck?.result === 'tls-only' && (
          <Fact label={t('success.connection')} isWide>
            <span className="chip chip-warn">
              <LockKeyhole aria-hidden="true" />
              <span>{t('check.result.tls-only')}</span>
            </span>
          </Fact>
        )}
        <AccountFact pairing={pairing} />
      </Facts>
      <CertificateNotes pairing={pairing} />
    </section>
  );
}
