import { X } from 'lucide-react';
import { useCallback, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { DEFAULT_PORT, parseAddress } from '../../../shared/inputs.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useModel } from '../../state/context.tsx';
import { isSearching } from '../../state/search.ts';
import { NOTHING_TRIED, SearchResult } from './outcome.tsx';
import { NoNetwork } from './ranges.tsx';

/** The most networks one search takes (shared/ipc/search.ts). */
const MOST_RANGES = 16;

/**
 * The search for the address that a form waits for: it starts as it appears, in all networks of this computer, at the
 * port that was typed.
 */
export function SearchInForm({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { planSearch, startSearch, cancelSearch } = useActions();
  const { search, draft } = useModel();
  const { current } = search;
  const typed = parseAddress(draft.address);
  const port = useRef(String(typed.ok ? typed.value.port : DEFAULT_PORT));
  const planning = useAction(planSearch);
  const { run: plan } = planning;

  const start = useCallback(async () => {
    const planned = await plan();
    const cidrs = planned.ok ? planned.value.ranges.slice(0, MOST_RANGES).map(({ cidr }) => cidr) : [];
    if (cidrs.length > 0) await startSearch(port.current, cidrs);
  }, [plan, startSearch]);
  const started = useRef(false);
  useEffect(() => {
    if (!started.current) void start();
    started.current = true;
  }, [start]);

  const running = planning.isBusy || isSearching(current);
  // What an earlier search came to is not shown for the one that is about to start.
  const progress = planning.value && 'progress' in current ? current.progress : NOTHING_TRIED;
  const isOffline = planning.value?.ranges.length === 0;
  const problem = planning.error ?? (current.state === 'refused' ? current.error : null);
  return (
    <div className="card card-sunken search-in-form">
      {problem && <ErrorPanel key={problem.code} error={problem} headingLevel={3} compact />}
      {isOffline && <NoNetwork onRetry={() => void start()} />}
      {!isOffline && !problem && <SearchResult progress={progress} into="form" />}
      <div className="search-in-form-end">
        <p className="muted">{t('search.notCodes')}</p>
        {running ? (
          <Button look="quiet" icon={X} onPress={() => void cancelSearch()}>
            {t('search.stop')}
          </Button>
        ) : (
          <Button look="quiet" icon={X} onPress={onClose}>
            {t('search.close')}
          </Button>
        )}
      </div>
    </div>
  );
}
