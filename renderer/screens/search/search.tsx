import { Search } from 'lucide-react';
import { type SubmitEvent, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../../shared/errors.ts';
import { DEFAULT_PORT, parsePort } from '../../../shared/inputs.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { TextEntry } from '../../components/fields.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { type Loaded, useLoaded } from '../../hooks/use-loaded.ts';
import { useActions, useAppState, useModel } from '../../state/context.tsx';
import { type DeviceSearch, isSearching } from '../../state/search.ts';
import { Outcome } from './outcome.tsx';
import { Ranges } from './ranges.tsx';

/** What a search would cover: asked for again when the network changes. */
function useSearchPlan() {
  const { planSearch } = useActions();
  const plan = useLoaded(planSearch);
  const { again } = plan;
  useEffect(() => {
    window.addEventListener('online', again);
    window.addEventListener('offline', again);
    return () => {
      window.removeEventListener('online', again);
      window.removeEventListener('offline', again);
    };
  }, [again]);
  return plan;
}

function problemOf(plan: Loaded<unknown>, search: DeviceSearch): AppError | null {
  if (plan.state === 'failed') return plan.error;
  return search.state === 'refused' ? search.error : null;
}

export function SearchScreen() {
  const { t } = useTranslation();
  const actions = useActions();
  const { current } = useModel().search;
  const hasRootCa = useAppState().rootCas.length > 0;
  const { loaded: plan, again: planAgain } = useSearchPlan();
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [port, setPort] = useState(String(DEFAULT_PORT));
  const [portError, setPortError] = useState<AppError>();
  const portInput = useRef<HTMLInputElement>(null);
  const running = isSearching(current);
  const cancelling = 'cancelling' in current && current.cancelling;
  const ranges = plan.state === 'ready' ? plan.value.ranges : [];
  const chosen = ranges.filter(({ cidr }) => !leftOut.has(cidr));
  const problem = hasRootCa ? problemOf(plan, current) : appError('root-ca-missing');

  const checkPort = (): boolean => {
    const parsed = parsePort(port);
    setPortError(parsed.ok ? undefined : parsed.error);
    if (parsed.ok) setPort(String(parsed.value));
    return parsed.ok;
  };

  const onSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (running || chosen.length === 0) return;
    if (!checkPort()) return portInput.current?.focus();
    void actions.startSearch(
      port,
      chosen.map(({ cidr }) => cidr),
    );
  };

  return (
    <Screen title={t('search.title')} intro={t('search.intro')}>
      {problem && (
        <ErrorPanel
          key={problem.code}
          error={problem}
          compact
          actions={
            hasRootCa ? null : (
              <Button look="primary" onPress={() => actions.go({ name: 'root-ca', next: 'search' })}>
                {t('actions.choose-root-ca')}
              </Button>
            )
          }
        />
      )}
      <form className="search-form" onSubmit={onSubmit} noValidate autoComplete="off">
        <div className="columns columns-fill columns-search">
          <section className="card search-where" aria-labelledby="search-where">
            <h2 id="search-where">{t('search.where')}</h2>
            <Ranges
              plan={plan}
              leftOut={leftOut}
              isDisabled={running}
              onChange={setLeftOut}
              onRetry={planAgain}
            />
            <TextEntry
              label={t('search.port')}
              hint={t('search.portHint')}
              value={port}
              onChange={setPort}
              onBlur={checkPort}
              error={portError}
              inputRef={portInput}
              mono
            />
          </section>
          <Outcome search={current} ranges={chosen} />
        </div>
        <ActionBar>
          {ranges.length > 0 && chosen.length === 0 && (
            <p id="search-blocked" className="action-reason">
              {t('search.nothingChosen')}
            </p>
          )}
          {running && (
            <Button size="large" busy={cancelling} onPress={() => void actions.cancelSearch()}>
              {cancelling ? t('common.cancelling') : t('common.cancel')}
            </Button>
          )}
          <Button
            type="submit"
            look="primary"
            size="large"
            icon={Search}
            busy={running}
            isDisabled={!hasRootCa || chosen.length === 0}
            {...(ranges.length > 0 && chosen.length === 0 && { 'aria-describedby': 'search-blocked' })}
          >
            {running ? t('search.looking') : t('search.start')}
          </Button>
        </ActionBar>
      </form>
    </Screen>
  );
}
