import {
  ChevronLeft,
  ChevronRight,
  Plus,
  Search,
  ShieldAlert,
  ShieldCheck,
  Smartphone,
  TriangleAlert,
  X,
} from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { Button as AriaButton, Input, Label, Link, SearchField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { formatAuthority } from '../../shared/inputs.ts';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { needsAttention } from '../../shared/status.ts';
import { Button } from '../components/button.tsx';
import { commonName } from '../components/certificate.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import {
  ExpiryWarning,
  PairingActions,
  STATE_LOOK,
  StateChip,
  useImpossibleCheck,
  useStatusSentence,
} from '../components/pairing-status.tsx';
import { Announcement, Screen } from '../components/screen.tsx';
import { useFormats } from '../format.ts';
import { useActions, useAppState, useModel } from '../state/context.tsx';
import {
  byName,
  matches,
  type Overview,
  overviewOf,
  type Page,
  pageOf,
  SEARCH_ABOVE,
  shownStatus,
} from '../state/pairing-list.ts';
import { useNow } from '../use-now.ts';

/** Up to so many devices are shown large. */
const ROOMY = 2;

export function HomeScreen() {
  const { t } = useTranslation();
  const actions = useActions();
  const { pairings, rootCa, storageProblem } = useAppState();
  const now = useNow();
  const openRootCa = () => actions.go({ name: 'root-ca', next: rootCa ? 'home' : 'pair' });
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
          <p className="muted">{rootCa ? t('home.emptyText') : t('home.emptyNoRoot')}</p>
          {rootCa ? (
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
        <Devices pairings={pairings} now={now} />
      )}
    </Screen>
  );
}

function RootCaLine({ now }: { readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { rootCa } = useAppState();
  if (!rootCa) return t('home.rootCaMissing');
  const name = commonName(rootCa.root.subject);
  const date = format.date(rootCa.root.validTo);
  if (new Date(rootCa.root.validTo).getTime() >= now) return t('home.rootCaLine', { name, date });
  return (
    <span className="hint-warn">
      <ShieldAlert aria-hidden="true" />
      {t('home.rootCaExpired', { name, date })}
    </span>
  );
}

interface DevicesProps {
  readonly pairings: readonly PairingRecord[];
  readonly now: number;
}

/** All pairings in an order that no status changes, since what moves under a finger is pressed by mistake. */
function Devices({ pairings, now }: DevicesProps) {
  const { t, i18n } = useTranslation();
  const model = useModel();
  const [query, setQuery] = useState('');
  const [wantedPage, setWantedPage] = useState(0);
  // The pairings that needed attention when only those were asked for: what is put right meanwhile stays in sight.
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const sorted = useMemo(() => byName(pairings, i18n.language), [pairings, i18n.language]);
  const { app, settled } = model;
  const overview = useMemo(() => overviewOf({ app, settled }, pairings), [app, settled, pairings]);
  const { attention } = overview;
  const found = useMemo(
    () =>
      sorted.filter(
        (pairing) =>
          (picked === null || picked.has(pairing.id) || attention.has(pairing.id)) && matches(pairing, query),
      ),
    [sorted, picked, attention, query],
  );
  const page = pageOf(found, wantedPage);
  const searchable = pairings.length > SEARCH_ABOVE;
  const turnTo = (index: number) => {
    setWantedPage(index);
    list.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };
  return (
    <>
      {pairings.length > 1 && (
        <div className="device-tools">
          <Summary
            overview={overview}
            total={pairings.length}
            onlyAttention={picked !== null}
            onOnlyAttention={(only) => {
              setPicked(only ? attention : null);
              setWantedPage(0);
            }}
          />
          {searchable && (
            <SearchField
              className="search"
              value={query}
              onChange={(text) => {
                setQuery(text);
                setWantedPage(0);
              }}
            >
              <Label className="visually-hidden">{t('home.search')}</Label>
              <Search className="search-icon" aria-hidden="true" />
              <Input className="input search-input" placeholder={t('home.searchPlaceholder')} />
              <AriaButton className="button button-quiet search-clear" aria-label={t('home.searchClear')}>
                <X aria-hidden="true" />
              </AriaButton>
            </SearchField>
          )}
        </div>
      )}
      {searchable && (
        <Announcement>{query === '' ? '' : t('home.found', { count: found.length })}</Announcement>
      )}
      {found.length === 0 ? (
        <p className="no-match">
          {query === '' ? t('home.noneLeft') : t('home.noMatch', { query: query.trim() })}
        </p>
      ) : (
        <ul
          ref={list}
          className="device-list"
          data-roomy={pairings.length <= ROOMY || undefined}
          tabIndex={-1}
          aria-label={t('home.listLabel', { from: page.from, to: page.to, total: found.length })}
        >
          {page.entries.map((pairing) => (
            <li key={pairing.id}>
              <DeviceCard pairing={pairing} now={now} roomy={pairings.length <= ROOMY} />
            </li>
          ))}
        </ul>
      )}
      {page.last > 0 && <Pager page={page} total={found.length} onTurn={turnTo} />}
    </>
  );
}

interface SummaryProps {
  readonly overview: Overview;
  readonly total: number;
  readonly onlyAttention: boolean;
  readonly onOnlyAttention: (only: boolean) => void;
}

function Summary({ overview, total, onlyAttention, onOnlyAttention }: SummaryProps) {
  const { t } = useTranslation();
  const { attention, allWell } = overview;
  const count = attention.size;
  return (
    <div className="summary" data-tone={count > 0 ? 'danger' : allWell ? 'success' : 'neutral'}>
      {count > 0 && <TriangleAlert className="panel-icon" aria-hidden="true" />}
      {allWell && <ShieldCheck className="panel-icon" aria-hidden="true" />}
      <p role="status">
        {count > 0 && t('home.attention', { count })}
        {count === 0 && (allWell ? t('home.allWell', { count: total }) : t('home.total', { count: total }))}
      </p>
      {(count > 0 || onlyAttention) && (
        <Button onPress={() => onOnlyAttention(!onlyAttention)}>
          {onlyAttention ? t('home.showAll') : t('home.showAttention')}
        </Button>
      )}
    </div>
  );
}

interface PagerProps {
  readonly page: Page<unknown>;
  readonly total: number;
  readonly onTurn: (index: number) => void;
}

function Pager({ page: { index, last, from, to }, total, onTurn }: PagerProps) {
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <nav className="pager" aria-label={t('home.pages')}>
      <Button icon={ChevronLeft} isDisabled={index === 0} onPress={() => onTurn(index - 1)}>
        {t('home.previousPage')}
      </Button>
      <p>
        {t('home.range', { from: format.number(from), to: format.number(to), total: format.number(total) })}
      </p>
      <Button icon={ChevronRight} isDisabled={index === last} onPress={() => onTurn(index + 1)}>
        {t('home.nextPage')}
      </Button>
    </nav>
  );
}

interface DeviceCardProps {
  readonly pairing: PairingRecord;
  readonly now: number;
  /** Among many, a connected device needs no words. */
  readonly roomy: boolean;
}

function DeviceCard({ pairing, now, roomy }: DeviceCardProps) {
  const { go } = useActions();
  const status = shownStatus(useModel(), pairing);
  const { tone } = STATE_LOOK[status.state];
  const sentence = useStatusSentence(status);
  const impossible = useImpossibleCheck(pairing.id);
  const headingId = `pairing-${pairing.id}`;
  return (
    <article
      className="card device-card"
      aria-labelledby={headingId}
      data-pairing-id={pairing.id}
      data-tone={tone === 'success' && needsAttention(status) ? 'warn' : tone}
    >
      <div className="device-card-head">
        <div className="device-card-title">
          <h2 id={headingId}>
            <Link className="card-link" onPress={() => go({ name: 'device', id: pairing.id })}>
              {nameOf(pairing)}
              <ChevronRight className="card-chevron" aria-hidden="true" />
            </Link>
          </h2>
          <StateChip status={status} />
        </div>
        <PairingActions
          pairing={pairing}
          status={status}
          describedBy={headingId}
          size={roomy ? 'large' : 'normal'}
        />
      </div>
      {(roomy || status.state !== 'connected') && <p className="device-sentence">{sentence}</p>}
      <ExpiryWarning expiry={status.expiry} now={now} />
      <CardFacts pairing={pairing} now={now} />
      {impossible && <ErrorPanel error={impossible} headingLevel={3} compact />}
    </article>
  );
}

function CardFacts({ pairing, now }: { readonly pairing: PairingRecord; readonly now: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { lastCheck, identity } = pairing;
  return (
    <dl className="facts card-facts">
      <div>
        <dt>{t('home.posId')}</dt>
        <dd>{pairing.posId}</dd>
      </div>
      <div>
        <dt>{identity.kind === 'serial' ? t('home.serialLabel') : t('home.hostLabel')}</dt>
        <dd className="mono">{identity.kind === 'serial' ? identity.serial : identity.host}</dd>
      </div>
      <div>
        <dt>{t('home.addressLabel')}</dt>
        <dd className="mono">{formatAuthority(pairing.address)}</dd>
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
          {lastCheck ? t(`checkResult.${lastCheck.result}`) : t('home.never')}
          {lastCheck && (
            <time className="fact-more" dateTime={lastCheck.at} title={format.dateTime(lastCheck.at)}>
              {format.relative(lastCheck.at, now)}
            </time>
          )}
        </dd>
      </div>
    </dl>
  );
}
