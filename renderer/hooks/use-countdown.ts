import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormats } from '../format.ts';

const TICK_MS = 250;

/** What is left until `until` (ISO 8601), such as "0:29": never nothing, since whoever waits is told of the end. */
export function useCountdown(until: string): string {
  const { t } = useTranslation();
  const format = useFormats();
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  const left = Math.max(1, Math.ceil((Date.parse(until) - now) / 1000));
  return t('countdown.clock', {
    minutes: format.number(Math.floor(left / 60)),
    seconds: format.twoDigits(left % 60),
  });
}
