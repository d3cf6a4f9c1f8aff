import { ChevronLeft, ChevronRight, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { Announcement } from '../../components/screen.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { useFormats } from '../../format.ts';
import { useMirror } from '../../state/context.tsx';
import {
  byName,
  matches,
  type Overview,
  overviewOf,
  type Page,
  pageOf,
  SEARCH_ABOVE,
} from '../../state/pairing-list.ts';
import { DeviceCard } from './device-card.tsx';

/** Up to so many devices are shown large. */
const ROOMY = 2;

interface DeviceListProps {
  readonly pairings: readonly PairingRecord[];
  readonly now: number;
}

/** All pairings in an order that no status changes, since what moves under a finger is pressed by mistake. */
export function DeviceList({ pairings, now }: DeviceListProps) {
  const { t, i18n } = useTranslation();
  const [query, setQuery] = useState('');
  const [wantedPage, setWantedPage] = useState(0);
  // The pairings that needed attention when only those were asked for: what is put right meanwhile stays in sight.
  const [picked, setPicked] = useState<ReadonlySet<string> | null>(null);
  const list = useRef<HTMLUListElement>(null);
  const sorted = useMemo(() => byName(pairings, i18n.language), [pairings, i18n.language]);
  const { app, steady } = useMirror();
  const overview = useMemo(() => overviewOf({ app, steady }, pairings), [app, steady, pairings]);
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
            <SearchBox
              className="device-search"
              label={t('home.search')}
              placeholder={t('home.searchPlaceholder')}
              value={query}
              onChange={(text) => {
                setQuery(text);
                setWantedPage(0);
              }}
            />
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
