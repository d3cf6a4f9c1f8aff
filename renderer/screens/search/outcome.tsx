import { Radar, SearchX } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { Label, ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { SearchProgress, SearchRange } from '../../../shared/search.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Announcement } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useAppState } from '../../state/context.tsx';
import type { DeviceSearch } from '../../state/search.ts';
import { FoundDevices, type SearchFor } from './found-devices.tsx';

interface OutcomeProps {
  readonly search: DeviceSearch;
  readonly ranges: readonly SearchRange[];
}

/** What the search is going to do, is doing, or has come to. */
export function Outcome({ search, ranges }: OutcomeProps) {
  switch (search.state) {
    case 'idle':
    case 'refused':
      return <Ready ranges={ranges} />;
    case 'starting':
      return <SearchResult progress={NOTHING_TRIED} into="screen" />;
    default:
      return <SearchResult progress={search.progress} into="screen" />;
  }
}

function Ready({ ranges }: { readonly ranges: readonly SearchRange[] }) {
  const { t } = useTranslation();
  const format = useFormats();
  const count = ranges.reduce((sum, { hostCount }) => sum + hostCount, 0);
  return (
    <section className="card card-sunken search-idle">
      <Radar aria-hidden="true" />
      {/* Without a network there is nothing to count: what to do stands beside this. */}
      {count > 0 && <p>{t('search.ready', { count, number: format.number(count) })}</p>}
      <p className="muted">{t('search.onlyYours')}</p>
    </section>
  );
}

type Progress = Omit<SearchProgress, 'searchId'>;
export const NOTHING_TRIED: Progress = { done: 0, total: 0, found: [], finished: false };

interface SearchResultProps {
  readonly progress: Progress;
  readonly into: SearchFor;
}

export function SearchResult({ progress, into }: SearchResultProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { pairings } = useAppState();
  const heading = useRef<HTMLHeadingElement>(null);
  const { done, total, found, finished, error } = progress;
  const cancelled = error?.code === 'cancelled';

  // The Cancel button goes with the search: whoever was on it is taken to what came of it.
  const wasFinished = useRef(finished);
  useEffect(() => {
    if (finished && !wasFinished.current && document.activeElement === document.body)
      heading.current?.focus();
    wasFinished.current = finished;
  }, [finished]);

  const result = cancelled ? t('search.cancelledTitle') : t('search.found', { count: found.length });
  const title = finished ? result : t('search.lookingTitle');
  return (
    <section className="search-outcome" aria-labelledby="search-outcome">
      <h2 id="search-outcome" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {!finished && <Trying done={done} total={total} />}
      {error && !cancelled && <ErrorPanel error={error} headingLevel={3} />}
      {cancelled && (
        <p className="muted">
          {t('search.cancelled', { count: total, done: format.number(done), total: format.number(total) })}
        </p>
      )}
      <FoundDevices devices={found} pairings={pairings} into={into} />
      {finished && found.length === 0 && !error && <NothingFound />}
      <Announcement>{finished ? title : ''}</Announcement>
    </section>
  );
}

function Trying({ done, total }: Pick<Progress, 'done' | 'total'>) {
  const { t } = useTranslation();
  const format = useFormats();
  const words = t('search.tried', { count: total, done: format.number(done), total: format.number(total) });
  return (
    <ProgressBar className="progress" value={done} maxValue={Math.max(1, total)} valueLabel={words}>
      {({ percentage = 0 }) => (
        <>
          <Label className="visually-hidden">{t('search.lookingTitle')}</Label>
          <div className="progress-track" aria-hidden="true">
            <div className="progress-fill" style={{ width: `${percentage}%` }} />
          </div>
          <span className="progress-words">{words}</span>
        </>
      )}
    </ProgressBar>
  );
}

/** The usual reasons, the most usual one first. */
function NothingFound() {
  const { t } = useTranslation();
  return (
    <div className="card search-nothing">
      <p className="search-nothing-title">
        <SearchX aria-hidden="true" />
        {t('search.nothingTitle')}
      </p>
      <ol className="steps">
        <li>{t('search.reasons.asleep')}</li>
        <li>{t('search.reasons.notConnected')}</li>
        <li>{t('search.reasons.port')}</li>
        <li>{t('search.reasons.isolation')}</li>
      </ol>
      <p className="muted">{t('search.otherRootCa')}</p>
    </div>
  );
}
