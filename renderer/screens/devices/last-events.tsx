import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { HistoryEntryLine } from '../../components/history-entry.tsx';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useActions, useMirror } from '../../state/context.tsx';

const MOST_EVENTS = 20;

/** The latest entries of the history about this pairing, read again whenever the history grows. */
export function LastEvents({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { readHistory } = useActions();
  const { historyVersion } = useMirror();
  const read = useCallback(
    () => readHistory({ text: '', kinds: [], pairingId: id, offset: 0, limit: MOST_EVENTS }),
    [readHistory, id],
  );
  const { loaded, again } = useLoaded(read, historyVersion);
  return (
    <section className="card device-events" aria-labelledby="events-heading">
      <h2 id="events-heading">{t('device.events')}</h2>
      {loaded.state === 'failed' && (
        <ErrorPanel
          error={loaded.error}
          headingLevel={3}
          compact
          actions={<Button onPress={again}>{t('actions.retry')}</Button>}
        />
      )}
      {loaded.state === 'ready' && loaded.value.entries.length === 0 && (
        <p className="muted">{t('device.noEvents')}</p>
      )}
      {loaded.state === 'ready' && loaded.value.entries.length > 0 && (
        <ol>
          {loaded.value.entries.map((entry) => (
            <li key={`${entry.at} ${entry.kind} ${entry.to ?? ''}`}>
              <HistoryEntryLine entry={entry} />
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
