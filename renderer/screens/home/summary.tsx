import { ArrowRight, ListChecks, RotateCw, ShieldCheck, TriangleAlert } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { STATE_LOOK } from '../../components/pairing-status.tsx';
import { Announcement } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useMirror, useModel } from '../../state/context.tsx';
import { nextInQueue } from '../../state/device-list.ts';
import { type Overview, shownStatus } from '../../state/pairing-list.ts';

interface SummaryProps {
  readonly overview: Overview;
  /** In the order of the list. */
  readonly pairings: readonly PairingRecord[];
}

/** How many devices need attention, the way through them, and the check of all. */
export function Summary({ overview, pairings }: SummaryProps) {
  const { t } = useTranslation();
  const mirror = useMirror();
  const { picked } = useModel().deviceList;
  const { changeList } = useActions();
  const { attention, allWell } = overview;
  const count = attention.size;
  const isUrgent = pairings.some(
    (pairing) =>
      attention.has(pairing.id) && STATE_LOOK[shownStatus(mirror, pairing).state].tone === 'danger',
  );
  const tone = count > 0 ? (isUrgent ? 'danger' : 'warn') : allWell ? 'success' : 'neutral';
  return (
    <div className="summary" data-tone={tone}>
      {count > 0 && <TriangleAlert className="panel-icon" aria-hidden="true" />}
      {allWell && <ShieldCheck className="panel-icon" aria-hidden="true" />}
      <p role="status">
        {count > 0 && t('home.attention', { count })}
        {count === 0 &&
          (allWell
            ? t('home.allWell', { count: pairings.length })
            : t('home.total', { count: pairings.length }))}
      </p>
      <div className="summary-actions">
        {count > 0 && <QueueButton overview={overview} pairings={pairings} />}
        {(count > 0 || picked !== null) && (
          <Button onPress={() => changeList({ picked: picked === null ? attention : null })}>
            {picked === null ? t('home.showAttention') : t('home.showAll')}
          </Button>
        )}
        <CheckAll attention={count} />
      </div>
    </div>
  );
}

/** Opens the first of those that need attention, or the next one when some were looked at already. */
function QueueButton({ overview: { attention }, pairings }: SummaryProps) {
  const { t } = useTranslation();
  const { queue } = useModel().deviceList;
  const { go, startQueue } = useActions();
  const next = queue && nextInQueue(queue, attention);
  if (queue && next) {
    const values = { number: next.number, total: queue.ids.length };
    return (
      <Button look="primary" icon={ArrowRight} onPress={() => go({ name: 'device', id: next.id })}>
        {t('home.queueNext', values)}
      </Button>
    );
  }
  return (
    <Button
      look="primary"
      icon={ListChecks}
      onPress={() => startQueue(pairings.flatMap(({ id }) => (attention.has(id) ? [id] : [])))}
    >
      {t('home.queueStart', { count: attention.size })}
    </Button>
  );
}

function CheckAll({ attention }: { readonly attention: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const { checks } = useModel().deviceList;
  const { checkAll } = useActions();
  const check = useAction(checkAll);
  const [asked, setAsked] = useState(false);
  const isRunning = check.isBusy || checks !== null;
  return (
    <>
      <Button
        icon={RotateCw}
        busy={isRunning}
        onPress={() => {
          setAsked(true);
          void check.run();
        }}
      >
        {checks
          ? t('home.checkedSoFar', { done: format.number(checks.done), total: format.number(checks.total) })
          : t('home.checkAll')}
      </Button>
      <Announcement>{asked && check.value ? t('home.checkedAll', { count: attention }) : ''}</Announcement>
      {check.error && <ErrorPanel error={check.error} compact />}
    </>
  );
}
