import { type ComponentType, useEffect, useState } from 'react';
import { appError } from '../../shared/errors.ts';
import { ErrorPanel } from './error-panel.tsx';

/**
 * A component in a file of its own, read when it is first shown: the first screen starts without it. That takes a
 * moment, in which nothing is shown in its place. React's own `lazy` would hold what has come back for 300 ms.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): ComponentType<Props> {
  let Found: ComponentType<Props> | undefined;
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each file, at the top of a module.
  return function Later(props: Props) {
    const [isMissing, setMissing] = useState(false);
    const [, showFound] = useState(Found !== undefined);
    useEffect(() => {
      if (Found) return;
      let gone = false;
      load().then(
        (found) => {
          Found = found;
          if (!gone) showFound(true);
        },
        () => {
          if (!gone) setMissing(true);
        },
      );
      return () => {
        gone = true;
      };
    }, []);
    if (Found) return <Found {...props} />;
    return isMissing ? <ErrorPanel error={appError('internal', 'a file of the app is missing')} /> : null;
  };
}
