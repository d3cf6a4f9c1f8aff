import { ChevronLeft, ChevronRight } from 'lucide-react';
import { useMemo, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { Announcement } from '../../components/screen.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segments } from '../../components/segments.tsx';
import { useFormats } from '../../format.ts';
import { usePainted } from '../../hooks/use-painted.ts';
import { useActions, useMirror, useModel } from '../../state/context.tsx';
import { ORDERS } from '../../state/device-list.ts';
import {
  byCertificateEnd,
  byName,
  matches,
  overviewOf,
  type Page,
  pageOf,
  SEARCH_ABOVE,
} from '../../state/pairing-list.ts';
import { DeviceCard } from './device-card.tsx';
import { Summary } from './summary.tsx';

/** So many fill a usual window: the others are made once these can be seen. */
const FIRST_SEEN = 4;
/** Up to so many devices are shown large. */
const ROOMY = 2;

interface DeviceListProps {
  readonly pairings: readonly PairingRecord[];
  readonly now: number;
}

/** All pairings in an order that no status changes, since what moves under a finger is pressed by mistake. */
export function DeviceList({ pairings, now }: DeviceListProps) {
  const { t, i18n } = useTranslation();
  const { query, order, page: wantedPage, picked } = useModel().deviceList;
  const { changeList } = useActions();
  const list = useRef<HTMLUListElement>(null);
  const sorted = useMemo(
    () => (order === 'name' ? byName : byCertificateEnd)(pairings, i18n.language),
    [pairings, order, i18n.language],
  );
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
  const entries = usePainted() ? page.entries : page.entries.slice(0, FIRST_SEEN);
  const searchable = pairings.length > SEARCH_ABOVE;
  const turnTo = (index: number) => {
    changeList({ page: index });
    list.current?.focus({ preventScroll: true });
    window.scrollTo(0, 0);
  };
  return (
    <>
      {pairings.length > 1 && (
        <div className="device-tools">
          <Summary overview={overview} pairings={sorted} />
          {searchable && (
            <SearchBox
              className="device-search"
              label={t('home.search')}
              placeholder={t('home.searchPlaceholder')}
              value={query}
              onChange={(text) => changeList({ query: text })}
            />
          )}
          {pairings.length > ROOMY && (
            <Segments
              label={t('home.order')}
              isLabelShown
              choices={ORDERS.map((name) => ({ value: name, name: t(`home.orders.${name}`) }))}
              value={order}
              onChange={(chosen) => changeList({ order: chosen })}
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
          {entries.map((pairing) => (
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
