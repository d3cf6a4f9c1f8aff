import { answerTrial } from './answer-trials.ts';
import { SHAPES } from './answers/shapes.ts';
import { chainTrial } from './chain-trials.ts';
import type { ChainCase, ShownChain } from './chains/chain-case.ts';
import { CHAINS } from './chains.ts';
import { CLASSES, type HostileClass, type Trial } from './trial.ts';
import { SCENES } from './wire/scenes.ts';
import { STRIKES } from './wire/strikes.ts';
import { sceneTrial, strikeTrial } from './wire-trials.ts';

const made = new Map<ChainCase, ShownChain>();

/** The same certificates for whoever asks, made at the first time. */
export function shownBy(chain: ChainCase): ShownChain {
  const shown = made.get(chain) ?? chain.show();
  made.set(chain, shown);
  return shown;
}

/** Every hostile device, met over each transport where that makes a difference. */
const TRIALS: readonly Trial[] = [
  ...CHAINS.map((chain) => chainTrial(chain, () => shownBy(chain))),
  ...SHAPES.flatMap((shape) => (['https', 'wss'] as const).map((transport) => answerTrial(shape, transport))),
  ...STRIKES.map(strikeTrial),
  ...SCENES.map(sceneTrial),
];

export const countOf = (wanted: HostileClass): number =>
  TRIALS.filter((trial) => trial.class === wanted).length;

/** One device, met by one register. */
export interface Meeting<R> {
  readonly trial: Trial;
  readonly runtime: R;
}

export const allMeetings = <R>(runtimes: readonly R[]): readonly Meeting<R>[] =>
  TRIALS.flatMap((trial) => runtimes.map((runtime) => ({ trial, runtime })));

/** Of each class one in so many is met in a bounded run; chains are the quickest, and where runtimes differ most. */
const BOUNDED_SHARE: Readonly<Record<HostileClass, number>> = { chains: 1, answers: 3, wire: 3 };

/** The same part each time, by the runtimes in turn. */
export const boundedMeetings = <R>(runtimes: readonly R[]): readonly Meeting<R>[] =>
  CLASSES.flatMap((wanted) =>
    TRIALS.filter((trial) => trial.class === wanted)
      .filter((_, at) => at % BOUNDED_SHARE[wanted] === 0)
      .flatMap((trial, at) => {
        const runtime = runtimes[at % runtimes.length];
        return runtime === undefined ? [] : [{ trial, runtime }];
      }),
  );
