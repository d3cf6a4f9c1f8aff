import { type ComponentType, type FunctionComponent, useEffect, useState } from 'react';
import { appError } from '../../shared/errors.ts';
import { ErrorPanel } from './error-panel.tsx';

type Later<Props> = FunctionComponent<Props> & {
  /** Reads the file, so that the component is there at once; never rejects. */
  readonly read: () => Promise<void>;
};

/**
 * A component in a file of its own, read when it is first shown: the first screen starts without it. That takes a
 * moment, in which nothing is shown in its place. React's own `lazy` would hold what has come back for 300 ms.
 */
export function later<Props extends object>(load: () => Promise<ComponentType<Props>>): Later<Props> {
  let Found: ComponentType<Props> | undefined;
  let isMissing = false;
  const read = async () => {
    try {
      Found ??= await load();
    } catch {
      isMissing = true;
    }
  };
  // biome-ignore lint/correctness/noComponentHookFactories: made once for each file, at the top of a module.
  function Later(props: Props) {
    const [, setRead] = useState(Found !== undefined);
    useEffect(() => {
      let gone = false;
      if (!Found)
        void read().then(() => {
          if (!gone) setRead(true);
        });
      return () => {
        gone = true;
      };
    }, []);
    if (Found) return <Found {...props} />;
    return isMissing ? <ErrorPanel error={appError('internal', 'a file of the app is missing')} /> : null;
  }
  return Object.assign(Later, { read });
}
