import { ALL_WAITING } from '../../state/attempt.ts';
import { useModel } from '../../state/context.tsx';
import { PairFailure } from './pair-failure.tsx';
import { PairForm } from './pair-form.tsx';
import { PairProgress } from './pair-progress.tsx';
import { PairSuccess } from './pair-success.tsx';

/** One place, four views: the attempt says which. */
export function PairScreen() {
  const { current } = useModel().attempt;
  switch (current.state) {
    case 'idle':
    case 'refused':
      return <PairForm />;
    case 'starting':
      return current.repeated ? (
        <PairProgress progress={{ stages: ALL_WAITING }} cancelling={current.cancelling} />
      ) : (
        <PairForm />
      );
    case 'running':
      return <PairProgress progress={current.progress} cancelling={current.cancelling} />;
    case 'ended':
      return current.outcome.kind !== 'failed' ? (
        <PairSuccess pairing={current.outcome.pairing} />
      ) : (
        <PairFailure
          stages={current.progress.stages}
          endedAt={current.endedAt}
          error={current.outcome.error}
          credentialsKept={current.outcome.credentialsKept}
        />
      );
  }
}
