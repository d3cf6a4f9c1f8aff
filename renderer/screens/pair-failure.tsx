import { ArrowLeftRight } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, ERROR_CATALOGUE, type ErrorAction } from '../../shared/errors.ts';
import { nameOf } from '../../shared/pairing.ts';
import { Button } from '../components/button.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { ActionBar, Screen } from '../components/screen.tsx';
import { StageList } from '../components/stage-list.tsx';
import { SwapDialog } from '../components/swap-dialog.tsx';
import { useActions, useModel } from '../state/context.tsx';
import { type Attempt, codeLeft, keptPairing } from '../state/model.ts';
import type { Actions } from '../state/store.ts';

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
        <div className="stack">
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
          <SwapOffer error={error} />
        </div>
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

/** Another device answered where a known one is paired again: it may have been exchanged. */
function SwapOffer({ error: { code, params } }: { readonly error: AppError }) {
  const { t } = useTranslation();
  const { app, draft } = useModel();
  const [asking, setAsking] = useState(false);
  const replaced = app?.pairings.find(({ id }) => id === draft.replaces);
  if (code !== 'serial-mismatch' || !replaced || !params?.expected || !params.serial) return null;
  return (
    <section className="card swap" aria-labelledby="swap-heading">
      <h2 id="swap-heading">{t('swap.title')}</h2>
      <p>{t('swap.text', { serial: params.serial })}</p>
      <Button icon={ArrowLeftRight} onPress={() => setAsking(true)}>
        {t('swap.offer')}
      </Button>
      {asking && (
        <SwapDialog
          name={nameOf(replaced)}
          oldSerial={params.expected}
          newSerial={params.serial}
          onClose={() => setAsking(false)}
        />
      )}
    </section>
  );
}

/** What the one primary button does, by the catalogue's action. */
function usePrimaryAction(error: AppError, credentialsKept: boolean): { label: string; run: () => void } {
  const { t } = useTranslation();
  const actions = useActions();
  const model = useModel();
  if (credentialsKept) {
    const kept = keptPairing(model);
    return {
      label: t('actions.check-connection'),
      run: () => {
        actions.go({ name: 'home' });
        if (kept) void actions.checkConnection(kept.id);
      },
    };
  }
  const action = actionNow(ERROR_CATALOGUE[error.code].action, codeLeft(model) !== '');
  return { label: t(`actions.${action}`), run: () => run(action, actions) };
}

function actionNow(wanted: ErrorAction, codeLeft: boolean): ErrorAction {
  // A used code cannot be sent again: trying again then begins with a new one.
  if (wanted === 'retry') return codeLeft ? 'retry' : 'edit-code';
  // Checking needs credentials that were kept; without them there is only the form.
  return wanted === 'check-connection' ? 'none' : wanted;
}

function run(action: ErrorAction, actions: Actions): void {
  switch (action) {
    case 'retry':
      void actions.startPairing(true);
      return;
    case 'choose-root-ca':
      actions.go({ name: 'root-ca', next: 'pair' });
      return;
    case 'edit-code':
    case 'pair-again':
      actions.reopenForm('code');
      return;
    case 'edit-address':
      actions.reopenForm('address');
      return;
    case 'edit-pos-id':
      actions.reopenForm('posId');
      return;
    case 'edit-serial':
      actions.reopenForm('serial');
      return;
    case 'check-connection':
    case 'none':
      actions.reopenForm(null);
  }
}
