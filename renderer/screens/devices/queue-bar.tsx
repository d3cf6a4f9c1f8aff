import { ArrowRight, Check } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { useActions, useMirror, useModel } from '../../state/context.tsx';
import { nextInQueue } from '../../state/device-list.ts';
import { overviewOf } from '../../state/pairing-list.ts';

/** Leads through the devices that needed attention, while this device is one of them. */
export function QueueBar({ id }: { readonly id: string }) {
  const { t } = useTranslation();
  const { queue } = useModel().deviceList;
  const { app, steady } = useMirror();
  const { go, endQueue } = useActions();
  const { attention } = useMemo(() => overviewOf({ app, steady }, app.pairings), [app, steady]);
  if (!queue?.ids.includes(id)) return null;
  const total = queue.ids.length;
  const next = nextInQueue(queue, attention);
  return (
    <nav className="queue-bar" aria-label={t('device.queue')}>
      <p>{t('device.queuePlace', { number: queue.at + 1, total })}</p>
      {next ? (
        <Button icon={ArrowRight} onPress={() => go({ name: 'device', id: next.id })}>
          {t('home.queueNext', { number: next.number, total })}
        </Button>
      ) : (
        <Button
          icon={Check}
          onPress={() => {
            endQueue();
            go({ name: 'home' });
          }}
        >
          {t('device.queueDone')}
        </Button>
      )}
    </nav>
  );
}
