import { History, SearchX } from 'lucide-react';
import { useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { EmptyState } from '../../components/empty-state.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { HistoryEntryLine } from '../../components/history-entry.tsx';
import { Announcement, Screen } from '../../components/screen.tsx';
import { SearchBox } from '../../components/search-box.tsx';
import { Segments } from '../../components/segments.tsx';
import { useFormats } from '../../format.ts';
import { ExportButtons } from './export-buttons.tsx';
import { GROUPS, type Group, useHistory } from './use-history.ts';

/** How many entries are shown at first, and how many more each time. */
const PAGE = 100;

export function HistoryScreen() {
  const { t } = useTranslation();
  const format = useFormats();
  const [text, setText] = useState('');
  const [group, setGroup] = useState<Group>('everything');
  const [count, setCount] = useState(PAGE);
  const { loaded, again } = useHistory(text, group, count);
  const page = loaded.state === 'ready' ? loaded.value : null;
  const searchInput = useRef<HTMLInputElement>(null);
  const filtered = text.trim() !== '' || group !== 'everything';

  const show = (change: { readonly text?: string; readonly group?: Group }) => {
    setText((now) => change.text ?? now);
    setGroup((now) => change.group ?? now);
    setCount(PAGE);
  };

  const numbers = { count: page?.total ?? 0, number: format.number(page?.total ?? 0) };
  const summary = filtered ? t('history.matching', numbers) : t('history.count', numbers);
  const nothingYet = page?.total === 0 && !page.filtered;
  return (
    <Screen
      title={t('history.title')}
      intro={t('history.intro')}
      headerActions={!nothingYet && <ExportButtons />}
    >
      {loaded.state === 'failed' && (
        <ErrorPanel
          error={loaded.error}
          compact
          actions={
            <Button look="primary" onPress={again}>
              {t('actions.retry')}
            </Button>
          }
        />
      )}
      {page?.problem && <ErrorPanel error={page.problem} compact />}
      {nothingYet ? (
        <EmptyState icon={History} title={t('history.emptyTitle')} text={t('history.emptyText')} />
      ) : (
        <>
          <div className="history-filter">
            <SearchBox
              className="history-search"
              label={t('history.search')}
              placeholder={t('history.searchPlaceholder')}
              value={text}
              onChange={(typed) => show({ text: typed })}
              maxLength={200}
              inputRef={searchInput}
            />
            <Segments
              label={t('history.kindsLabel')}
              choices={GROUPS.map((name) => ({ value: name, name: t(`history.kinds.${name}`) }))}
              value={group}
              onChange={(chosen) => show({ group: chosen })}
            />
          </div>
          {page && page.total > 0 && (
            <section className="card history-card" aria-label={t('history.title')}>
              <p className="history-count">
                <span>{summary}</span>
                <span>{t('history.kept')}</span>
              </p>
              <ol className="history-list">
                {page.entries.map((entry, index) => (
                  // biome-ignore lint/suspicious/noArrayIndexKey: counted from the oldest, which never moves while new ones come in at the top
                  <li key={page.total - index}>
                    <HistoryEntryLine entry={entry} />
                  </li>
                ))}
              </ol>
              {page.entries.length < page.total && (
                <Button onPress={() => setCount((number) => number + PAGE)}>{t('history.more')}</Button>
              )}
            </section>
          )}
          {page?.total === 0 && (
            <EmptyState
              icon={SearchX}
              title={t('history.noMatchTitle')}
              action={
                <Button
                  size="large"
                  onPress={() => {
                    show({ text: '', group: 'everything' });
                    searchInput.current?.focus();
                  }}
                >
                  {t('history.showAll')}
                </Button>
              }
            />
          )}
          <Announcement>{filtered && page ? summary : ''}</Announcement>
        </>
      )}
    </Screen>
  );
}
