import { useEffect, useState } from 'react';

const HALF_A_MINUTE_MS = 30_000;

/** The current time, fresh each half minute: what is shown in minutes need not tick faster. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), HALF_A_MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
