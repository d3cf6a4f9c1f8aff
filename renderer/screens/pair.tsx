import { useModel } from '../state/context.tsx';
import { PairFailure } from './pair-failure.tsx';
import { PairForm } from './pair-form.tsx';
import { PairProgress } from './pair-progress.tsx';
import { PairSuccess } from './pair-success.tsx';

/** One place, four views: the attempt says which. */
export function PairScreen() {
  const { attempt } = useModel();
  if (!attempt || (attempt.id === null && !attempt.repeated)) return <PairForm />;
  const outcome = attempt.progress?.outcome;
  if (!outcome) return <PairProgress attempt={attempt} />;
  return outcome.kind === 'paired' ? (
    <PairSuccess pairing={outcome.pairing} />
  ) : (
    <PairFailure attempt={attempt} error={outcome.error} credentialsKept={outcome.credentialsKept} />
  );
}
