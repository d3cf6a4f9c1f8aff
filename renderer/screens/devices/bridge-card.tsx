import { Cable } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { useActions, useAppState } from '../../state/context.tsx';
import { BRIDGE_LOOK, shownState } from '../bridge/bridge-look.tsx';

/** Leads to the bridge, and says how it is where it is switched on. */
export function BridgeCard({ pairing: { id } }: { readonly pairing: PairingRecord }) {
  const { t } = useTranslation();
  const { go } = useActions();
  const view = useAppState().bridges[id];
  const state = view?.settings.on ? shownState(view) : null;
  const Icon = state && BRIDGE_LOOK[state].icon;
  return (
    <section className="card card-sunken bridge-card" aria-labelledby="bridge-card">
      <div className="bridge-card-head">
        <h2 id="bridge-card">{t('bridge.title')}</h2>
        {state && Icon && (
          <span className={`chip chip-${BRIDGE_LOOK[state].tone}`} data-bridge-state={state}>
            <Icon aria-hidden="true" />
            <span>{t(`bridge.states.${state}.label`)}</span>
          </span>
        )}
      </div>
      <p className="setting-note">{t('bridge.cardText')}</p>
      <Button icon={Cable} onPress={() => go({ name: 'bridge', id })}>
        {t('bridge.open')}
      </Button>
    </section>
  );
}
