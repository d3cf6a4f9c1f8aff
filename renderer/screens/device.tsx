import { ArrowLeft, Link2, PenLine, Radar, Trash2 } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../shared/errors.ts';
import type { HistoryEntry } from '../../shared/history.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import type { PairingStatus } from '../../shared/status.ts';
import { Button } from '../components/button.tsx';
import { CertificateFacts, commonName, Fingerprint } from '../components/certificate.tsx';
import { CopyButton } from '../components/copy-button.tsx';
import { ErrorPanel, SupportDetails } from '../components/error-panel.tsx';
import { Fold } from '../components/fold.tsx';
import { HistoryEntryLine } from '../components/history-entry.tsx';
import {
  ExpiryWarning,
  LiveMark,
  PairingActions,
  STATE_LOOK,
  useImpossibleCheck,
  useStatusSentence,
} from '../components/pairing-status.tsx';
import { RemoveDialog } from '../components/remove-dialog.tsx';
import { RenameDialog } from '../components/rename-dialog.tsx';
import { ActionBar, Screen } from '../components/screen.tsx';
import { Switch } from '../components/switch.tsx';
import { useFormats } from '../format.ts';
import { useActions, useAppState, useModel } from '../state/context.tsx';
import { shownStatus } from '../state/pairing-list.ts';
import { useNow } from '../use-now.ts';

const SHOWN_EVENTS = 20;
const STATE_HEADING = 'device-state';

export function DeviceScreen({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { go } = useActions();
  const pairing = useAppState().pairings.find((known) => known.id === id);
  if (pairing) return <Device pairing={pairing} />;
  return (
    <Screen title={t('device.title')}>
      <ErrorPanel error={appError('not-found')} />
      <ActionBar start={<BackButton onPress={() => go({ name: 'home' })} />} />
    </Screen>
  );
}

function BackButton({ onPress }: { readonly onPress: () => void }) {
  const { t } = useTranslation();
  return (
    <Button size="large" icon={ArrowLeft} onPress={onPress}>
      {t('device.back')}
    </Button>
  );
}

function Device({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const actions = useActions();
  const [dialog, setDialog] = useState<'rename' | 'remove' | null>(null);
  const status = shownStatus(useModel(), pairing);
  const close = () => setDialog(null);
  return (
    <Screen
      title={nameOf(pairing)}
      intro={pairing.name === '' ? null : t('device.intro', { posId: pairing.posId })}
      headerActions={
        <>
          <Button icon={PenLine} onPress={() => setDialog('rename')}>
            {t('device.rename')}
          </Button>
          <Button icon={Link2} onPress={() => actions.openPair(pairing)}>
            {t('home.pairAgain')}
          </Button>
          <Button icon={Trash2} onPress={() => setDialog('remove')}>
            {t('device.remove')}
          </Button>
        </>
      }
    >
      <div className="columns columns-help">
        <div className="stack">
          <StatePanel pairing={pairing} status={status} />
          <Advice pairing={pairing} status={status} />
        </div>
        <WatchLive pairing={pairing} />
      </div>
      <Details pairing={pairing} />
      <Certificates pairing={pairing} />
      <LastEvents id={pairing.id} />
      <ActionBar start={<BackButton onPress={() => actions.go({ name: 'home' })} />} />
      {dialog === 'rename' && <RenameDialog pairing={pairing} onClose={close} />}
      {dialog === 'remove' && <RemoveDialog pairing={pairing} onClose={close} />}
    </Screen>
  );
}

interface StateProps {
  readonly pairing: PairingRecord;
  readonly status: PairingStatus;
}

/** What is known of the connection, large enough to be read across a counter. */
function StatePanel({ pairing, status }: StateProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  const { icon: Icon, tone } = STATE_LOOK[status.state];
  const sentence = useStatusSentence(status);
  const { lastCheck } = pairing;
  return (
    <section
      className="card state-panel"
      aria-labelledby={STATE_HEADING}
      data-pairing-id={pairing.id}
      data-connection-state={status.state}
      data-tone={tone}
    >
      <span className="state-mark" aria-hidden="true">
        <Icon />
      </span>
      <div className="state-words">
        <div className="state-title">
          <h2 id={STATE_HEADING}>{t(`status.${status.state}.label`)}</h2>
          {status.live && <LiveMark />}
        </div>
        <p className="state-sentence">{sentence}</p>
        <ExpiryWarning expiry={status.expiry} now={now} />
        <p className="muted state-when">
          <span>
            {lastCheck ? t('device.lastCheck', { ago: format.relative(lastCheck.at, now) }) : t('home.never')}
          </span>
          {status.nextTryAt && <span>{t('device.nextTry', { time: format.time(status.nextTryAt) })}</span>}
        </p>
      </div>
      <PairingActions pairing={pairing} status={status} describedBy={STATE_HEADING} size="large" />
    </section>
  );
}

/** What helps in this state: the usual causes of silence, or what the error says. */
function Advice({ pairing, status: { state, error } }: StateProps) {
  const { t } = useTranslation();
  const { go } = useActions();
  const impossible = useImpossibleCheck(pairing.id);
  const shown = impossible ?? error;
  if (!impossible && (state === 'unreachable' || state === 'reconnecting'))
    return <Causes pairing={pairing} error={error} />;
  if (!shown) return null;
  const aboutRoot = shown.code === 'device-issuer-unknown' || shown.code === 'root-ca-missing';
  return (
    <ErrorPanel
      key={shown.code}
      error={shown}
      at={impossible ? null : (pairing.lastCheck?.at ?? null)}
      origin="connection"
      actions={
        aboutRoot ? (
          <Button onPress={() => go({ name: 'root-ca', next: 'home' })}>{t('actions.choose-root-ca')}</Button>
        ) : null
      }
    />
  );
}

const CAUSES = ['asleep', 'server', 'address', 'firewall'] as const;

function Causes({ pairing, error }: { readonly pairing: PairingRecord; readonly error: AppError | null }) {
  const { t } = useTranslation();
  const values = { address: formatAuthority(pairing.address), port: String(pairing.address.port) };
  return (
    <section className="card causes" aria-labelledby="causes-heading" data-error-code={error?.code}>
      <h2 id="causes-heading">{t('device.causesTitle')}</h2>
      <ol className="steps">
        {CAUSES.map((cause) => (
          <li key={cause}>
            <div className="cause">
              <h3>{t(`device.causes.${cause}.title`)}</h3>
              <p className="muted">{t(`device.causes.${cause}.text`, values)}</p>
              {cause === 'address' && <LookForDevice pairing={pairing} />}
            </div>
          </li>
        ))}
      </ol>
      {error && <SupportDetails error={error} at={pairing.lastCheck?.at ?? new Date().toISOString()} />}
    </section>
  );
}

type Search = 'idle' | 'running' | 'found' | 'not-found' | AppError;

function LookForDevice({ pairing: { id, identity } }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { findMoved } = useActions();
  const [search, setSearch] = useState<Search>('idle');
  // Without a serial number nothing tells a device that moved from any other.
  if (identity.kind !== 'serial') return null;
  const look = async () => {
    setSearch('running');
    const looked = await findMoved(id);
    if (!looked.ok) setSearch(looked.error);
    else setSearch(looked.value.movedTo ? 'found' : 'not-found');
  };
  return (
    <div className="look">
      <Button icon={Radar} busy={search === 'running'} onPress={() => void look()}>
        {search === 'running' ? t('device.looking') : t('device.look')}
      </Button>
      <p role="status">
        {search === 'found' && t('device.lookFound')}
        {search === 'not-found' && t('device.lookNotFound', { serial: identity.serial })}
      </p>
      {typeof search === 'object' && <ErrorPanel error={search} headingLevel={3} compact />}
    </div>
  );
}

function WatchLive({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { setWatchLive } = useActions();
  /** What was asked for, until it is so. */
  const [wanted, setWanted] = useState<boolean | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const change = async (on: boolean) => {
    setWanted(on);
    const changed = await setWatchLive(pairing.id, on);
    setWanted(null);
    setError(changed.ok ? null : changed.error);
  };
  return (
    <section className="card card-sunken watch" aria-label={t('device.watchLive')}>
      <Switch
        label={t('device.watchLive')}
        note={t('device.watchLiveHint')}
        isSelected={wanted ?? pairing.watchLive}
        onChange={(on) => {
          if (wanted === null) void change(on);
        }}
      />
      {error && <ErrorPanel error={error} headingLevel={3} compact />}
    </section>
  );
}

interface FactProps {
  readonly label: string;
  readonly value: string;
  readonly mono?: boolean;
  readonly copy?: boolean;
}

function Fact({ label, value, mono = false, copy = false }: FactProps) {
  return (
    <div>
      <dt>{label}</dt>
      <dd className={copy ? 'fact-copy' : ''}>
        <span className={mono ? 'mono' : ''}>{value}</span>
        {copy && <CopyButton text={value} what={label} />}
      </dd>
    </div>
  );
}

function Details({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { identity, lastCheck, address, transport } = pairing;
  const proof = lastCheck && lastCheck.result !== 'failed' ? lastCheck : null;
  return (
    <section className="card device-details" aria-labelledby="details-heading">
      <h2 id="details-heading">{t('device.details')}</h2>
      <dl className="facts">
        {identity.kind === 'serial' ? (
          <Fact label={t('home.serialLabel')} value={identity.serial} mono copy />
        ) : (
          <Fact label={t('home.hostLabel')} value={identity.host} mono copy />
        )}
        <Fact label={t('home.addressLabel')} value={formatAuthority(address)} mono copy />
        <Fact label={t('home.posId')} value={pairing.posId} copy />
      </dl>
      <dl className="facts">
        <Fact label={t('device.transport')} value={t(`connection.${transport}`)} />
        <Fact label={t('home.pairedOn')} value={format.dateTime(pairing.pairedAt)} />
        <Fact label={t('device.issuer')} value={commonName(pairing.clientIssuer.subject)} />
        <div>
          <dt>{t('home.lastCheck')}</dt>
          <dd>
            {lastCheck ? t(`checkResult.${lastCheck.result}`) : t('home.never')}
            {lastCheck && <span className="fact-more">{format.dateTime(lastCheck.at)}</span>}
          </dd>
        </div>
        {proof && (
          <>
            <div>
              <dt>{t('device.tls')}</dt>
              <dd>
                {proof.tlsVersion}
                <span className="fact-more">{proof.cipher}</span>
              </dd>
            </div>
            <Fact label={t('device.roundTrip')} value={format.duration(proof.roundTripMs)} />
          </>
        )}
      </dl>
    </section>
  );
}

function Certificates({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  return (
    <section className="card device-certificates" aria-labelledby="certificates-heading">
      <h2 id="certificates-heading">{t('device.certificates')}</h2>
      <div className="columns columns-even">
        <section className="certificate-block">
          <h3>{t('device.deviceCertificate')}</h3>
          <CertificateFacts
            certificate={pairing.deviceCertificate}
            copyName={t('device.fingerprintDevice')}
            full
          />
        </section>
        <section className="certificate-block">
          <h3>{t('device.clientCertificate')}</h3>
          <CertificateFacts
            certificate={pairing.clientCertificate}
            copyName={t('device.fingerprintClient')}
            full
          />
        </section>
      </div>
      <Fold title={t('device.moreCertificates')}>
        <div className="columns columns-even">
          <section className="certificate-block">
            <h3>{t('device.clientIssuer')}</h3>
            <CertificateFacts
              certificate={pairing.clientIssuer}
              copyName={t('device.fingerprintIssuer')}
              full
            />
          </section>
          <section className="certificate-block">
            <h3>{t('device.rootCa')}</h3>
            <Fingerprint value={pairing.trustAnchorFingerprint256} copyName={t('device.fingerprintRoot')} />
          </section>
        </div>
      </Fold>
    </section>
  );
}

/** The latest entries of the history about this pairing, read again whenever the history grows. */
function useLastEvents(pairingId: string): readonly HistoryEntry[] | null {
  const { readHistory } = useActions();
  const { historyVersion } = useModel();
  const [entries, setEntries] = useState<readonly HistoryEntry[] | null>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new version is the reason to read again
  useEffect(() => {
    let current = true;
    void readHistory({ text: '', kinds: [], pairingId, offset: 0, limit: SHOWN_EVENTS }).then((read) => {
      if (current && read.ok) setEntries(read.value.entries);
    });
    return () => {
      current = false;
    };
  }, [readHistory, pairingId, historyVersion]);
  return entries;
}

function LastEvents({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const entries = useLastEvents(id);
  return (
    <section className="card device-events" aria-labelledby="events-heading">
      <h2 id="events-heading">{t('device.events')}</h2>
      {entries?.length === 0 && <p className="muted">{t('device.noEvents')}</p>}
      {entries && entries.length > 0 && (
        <ol>
          {entries.map((entry) => (
            <li key={`${entry.at} ${entry.kind} ${entry.to ?? ''}`}>
              <HistoryEntryLine entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
