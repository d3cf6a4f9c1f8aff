import { RefreshCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { CODE_LIFETIME_S } from '../../../shared/inputs.ts';
import { Button } from '../../components/button.tsx';
import { Announcement } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';

const TICK_MS = 250;

/** Seconds left of a code that was shown at `shownAt`. */
function useSecondsLeft(shownAt: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    setNow(Date.now());
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  // A clock that was set back must not show more time than there is.
  return Math.min(CODE_LIFETIME_S, Math.max(0, Math.ceil(CODE_LIFETIME_S - (now - shownAt) / 1000)));
}

function useAnnouncement(left: number): string {
  const { t } = useTranslation();
  if (left <= 0) return t('countdown.announce0');
  if (left <= 10) return t('countdown.announce10');
  return left <= 60 ? t('countdown.announce60') : '';
}

/** How long the code can still be good: calm to look at, read out only at 60 s, 10 s and the end. */
export function Countdown({
  shownAt,
  onNewCode,
}: {
  readonly shownAt: number;
  readonly onNewCode: () => void;
}) {
  const { t } = useTranslation();
  const format = useFormats();
  const left = useSecondsLeft(shownAt);
  const announcement = useAnnouncement(left);
  const level = left <= 0 ? 'over' : left <= 60 ? 'soon' : 'calm';
  return (
    <div className="countdown" data-level={level}>
      <div className="countdown-time" role="timer" aria-label={t('countdown.label')}>
        <svg className="countdown-ring" viewBox="0 0 36 36" aria-hidden="true" focusable="false">
          <circle className="countdown-track" cx="18" cy="18" r="15" />
          <circle
            className="countdown-arc"
            cx="18"
            cy="18"
            r="15"
            pathLength={CODE_LIFETIME_S}
            strokeDasharray={`${left} ${CODE_LIFETIME_S}`}
            transform="rotate(-90 18 18)"
          />
        </svg>
        <span className="countdown-clock">
          {t('countdown.clock', {
            minutes: format.number(Math.floor(left / 60)),
            seconds: format.twoDigits(left % 60),
          })}
        </span>
        <span className="countdown-words">{t('countdown.left')}</span>
      </div>
      <Button look="quiet" icon={RefreshCw} onPress={onNewCode}>
        {t('countdown.restart')}
      </Button>
      <Announcement>{announcement}</Announcement>
    </div>
  );
}

/** Says that the code has probably expired, as the field's hint; it never blocks pairing. */
export function CodeHint({ shownAt, hint }: { readonly shownAt: number | null; readonly hint: string }) {
  return shownAt === null ? hint : <RunningCodeHint shownAt={shownAt} hint={hint} />;
}

function RunningCodeHint({ shownAt, hint }: { readonly shownAt: number; readonly hint: string }) {
  const { t } = useTranslation();
  const left = useSecondsLeft(shownAt);
  return left > 0 ? hint : <span className="hint-warn">{t('countdown.expired')}</span>;
}
