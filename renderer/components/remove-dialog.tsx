import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../shared/errors.ts';
import { nameOf, type PairingRecord } from '../../shared/pairing.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { DialogShell } from './dialog.tsx';
import { ErrorPanel } from './error-panel.tsx';

interface RemoveDialogProps {
  readonly pairing: PairingRecord;
  readonly onClose: () => void;
}

/** Says what removing means and asks for it; shown as long as it is mounted. */
export function RemoveDialog({ pairing, onClose }: RemoveDialogProps) {
  const { t } = useTranslation();
  const { removePairing } = useActions();
  const [removing, setRemoving] = useState(false);
  const [error, setError] = useState<AppError | null>(null);
  const remove = async () => {
    setRemoving(true);
    const removed = await removePairing(pairing.id);
    setRemoving(false);
    // Once removed, the screen below gives way to the list, and this dialog goes with it.
    if (!removed.ok) setError(removed.error);
  };
  return (
    <DialogShell
      title={t('device.removeTitle', { name: nameOf(pairing) })}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" busy={removing} onPress={() => void remove()}>
            {t('device.removeConfirm')}
          </Button>
        </>
      }
    >
      <ul className="consequences">
        <li>{t('device.removeErased')}</li>
        <li>{t('device.removeNotTold')}</li>
        <li>{t('device.removeAgain')}</li>
      </ul>
      {error && <ErrorPanel error={error} headingLevel={3} compact />}
    </DialogShell>
  );
}
