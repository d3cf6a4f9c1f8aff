import { ArrowLeftRight, Stethoscope } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type AppError, ERROR_CATALOGUE, type ErrorAction } from '../../../shared/errors.ts';
import { nameOf, type StageProgress } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { ConnectTaps, WayToCode } from '../../components/device-steps.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { RootCaForIt } from '../../components/root-ca-for-it.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useActions, useAppState, useModel } from '../../state/context.tsx';
import { keptPairing } from '../../state/draft.ts';
import type { Actions } from '../../state/store.ts';
import { StageList } from './stage-list.tsx';
import { SwapDialog } from './swap-dialog.tsx';

interface FailureProps {
  readonly stages: readonly StageProgress[];
  /** ISO 8601. */
  readonly endedAt: string;
  readonly error: AppError;
  readonly credentialsKept: boolean;
}

export function PairFailure({ stages, endedAt, error, credentialsKept }: FailureProps) {
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
          <StageList stages={stages} />
        </section>
        <div className="stack">
          <ErrorPanel
            error={error}
            at={endedAt}
            // Once the keys are stored it is a paired device that does not answer.
            origin={error.stage === 'prove' ? 'connection' : 'pairing'}
            note={credentialsKept ? t('failure.kept') : null}
            actions={
              <>
                <Button look="primary" size="large" onPress={run}>
                  {label}
                </Button>
                {error.code === 'device-issuer-unknown' && <RootCaForIt />}
                {!credentialsKept && <TestOffer error={error} />}
              </>
            }
          />
          {error.code === 'connection-refused' && error.stage !== 'prove' && (
            <section className="card card-sunken" aria-labelledby="way-heading">
              <h2 id="way-heading" className="way-heading">
                {t('way.heading')}
              </h2>
              <WayToCode />
            </section>
          )}
          {error.code === 'connection-refused' && error.stage === 'prove' && <ConnectTaps size="small" />}
          <SwapOffer error={error} />
        </div>
      </div>
      <ActionBar
        start={
          <Button size="large" onPress={() => actions.go({ name: 'home' })}>
            {t('failure.close')}
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

/** Numbers of the errors that are about reaching a device and telling which one it is. */
const ABOUT_CONNECTION = { from: 300, to: 499 };

/** What is in the way can be found out without a code: the one that is left stays in the form. */
function TestOffer({ error }: { readonly error: AppError }) {
  const { t } = useTranslation();
  const { openDoctor } = useActions();
  const { address, serial } = useModel().draft;
  const { number } = ERROR_CATALOGUE[error.code];
  if (number < ABOUT_CONNECTION.from || number > ABOUT_CONNECTION.to) return null;
  return (
    <Button icon={Stethoscope} onPress={() => void openDoctor({ of: 'address', address, serial }, false)}>
      {t('doctor.offer')}
    </Button>
  );
}

/** Another device answered where a known one is paired again: it may have been exchanged. */
function SwapOffer({ error: { code, params } }: { readonly error: AppError }) {
  const { t } = useTranslation();
  const { draft } = useModel();
  const { pairings } = useAppState();
  const [asking, setAsking] = useState(false);
  const replaced = pairings.find(({ id }) => id === draft.replaces);
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
  const action = actionNow(ERROR_CATALOGUE[error.code].action, model.code.text !== '');
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
