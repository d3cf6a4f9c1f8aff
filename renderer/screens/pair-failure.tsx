import { useTranslation } from 'react-i18next';
import { type AppError, ERROR_CATALOGUE, type ErrorAction } from '../../shared/errors.ts';
import { formatAuthority, parseAddress } from '../../shared/inputs.ts';
import { Button } from '../components/button.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { ActionBar, Screen } from '../components/screen.tsx';
import { StageList } from '../components/stage-list.tsx';
import { useActions, useAppState, useModel } from '../state/context.tsx';
import type { Attempt } from '../state/model.ts';

interface FailureProps {
  readonly attempt: Attempt;
  readonly error: AppError;
  readonly credentialsKept: boolean;
}

export function PairFailure({ attempt, error, credentialsKept }: FailureProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const { label, run } = usePrimaryAction(error, credentialsKept);
  return (
    <Screen
      title={error.code === 'cancelled' ? t('failure.cancelledTitle') : t('failure.title')}
      intro={error.stage ? t('failure.stoppedAt', { stage: t(`stages.${error.stage}`) }) : null}
    >
      <div className="columns columns-stages failure">
        <section className="card">
          <StageList progress={attempt.progress} />
        </section>
        <ErrorPanel
          error={error}
          at={attempt.endedAt}
          note={credentialsKept ? t('failure.kept') : null}
          actions={
            <Button look="primary" size="large" onPress={run}>
              {label}
            </Button>
          }
        />
      </div>
      <ActionBar
        start={
          <Button size="large" onPress={() => actions.go({ name: 'home' })}>
            {t('failure.home')}
          </Button>
        }
      >
        {ERROR_CATALOGUE[error.code].action !== 'none' && (
          <Button size="large" onPress={() => actions.reopenForm(null)}>
            {t('failure.edit')}
          </Button>
        )}
      </ActionBar>
    </Screen>
  );
}

/** What the one primary button does, by the catalogue's action. */
function usePrimaryAction(error: AppError, credentialsKept: boolean): { label: string; run: () => void } {
  const { t } = useTranslation();
  const actions = useActions();
  const { draft } = useModel();
  const { pairings } = useAppState();
  const wanted: ErrorAction = ERROR_CATALOGUE[error.code].action;
  // A used code cannot be sent again: trying again then begins with a new one.
  const action: ErrorAction =
    wanted === 'retry' && draft.code === '' && !credentialsKept ? 'edit-code' : wanted;
  const label = t(`actions.${action}`);
  switch (action) {
    case 'retry':
      if (draft.code === '') break;
      return { label, run: () => void actions.startPairing(true) };
    case 'edit-address':
      return { label, run: () => actions.reopenForm('address') };
    case 'edit-code':
    case 'pair-again':
      return { label, run: () => actions.reopenForm('code') };
    case 'edit-pos-id':
      return { label, run: () => actions.reopenForm('posId') };
    case 'edit-serial':
      return { label, run: () => actions.reopenForm('serial') };
    case 'choose-root-ca':
      return { label, run: () => actions.go({ name: 'root-ca', next: 'pair' }) };
    case 'none':
      return { label, run: () => actions.reopenForm(null) };
    case 'check-connection':
      break;
  }
  // The credentials are kept: the pairing is in the list, and only its proof is missing.
  const address = parseAddress(draft.address);
  const kept = pairings.find(
    (pairing) =>
      pairing.id === draft.replaces ||
      (pairing.posId === draft.posId.trim() &&
        address.ok &&
        formatAuthority(pairing.address) === formatAuthority(address.value)),
  );
  return {
    label: t('actions.check-connection'),
    run: () => {
      actions.go({ name: 'home' });
      if (kept) void actions.checkConnection(kept.id);
    },
  };
}
