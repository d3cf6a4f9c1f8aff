import { useEffect, useState } from 'react';

const MINUTE_MS = 60_000;

/** The current time, fresh each minute: what is shown in minutes need not tick faster. */
export function useNow(): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), MINUTE_MS);
    return () => clearInterval(timer);
  }, []);
  return now;
}
