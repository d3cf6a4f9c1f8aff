import { Check, KeyRound, LockKeyhole, LockOpen } from 'lucide-react';
import { useState } from 'react';
import { Checkbox } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Managed } from '../../components/managed.tsx';
import { Blocked } from '../../components/pin-dialog.tsx';
import { QuestionDialog } from '../../components/question-dialog.tsx';
import { TillConsequence } from '../../components/till-consequence.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';

/** Whether a manager PIN is set, and all that can be done with it. */
export function ManagerPin() {
  const { t } = useTranslation();
  const { openPin, lockManager } = useActions();
  const { manager, policy } = useAppState();
  const isOwn = !policy.managesPin;
  const [isResetting, setResetting] = useState(false);
  const isReadable = manager.state !== 'locked' || manager.readable;
  return (
    <>
      <State />
      <p className="setting-note">{t('manager.guards')}</p>
      {!isOwn && (
        <p className="setting-note">
          <Managed text={t('policy.pin')} />
        </p>
      )}
      <div className="setting-buttons">
        {manager.state === 'off' && (
          <Button icon={KeyRound} onPress={() => openPin('set')}>
            {t('manager.set')}
          </Button>
        )}
        {manager.state === 'unlocked' && (
          <Button icon={LockKeyhole} onPress={() => void lockManager()}>
            {t('manager.lockNow')}
          </Button>
        )}
        {manager.state === 'locked' && isReadable && (
          <Button icon={LockOpen} onPress={() => openPin('unlock')}>
            {t('manager.unlock')}
          </Button>
        )}
        {(manager.state === 'unlocked' || manager.state === 'locked') && isReadable && isOwn && (
          <>
            <Button onPress={() => openPin('change')}>{t('manager.change')}</Button>
            <Button onPress={() => openPin('clear')}>{t('manager.turnOff')}</Button>
          </>
        )}
        {(manager.state === 'locked' || manager.state === 'blocked') && isOwn && (
          <Button onPress={() => setResetting(true)}>{t('manager.forgot')}</Button>
        )}
      </div>
      {isResetting && <ResetDialog onClose={() => setResetting(false)} />}
    </>
  );
}

function State() {
  const { t } = useTranslation();
  const { manager } = useAppState();
  switch (manager.state) {
    case 'off':
      return <p>{t('manager.off')}</p>;
    case 'unlocked':
      return (
        <p className="pin-state">
          <LockOpen className="icon-accent" aria-hidden="true" />
          {t('manager.unlocked')}
        </p>
      );
    case 'blocked':
      return <Blocked until={manager.until} />;
    case 'locked':
      return (
        <p className="pin-state">
          <LockKeyhole className={manager.readable ? 'icon-success' : 'icon-warn'} aria-hidden="true" />
          {manager.readable ? t('manager.locked') : t('manager.unreadable')}
        </p>
      );
  }
}

/** Says that all pairings go with a forgotten PIN, and asks for it; shown as long as it is mounted. */
function ResetDialog({ onClose }: { readonly onClose: () => void }) {
  const { t } = useTranslation();
  const { resetPin } = useActions();
  const { pairings } = useAppState();
  const [understood, setUnderstood] = useState(false);
  const reset = useAction(resetPin);
  const confirm = async () => {
    const done = await reset.run();
    if (done.ok) onClose();
  };
  return (
    <QuestionDialog
      title={t('manager.resetTitle')}
      confirm={t('manager.resetConfirm')}
      isBusy={reset.isBusy}
      isDisabled={!understood}
      onClose={onClose}
      onConfirm={() => void confirm()}
    >
      <p>{t('manager.resetWhy')}</p>
      <ul className="consequences">
        <TillConsequence pairings={pairings} />
        <li>{t('manager.resetPairings', { count: pairings.length })}</li>
        {pairings.length > 0 && <li>{t('manager.resetDevices')}</li>}
        <li>{t('manager.resetKept')}</li>
      </ul>
      <Checkbox className="checkbox" isSelected={understood} onChange={setUnderstood}>
        <span className="checkbox-box" aria-hidden="true">
          <Check />
        </span>
        <span>{t('manager.resetUnderstood')}</span>
      </Checkbox>
      {reset.error && <ErrorPanel error={reset.error} headingLevel={3} compact />}
    </QuestionDialog>
  );
}
