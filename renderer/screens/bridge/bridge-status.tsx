import { Lock } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { BridgeView } from '../../../shared/bridge.ts';
import { SupportDetails } from '../../components/error-panel.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { useFormats } from '../../format.ts';
import { useNow } from '../../hooks/use-now.ts';
import { errorText } from '../../i18n.ts';
import { BRIDGE_LOOK, shownState } from './bridge-look.tsx';

/** What the bridge does now, with counts of what has passed: never with what was said. */
export function BridgeStatus({ view }: { readonly view: BridgeView }) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  const state = shownState(view);
  const { icon: Icon, tone } = BRIDGE_LOOK[state];
  const { till, lastTill, reason, lockedUntil } = view;
  const problem = till?.connected ? null : reason;
  return (
    <section className="card bridge-status" aria-labelledby="bridge-state" data-bridge-state={state}>
      <div className="bridge-state" data-tone={tone}>
        <span className="state-mark" aria-hidden="true">
          <Icon />
        </span>
        <div>
          <h2 id="bridge-state">{t(`bridge.states.${state}.label`)}</h2>
          <p>{t(`bridge.states.${state}.sentence`)}</p>
        </div>
      </div>
      {problem && (
        <div className="bridge-reason">
          <p>{errorText(problem, 'connection').what}</p>
          <p className="muted">{errorText(problem, 'connection').todo}</p>
          <SupportDetails error={problem} at={new Date().toISOString()} />
        </div>
      )}
      {lockedUntil && Date.parse(lockedUntil) > now && (
        <p className="expiry" data-tone="danger">
          <Lock aria-hidden="true" />
          <span>{t('bridge.locked', { time: format.time(lockedUntil) })}</span>
        </p>
      )}
      {till && (
        <Facts className="facts bridge-facts">
          <Fact label={t('bridge.since')}>{format.dateTime(till.since)}</Fact>
          <Fact label={t('bridge.page')}>{till.origin || t('bridge.noPage')}</Fact>
          <Fact label={t('bridge.fromSoftware')}>{format.number(till.fromTill)}</Fact>
          <Fact label={t('bridge.fromDevice')}>{format.number(till.fromDevice)}</Fact>
        </Facts>
      )}
      {!till && lastTill && (
        <>
          <h3 className="bridge-last">{t('bridge.last')}</h3>
          <Facts className="facts bridge-facts">
            <Fact label={t('bridge.since')}>{format.dateTime(lastTill.since)}</Fact>
            <Fact label={t('bridge.ended')}>{format.dateTime(lastTill.until)}</Fact>
            <Fact label={t('bridge.page')}>{lastTill.origin || t('bridge.noPage')}</Fact>
            <Fact label={t('bridge.endCode')}>{lastTill.closeCode}</Fact>
            <Fact label={t('bridge.fromSoftware')}>{format.number(lastTill.fromTill)}</Fact>
            <Fact label={t('bridge.fromDevice')}>{format.number(lastTill.fromDevice)}</Fact>
            {lastTill.deviceCode !== undefined && (
              <Fact label={t('bridge.deviceEnd')} isWide>
                {[lastTill.deviceCode, lastTill.deviceReason].filter(Boolean).join(' ')}
              </Fact>
            )}
          </Facts>
        </>
      )}
    </section>
  );
}
