import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import type { PairingStatus } from '../../../shared/status.ts';
import { ConnectTaps } from '../../components/device-steps.tsx';
import {
  ExpiryWarning,
  LiveMark,
  PairingActions,
  STATE_LOOK,
  useStatusSentence,
} from '../../components/pairing-status.tsx';
import { useFormats } from '../../format.ts';
import { useNow } from '../../hooks/use-now.ts';

const HEADING = 'device-state';

interface StatePanelProps {
  readonly pairing: PairingRecord;
  readonly status: PairingStatus;
}

/** What is known of the connection, large enough to be read across a counter. */
export function StatePanel({ pairing, status }: StatePanelProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const now = useNow();
  const { icon: Icon, tone } = STATE_LOOK[status.state];
  const sentence = useStatusSentence(status);
  const { lastCheck } = pairing;
  return (
    <section
      className="card state-panel"
      aria-labelledby={HEADING}
      data-pairing-id={pairing.id}
      data-connection-state={status.state}
      data-tone={tone}
    >
      <span className="state-mark" aria-hidden="true">
        <Icon />
      </span>
      <div className="state-words">
        <div className="state-title">
          <h2 id={HEADING}>{t(`status.${status.state}.label`)}</h2>
          {status.live && <LiveMark />}
        </div>
        {/* The taps below say it step by step. */}
        {status.state !== 'waiting' && <p className="state-sentence">{sentence}</p>}
        <ExpiryWarning expiry={status.expiry} now={now} />
        <p className="muted state-when">
          <span>
            {lastCheck
              ? t('device.lastCheck', { ago: format.relative(lastCheck.at, now) })
              : t('facts.neverChecked')}
          </span>
          {status.nextTryAt && <span>{t('device.nextTry', { time: format.time(status.nextTryAt) })}</span>}
        </p>
      </div>
      {status.state === 'waiting' && (
        <div className="state-taps">
          <ConnectTaps size="small" />
        </div>
      )}
      <PairingActions pairing={pairing} status={status} describedBy={HEADING} size="large" withFullTest />
    </section>
  );
}
