import { useEffect, useState } from 'react';

/** Once what is there now can be seen: the frame has been handed over by then. */
export const afterPaint = (work: () => void): void => {
  requestAnimationFrame(() => setTimeout(work));
};

let isPainted = false;

/** Whether the first screen of the app can be seen. */
export function usePainted(): boolean {
  const [painted, setPainted] = useState(isPainted);
  useEffect(() => {
    if (painted) return;
    afterPaint(() => {
      isPainted = true;
      setPainted(true);
    });
  }, [painted]);
  return painted;
}
