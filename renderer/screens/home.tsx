import { Plus, RotateCw, ShieldAlert, ShieldCheck, Smartphone, Unplug } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, ERROR_CATALOGUE } from '../../shared/errors.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import type { PairingRecord } from '../../shared/pairing.ts';
import { Button } from '../components/button.tsx';
import { CertificateFacts, commonName, Fingerprint } from '../components/certificate.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { Fold } from '../components/fold.tsx';
import { Announcement, Screen } from '../components/screen.tsx';
import { connectionState, StateChip } from '../components/state-chip.tsx';
import { useFormats } from '../format.ts';
import { errorText } from '../i18n.ts';
import { useActions, useAppState, useModel } from '../state/context.tsx';

const MINUTE_MS = 60_000;

/** The current time, fresh each half minute: what is shown in minutes need not tick faster. */
function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS / 2);
    return () => clearInterval(timer);
  }, []);
  return now;
}

export function HomeScreen() {
  const { t } = useTranslation();
  const actions = useActions();
  const { pairings, trustAnchor, storageProblem } = useAppState();
  const now = useNow();
  const openRootCa = () => actions.go({ name: 'root-ca', next: trustAnchor ? 'home' : 'pair' });
  return (
    <Screen
      title={t('home.title')}
      intro={<RootCaLine now={now} />}
      headerActions={
        <>
          <Button size="large" icon={ShieldCheck} onPress={openRootCa}>
            {t('home.rootCa')}
          </Button>
          {pairings.length > 0 && (
            <Button look="primary" size="large" icon={Plus} onPress={() => actions.openPair()}>
              {t('home.pair')}
            </Button>
          )}
        </>
      }
    >
      {storageProblem && <ErrorPanel error={storageProblem} compact />}
      {pairings.length === 0 ? (
        <section className="empty" aria-labelledby="empty-heading">
          <span className="empty-mark" aria-hidden="true">
            <Smartphone />
          </span>
          <h2 id="empty-heading">{t('home.emptyTitle')}</h2>
          <p className="muted">{trustAnchor ? t('home.emptyText') : t('home.emptyNoRoot')}</p>
          {trustAnchor ? (
            <Button look="primary" size="large" icon={Plus} onPress={() => actions.openPair()}>
              {t('home.pair')}
            </Button>
          ) : (
            <Button look="primary" size="large" icon={ShieldCheck} onPress={openRootCa}>
              {t('home.emptyTrust')}
            </Button>
          )}
        </section>
      ) : (
        <ul className="pairings">
          {pairings.map((pairing) => (
            <li key={pairing.id}>
              <PairingCard pairing={pairing} now={now} />
            </li>
          ))}
        </ul>
      )}
    </Screen>
  );
}

function RootCaLine({ now }: { readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { trustAnchor } = useAppState();
  if (!trustAnchor) return t('home.rootCaMissing');
  const name = commonName(trustAnchor.root.subject);
  const date = format.date(trustAnchor.root.validTo);
  if (new Date(trustAnchor.root.validTo).getTime() >= now) return t('home.rootCaLine', { name, date });
  return (
    <span className="hint-warn">
      <ShieldAlert aria-hidden="true" />
      {t('home.rootCaExpired', { name, date })}
    </span>
  );
}

function PairingCard({ pairing, now }: { readonly pairing: PairingRecord; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const actions = useActions();
  const { checks } = useModel();
  const [asked, setAsked] = useState(false);
  const check = checks[pairing.id];
  const checking = check === 'running';
  const { lastCheck, identity } = pairing;
  const failed = lastCheck?.result === 'failed' ? lastCheck : null;
  const impossible = check !== undefined && check !== 'running' ? check : null;
  const error: AppError | null = checking ? null : (impossible ?? failed?.error ?? null);
  const remedy = error && remedyFor(error);
  const headingId = `pairing-${pairing.id}`;
  return (
    <article className="card pairing" aria-labelledby={headingId} data-pairing-id={pairing.id}>
      <div className="pairing-head">
        <div className="pairing-name">
          <h2 id={headingId}>{pairing.posId}</h2>
          <StateChip pairing={pairing} />
        </div>
        <div className="pairing-actions">
          <Button
            icon={RotateCw}
            look={remedy === 'check' ? 'primary' : 'secondary'}
            aria-describedby={headingId}
            busy={checking}
            onPress={() => {
              setAsked(true);
              void actions.checkConnection(pairing.id);
            }}
          >
            {checking ? t('home.checking') : t('home.check')}
          </Button>
          <Button
            icon={Unplug}
            look={remedy === 'pair' ? 'primary' : 'quiet'}
            aria-describedby={headingId}
            onPress={() => actions.openPair(pairing)}
          >
            {t('home.pairAgain')}
          </Button>
        </div>
      </div>
      <dl className="facts pairing-facts">
        <div>
          <dt>{identity.kind === 'serial' ? t('home.serialLabel') : t('home.hostLabel')}</dt>
          <dd className="mono">{identity.kind === 'serial' ? identity.serial : identity.host}</dd>
        </div>
        <div>
          <dt>{t('home.addressLabel')}</dt>
          <dd className="mono">
            {formatAuthority(pairing.address)}
            <span className="fact-more">{t(`connection.${pairing.transport}`)}</span>
          </dd>
        </div>
        <div>
          <dt>{t('home.pairedOn')}</dt>
          <dd>{format.date(pairing.pairedAt)}</dd>
        </div>
        <div>
          <dt>{t('home.validUntil')}</dt>
          <dd>{format.date(pairing.clientCertificate.validTo)}</dd>
        </div>
        <div>
          <dt>{t('home.lastCheck')}</dt>
          <dd>
            {lastCheck ? format.relative(lastCheck.at, now) : t('home.never')}
            {lastCheck && <span className="fact-more">{format.dateTime(lastCheck.at)}</span>}
          </dd>
        </div>
      </dl>
      {error && (
        <ErrorPanel
          key={`${error.code} ${failed?.at ?? ''}`}
          error={error}
          at={impossible ? null : (failed?.at ?? null)}
          headingLevel={3}
          actions={
            remedy === 'root-ca' ? (
              <Button look="primary" onPress={() => actions.go({ name: 'root-ca', next: 'home' })}>
                {t('actions.choose-root-ca')}
              </Button>
            ) : null
          }
        />
      )}
      <Fold title={t('home.certificates')}>
        <PairingCertificates pairing={pairing} />
      </Fold>
      <Announcement>
        {asked && !checking
          ? t('home.checkDone', {
              posId: pairing.posId,
              result: error ? errorText(error).title : t(`state.${connectionState(pairing)}`),
            })
          : ''}
      </Announcement>
    </article>
  );
}

/** Which of the card's own buttons helps: it becomes the primary one, so none is there twice. */
function remedyFor(error: AppError): 'check' | 'pair' | 'root-ca' | null {
  switch (ERROR_CATALOGUE[error.code].action) {
    case 'retry':
    case 'check-connection':
      return 'check';
    case 'choose-root-ca':
      return 'root-ca';
    case 'none':
      return null;
    default:
      return 'pair';
  }
}

function PairingCertificates({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { lastCheck } = pairing;
  const certificates = [
    [t('home.deviceCertificate'), pairing.deviceCertificate],
    [t('home.clientCertificate'), pairing.clientCertificate],
    [t('home.clientIssuer'), pairing.clientIssuer],
  ] as const;
  return (
    <div className="stack">
      {lastCheck && lastCheck.result !== 'failed' && (
        <p className="muted">
          <span>{t('home.tlsDetails', { version: lastCheck.tlsVersion, cipher: lastCheck.cipher })}</span>
          <br />
          <span>{t('home.roundTrip', { duration: format.duration(lastCheck.roundTripMs) })}</span>
        </p>
      )}
      {certificates.map(([title, certificate]) => (
        <section key={title} className="certificate-block">
          <h3>{title}</h3>
          <CertificateFacts certificate={certificate} copyName={title} full />
        </section>
      ))}
      <section className="certificate-block">
        <h3>{t('home.trustAnchor')}</h3>
        <Fingerprint value={pairing.trustAnchorFingerprint256} copyName={t('home.trustAnchor')} />
      </section>
    </div>
  );
}
