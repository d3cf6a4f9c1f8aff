import { Check, Clock3, Hourglass, RefreshCw, Smartphone } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { nameOf, type PairingProgress, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { ConnectTaps } from '../../components/device-steps.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { errorText } from '../../i18n.ts';
import { useActions } from '../../state/context.tsx';

interface PairWaitingProps {
  readonly waiting: NonNullable<PairingProgress['waiting']>;
  /** ISO 8601. */
  readonly lastTryAt: string;
  readonly finishing: boolean;
}

/** Paired; the app tries by itself until the device lets it in. Nothing is wrong, so nothing alarms. */
export function PairWaiting({ waiting, lastTryAt, finishing }: PairWaitingProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { finishPairingLater } = useActions();
  return (
    <Screen title={t('waiting.title')} intro={t('waiting.intro')} className="marked">
      <div className="screen-mark mark-warn" aria-hidden="true">
        <Hourglass />
      </div>
      <ConnectTaps size="large" />
      <div className="waiting-lines">
        <p className="waiting-line">
          <RefreshCw className="waiting-turn" aria-hidden="true" />
          <span>{t('waiting.tries', { time: format.time(lastTryAt) })}</span>
        </p>
        {waiting.error && <p className="waiting-reason">{errorText(waiting.error, 'connection').what}</p>}
      </div>
      <ActionBar start={<p className="muted waiting-until">{t('waiting.later')}</p>}>
        <Button size="large" icon={Clock3} busy={finishing} onPress={() => void finishPairingLater()}>
          {t('waiting.finishLater')}
        </Button>
      </ActionBar>
    </Screen>
  );
}

/** The pairing is kept and left to the schedule: the same taps, whenever there is time for them. */
export function PairLater({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { go } = useActions();
  return (
    <Screen title={t('waiting.laterTitle')} intro={t('waiting.laterIntro')} className="marked">
      <div className="screen-mark mark-warn" aria-hidden="true">
        <Hourglass />
      </div>
      <ConnectTaps size="large" />
      <ActionBar
        start={
          <Button size="large" icon={Smartphone} onPress={() => go({ name: 'device', id: pairing.id })}>
            {t('search.openNamed', { name: nameOf(pairing) })}
          </Button>
        }
      >
        <Button look="primary" size="large" icon={Check} onPress={() => go({ name: 'home' })}>
          {t('success.done')}
        </Button>
      </ActionBar>
    </Screen>
  );
}
