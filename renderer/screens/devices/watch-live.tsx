import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Switch } from '../../components/switch.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';

export function WatchLive({ pairing }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { setWatchLive } = useActions();
  const change = useAction((on: boolean) => setWatchLive(pairing.id, on));
  return (
    <section className="card card-sunken watch" aria-label={t('device.watchLive')}>
      <Switch
        label={t('device.watchLive')}
        note={t('device.watchLiveHint')}
        // What was asked for, until it is so.
        isSelected={change.args?.[0] ?? pairing.watchLive}
        onChange={(on) => {
          if (!change.isBusy) void change.run(on);
        }}
      />
      {change.error && <ErrorPanel error={change.error} headingLevel={3} compact />}
    </section>
  );
}
