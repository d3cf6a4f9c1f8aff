import { Check, Radar, Search, SearchX, WifiOff } from 'lucide-react';
import { type SubmitEvent, useCallback, useEffect, useRef, useState } from 'react';
import { Checkbox, CheckboxGroup, Label, ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../shared/errors.ts';
import { DEFAULT_PORT, parseAddress, parsePort } from '../../shared/inputs.ts';
import type { SearchProgress, SearchRange } from '../../shared/search.ts';
import { Button } from '../components/button.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { TextEntry } from '../components/fields.tsx';
import { FoundDevices } from '../components/found-devices.tsx';
import { ActionBar, Announcement, Screen } from '../components/screen.tsx';
import { useFormats } from '../format.ts';
import { useActions, useAppState, useModel } from '../state/context.tsx';
import type { DeviceSearch } from '../state/model.ts';

/** What a search would cover: asked for anew when the network changes. */
function useSearchPlan() {
  const { planSearch } = useActions();
  const [ranges, setRanges] = useState<readonly SearchRange[] | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const plan = useCallback(async () => {
    const planned = await planSearch();
    setError(planned.ok ? null : planned.error);
    if (planned.ok) setRanges(planned.value.ranges);
  }, [planSearch]);
  useEffect(() => {
    void plan();
    window.addEventListener('online', plan);
    window.addEventListener('offline', plan);
    return () => {
      window.removeEventListener('online', plan);
      window.removeEventListener('offline', plan);
    };
  }, [plan]);
  return { ranges, error, plan };
}

export function FindScreen({ next }: { readonly next: 'home' | 'pair' }) {
  const { t } = useTranslation();
  const actions = useActions();
  const { search, draft } = useModel();
  const { rootCa } = useAppState();
  const { ranges, error: planError, plan } = useSearchPlan();
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const [port, setPort] = useState(() => {
    const typed = next === 'pair' ? parseAddress(draft.address) : null;
    return String(typed?.ok ? typed.value.port : DEFAULT_PORT);
  });
  const [portError, setPortError] = useState<AppError>();
  const portInput = useRef<HTMLInputElement>(null);
  const running = search !== null && search.refusal === null && !search.progress?.finished;
  const chosen = (ranges ?? []).filter(({ cidr }) => !leftOut.has(cidr));
  const problem = rootCa ? (planError ?? search?.refusal ?? null) : appError('root-ca-missing');

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
    <Screen title={t('find.title')} intro={t('find.intro')}>
      {problem && (
        <ErrorPanel
          key={problem.code}
          error={problem}
          compact
          actions={
            rootCa ? null : (
              <Button look="primary" onPress={() => actions.go({ name: 'root-ca', next: 'find' })}>
                {t('actions.choose-root-ca')}
              </Button>
            )
          }
        />
      )}
      <form className="find-form" onSubmit={onSubmit} noValidate autoComplete="off">
        <div className="columns columns-fill columns-find">
          <section className="card find-where" aria-labelledby="find-where">
            <h2 id="find-where">{t('find.where')}</h2>
            <Ranges
              ranges={ranges}
              leftOut={leftOut}
              isDisabled={running}
              onChange={setLeftOut}
              onRetry={plan}
            />
            <TextEntry
              label={t('find.port')}
              hint={t('find.portHint')}
              value={port}
              onChange={setPort}
              onBlur={checkPort}
              error={portError}
              inputRef={portInput}
              mono
            />
          </section>
          <Outcome search={search} ranges={chosen} next={next} />
        </div>
        <ActionBar
          start={
            next === 'pair' && (
              <Button size="large" onPress={() => actions.go({ name: 'pair' })}>
                {t('find.backToForm')}
              </Button>
            )
          }
        >
          {ranges !== null && ranges.length > 0 && chosen.length === 0 && (
            <p id="find-blocked" className="action-reason">
              {t('find.nothingChosen')}
            </p>
          )}
          {running && (
            <Button size="large" busy={search.cancelling} onPress={() => void actions.cancelSearch()}>
              {search.cancelling ? t('find.cancelling') : t('common.cancel')}
            </Button>
          )}
          <Button
            type="submit"
            look="primary"
            size="large"
            icon={Search}
            busy={running}
            isDisabled={!rootCa || chosen.length === 0}
            {...(chosen.length === 0 && { 'aria-describedby': 'find-blocked' })}
          >
            {running ? t('find.looking') : t('find.start')}
          </Button>
        </ActionBar>
      </form>
    </Screen>
  );
}

interface RangesProps {
  readonly ranges: readonly SearchRange[] | null;
  readonly leftOut: ReadonlySet<string>;
  readonly isDisabled: boolean;
  readonly onChange: (leftOut: ReadonlySet<string>) => void;
  readonly onRetry: () => void;
}

function Ranges({ ranges, leftOut, isDisabled, onChange, onRetry }: RangesProps) {
  const { t } = useTranslation();
  if (ranges === null) return <p className="muted">{t('find.planning')}</p>;
  const [only, ...others] = ranges;
  if (!only)
    return (
      <div className="find-offline" role="status">
        <WifiOff aria-hidden="true" />
        <p>{t('find.noNetwork')}</p>
        <Button onPress={onRetry}>{t('actions.retry')}</Button>
      </div>
    );
  if (others.length === 0)
    return (
      <div className="find-range">
        <Range range={only} />
      </div>
    );
  return (
    <CheckboxGroup
      className="find-ranges"
      value={ranges.map(({ cidr }) => cidr).filter((cidr) => !leftOut.has(cidr))}
      onChange={(chosen) =>
        onChange(new Set(ranges.map(({ cidr }) => cidr).filter((cidr) => !chosen.includes(cidr))))
      }
      isDisabled={isDisabled}
    >
      <Label className="visually-hidden">{t('find.where')}</Label>
      {ranges.map((range) => (
        <Checkbox key={range.cidr} value={range.cidr} className="checkbox find-range">
          <span className="checkbox-box" aria-hidden="true">
            <Check />
          </span>
          <Range range={range} />
        </Checkbox>
      ))}
    </CheckboxGroup>
  );
}

function Range({ range: { cidr, interfaceName, hostCount } }: { readonly range: SearchRange }) {
  const { t } = useTranslation();
  const format = useFormats();
  return (
    <span className="find-range-text">
      <span className="mono">{cidr}</span>
      <span className="fact-more">
        {t('find.range', {
          count: hostCount,
          number: format.number(hostCount),
          network: interfaceName,
        })}
      </span>
    </span>
  );
}

interface OutcomeProps {
  readonly search: DeviceSearch | null;
  readonly ranges: readonly SearchRange[];
  readonly next: 'home' | 'pair';
}

/** What the search is going to do, is doing, or has come to. */
function Outcome({ search, ranges, next }: OutcomeProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { pairings } = useAppState();
  const heading = useRef<HTMLHeadingElement>(null);
  const progress = search?.refusal ? null : (search?.progress ?? null);
  const finished = progress?.finished ?? false;

  // The Cancel button goes with the search: whoever was on it is taken to what came of it.
  const wasFinished = useRef(finished);
  useEffect(() => {
    if (finished && !wasFinished.current && document.activeElement === document.body)
      heading.current?.focus();
    wasFinished.current = finished;
  }, [finished]);

  if (!search || search.refusal) {
    const count = ranges.reduce((sum, { hostCount }) => sum + hostCount, 0);
    return (
      <section className="card card-sunken find-idle">
        <Radar aria-hidden="true" />
        <p>{t('find.ready', { count, number: format.number(count) })}</p>
        <p className="muted">{t('find.onlyYours')}</p>
      </section>
    );
  }
  const failed = progress?.error && progress.error.code !== 'cancelled' ? progress.error : null;
  const found = progress?.found ?? [];
  const title = titleOf(progress);
  return (
    <section className="find-outcome" aria-labelledby="find-outcome">
      <h2 id="find-outcome" ref={heading} tabIndex={-1}>
        {title}
      </h2>
      {!finished && <Trying progress={progress} />}
      {failed && <ErrorPanel error={failed} headingLevel={3} />}
      {progress?.error?.code === 'cancelled' && (
        <p className="muted">
          {t('find.cancelled', {
            count: progress.total,
            done: format.number(progress.done),
            total: format.number(progress.total),
          })}
        </p>
      )}
      <FoundDevices devices={found} pairings={pairings} next={next} />
      {finished && found.length === 0 && !progress?.error && <NothingFound />}
      <Announcement>{finished ? title : ''}</Announcement>
    </section>
  );

  function titleOf(state: SearchProgress | null): string {
    if (!state?.finished) return t('find.lookingTitle');
    if (state.error?.code === 'cancelled') return t('find.cancelledTitle');
    return t('find.found', { count: state.found.length });
  }
}

function Trying({ progress }: { readonly progress: SearchProgress | null }) {
  const { t } = useTranslation();
  const format = useFormats();
  const done = progress?.done ?? 0;
  const total = progress?.total ?? 0;
  const words = t('find.tried', { count: total, done: format.number(done), total: format.number(total) });
  return (
    <ProgressBar className="progress" value={done} maxValue={Math.max(1, total)} valueLabel={words}>
      {({ percentage = 0 }) => (
        <>
          <Label className="visually-hidden">{t('find.lookingTitle')}</Label>
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
    <div className="card find-nothing">
      <p className="find-nothing-title">
        <SearchX aria-hidden="true" />
        {t('find.nothingTitle')}
      </p>
      <ol className="steps">
        <li>{t('find.reasons.asleep')}</li>
        <li>{t('find.reasons.notConnected')}</li>
        <li>{t('find.reasons.port')}</li>
        <li>{t('find.reasons.isolation')}</li>
      </ol>
      <p className="muted">{t('find.otherRootCa')}</p>
    </div>
  );
}
