import { useTranslation } from 'react-i18next';
import type { PairingRecord } from '../../../shared/pairing.ts';
import { Announcement } from '../../components/screen.tsx';
import { ALL_WAITING } from '../../state/attempt.ts';
import { useAppState, useModel } from '../../state/context.tsx';
import { PairFailure } from './pair-failure.tsx';
import { PairForm } from './pair-form.tsx';
import { PairProgress } from './pair-progress.tsx';
import { PairSuccess, protectionOf } from './pair-success.tsx';
import { PairLater, PairWaiting } from './pair-waiting.tsx';

/** One place, several views: the attempt says which. */
export function PairScreen() {
  return (
    <>
      <PairView />
      <Milestone />
    </>
  );
}

/** The pairing an attempt has come to, once it is proved. The schedule may have done so after the attempt. */
function usePaired(): PairingRecord | null {
  const { current } = useModel().attempt;
  const { pairings } = useAppState();
  if (current.state !== 'ended' || current.outcome.kind === 'failed') return null;
  const { kind, pairing } = current.outcome;
  const now = pairings.find(({ id }) => id === pairing.id) ?? pairing;
  return kind === 'paired' || now.proved ? now : null;
}

function PairView() {
  const { current } = useModel().attempt;
  const paired = usePaired();
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
      return current.progress.waiting && current.lastTryAt ? (
        <PairWaiting
          waiting={current.progress.waiting}
          lastTryAt={current.lastTryAt}
          finishing={current.cancelling}
        />
      ) : (
        <PairProgress progress={current.progress} cancelling={current.cancelling} />
      );
    case 'ended': {
      const { outcome } = current;
      if (outcome.kind === 'failed')
        return (
          <PairFailure
            stages={current.progress.stages}
            endedAt={current.endedAt}
            error={outcome.error}
            credentialsKept={outcome.credentialsKept}
          />
        );
      return paired ? <PairSuccess pairing={paired} /> : <PairLater pairing={outcome.pairing} />;
    }
  }
}

/** Outlives the views: what they say as they appear is not read out everywhere. */
function Milestone() {
  const { t } = useTranslation();
  const { current } = useModel().attempt;
  const ended = usePaired();
  if (current.state === 'running' && current.progress.waiting)
    return <Announcement>{t('waiting.announce')}</Announcement>;
  if (!ended) return <Announcement>{''}</Announcement>;
  return (
    <Announcement>
      {protectionOf(ended) === 'tls-only' ? t('success.tlsOnlyTitle') : t('success.announce')}
    </Announcement>
  );
}
