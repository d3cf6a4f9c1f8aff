import { Download, History, Search, SearchX, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import {
  Button as AriaButton,
  Input,
  Label,
  SearchField,
  ToggleButton,
  ToggleButtonGroup,
} from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../shared/errors.ts';
import { HISTORY_KINDS, type HistoryEntry, type HistoryKind } from '../../shared/history.ts';
import { Button } from '../components/button.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { HistoryEntryLine } from '../components/history-entry.tsx';
import { Announcement, Screen } from '../components/screen.tsx';
import { useFormats } from '../format.ts';
import { useActions, useModel } from '../state/context.tsx';
import type { Actions } from '../state/store.ts';

const GROUPS = ['everything', 'pairing', 'connection', 'moved', 'names', 'rootCa'] as const;
type Group = (typeof GROUPS)[number];

/** What people look for together. */
const GROUP_OF: Record<HistoryKind, Group> = {
  paired: 'pairing',
  're-paired': 'pairing',
  'pairing-failed': 'pairing',
  'device-swapped': 'pairing',
  status: 'connection',
  refused: 'connection',
  'address-moved': 'moved',
  renamed: 'names',
  removed: 'names',
  'root-ca-changed': 'rootCa',
};

/** How many entries are shown at first, and how many more each time. */
const PAGE = 100;
/** The most that one call may ask for (shared/ipc.ts). */
const MOST_AT_ONCE = 500;

interface Loaded {
  readonly entries: readonly HistoryEntry[];
  readonly total: number;
  /** Whether these are only those that match: what was read last may not be what is asked for now. */
  readonly filtered: boolean;
  /** Why the newest ones could not be saved. */
  readonly problem: AppError | null;
}

async function readNewest(
  readHistory: Actions['readHistory'],
  filter: { readonly text: string; readonly kinds: HistoryKind[] },
  count: number,
): Promise<Loaded | AppError> {
  const filtered = filter.text.trim() !== '' || filter.kinds.length > 0;
  const entries: HistoryEntry[] = [];
  for (;;) {
    const limit = Math.min(MOST_AT_ONCE, count - entries.length);
    const page = await readHistory({ ...filter, pairingId: null, offset: entries.length, limit });
    if (!page.ok) return page.error;
    entries.push(...page.value.entries);
    const { total, problem } = page.value;
    if (page.value.entries.length < limit || entries.length >= count)
      return { entries, total, filtered, problem };
  }
}

/** The newest `count` entries that match, read again whenever the history grows. */
function useHistory(text: string, group: Group, count: number) {
  const { readHistory } = useActions();
  const { historyVersion } = useModel();
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [tries, setTries] = useState(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version and the tries say when to read again
  useEffect(() => {
    let outdated = false;
    const kinds = HISTORY_KINDS.filter((kind) => group !== 'everything' && GROUP_OF[kind] === group);
    void readNewest(readHistory, { text, kinds }, count).then((outcome) => {
      if (outdated) return;
      setError('code' in outcome ? outcome : null);
      if (!('code' in outcome)) setLoaded(outcome);
    });
    return () => {
      outdated = true;
    };
  }, [readHistory, historyVersion, text, group, count, tries]);
  return { loaded, error, retry: () => setTries((number) => number + 1) };
}

export function HistoryScreen() {
  const { t } = useTranslation();
  const format = useFormats();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>('everything');
  const [count, setCount] = useState(PAGE);
  const { loaded, error, retry } = useHistory(text, group, count);
  const searchInput = useRef<HTMLInputElement>(null);
  const filtered = text.trim() !== '' || group !== 'everything';

  const show = (change: { readonly text?: string; readonly group?: Group }) => {
    setText((now) => change.text ?? now);
    setGroup((now) => change.group ?? now);
    setCount(PAGE);
  };

  const numbers = { count: loaded?.total ?? 0, number: format.number(loaded?.total ?? 0) };
  const summary = filtered ? t('history.matching', numbers) : t('history.count', numbers);
  const nothingYet = loaded?.total === 0 && !loaded.filtered;
  return (
    <Screen
      title={t('history.title')}
      intro={t('history.intro')}
      headerActions={!nothingYet && <ExportButtons />}
    >
      {error && (
        <ErrorPanel
          error={error}
          compact
          actions={
            <Button look="primary" onPress={retry}>
              {t('actions.retry')}
            </Button>
          }
        />
      )}
      {loaded?.problem && <ErrorPanel error={loaded.problem} compact />}
      {nothingYet ? (
        <section className="empty">
          <span className="empty-mark" aria-hidden="true">
            <History />
          </span>
          <h2>{t('history.emptyTitle')}</h2>
          <p className="muted">{t('history.emptyText')}</p>
        </section>
      ) : (
        <>
          <div className="history-filter">
            <SearchField
              className="history-search"
              value={text}
              onChange={(typed) => show({ text: typed })}
              maxLength={200}
            >
              <Label className="visually-hidden">{t('history.search')}</Label>
              <Search className="history-search-icon" aria-hidden="true" />
              <Input ref={searchInput} className="input" placeholder={t('history.searchPlaceholder')} />
              <AriaButton
                className="button button-quiet history-search-clear"
                aria-label={t('history.clear')}
              >
                <X aria-hidden="true" className="button-icon" />
              </AriaButton>
            </SearchField>
            <ToggleButtonGroup
              className="history-kinds"
              aria-label={t('history.kindsLabel')}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[group]}
              onSelectionChange={(keys) => {
                const chosen = GROUPS.find((name) => keys.has(name));
                if (chosen) show({ group: chosen });
              }}
            >
              {GROUPS.map((name) => (
                <ToggleButton key={name} id={name} className="history-kind">
                  {t(`history.kinds.${name}`)}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          </div>
          {loaded && loaded.total > 0 && (
            <section className="card history-card" aria-label={t('history.title')}>
              <p className="history-count">
                <span>{summary}</span>
                <span>{t('history.kept')}</span>
              </p>
              <ol className="history-list">
                {loaded.entries.map((entry, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: counted from the oldest, which never moves while new ones come in at the top
                  <li key={loaded.total - index}>
                    <HistoryEntryLine entry={entry} />
                  </li>
                ))}
              </ol>
              {loaded.entries.length < loaded.total && (
                <Button onPress={() => setCount((shown) => shown + PAGE)}>{t('history.more')}</Button>
              )}
            </section>
          )}
          {loaded?.total === 0 && (
            <section className="empty">
              <span className="empty-mark" aria-hidden="true">
                <SearchX />
              </span>
              <h2>{t('history.noMatchTitle')}</h2>
              <Button
                size="large"
                onPress={() => {
                  show({ text: '', group: 'everything' });
                  searchInput.current?.focus();
                }}
              >
                {t('history.showAll')}
              </Button>
            </section>
          )}
          <Announcement>{filtered && loaded ? summary : ''}</Announcement>
        </>
      )}
    </Screen>
  );
}

function ExportButtons() {
  const { t } = useTranslation();
  const { exportHistory } = useActions();
  const [busy, setBusy] = useState<'csv' | 'json' | null>(null);
  const [outcome, setOutcome] = useState<'saved' | AppError | null>(null);
  const save = async (format: 'csv' | 'json') => {
    setBusy(format);
    setOutcome(null);
    const exported = await exportHistory(format);
    setBusy(null);
    if (!exported.ok) setOutcome(exported.error);
    else if (exported.value.saved) setOutcome('saved');
  };
  return (
    <>
      {(['csv', 'json'] as const).map((format) => (
        <Button
          key={format}
          icon={Download}
          busy={busy === format}
          isDisabled={busy !== null && busy !== format}
          onPress={() => void save(format)}
        >
          {t(`history.export.${format}`)}
        </Button>
      ))}
      <p className="history-saved" role="status">
        {outcome === 'saved' ? t('history.saved') : ''}
      </p>
      {outcome !== null && outcome !== 'saved' && (
        <div className="history-export-error">
          <ErrorPanel error={outcome} compact />
        </div>
      )}
    </>
  );
}
