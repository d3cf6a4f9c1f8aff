import { useTranslation } from 'react-i18next';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { Button } from '../../components/button.tsx';
import { DialogShell } from '../../components/dialog-shell.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { TillConsequence } from '../../components/till-consequence.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';

interface RemoveDialogProps {
  readonly pairing: PairingRecord;
  readonly onClose: () => void;
}

/** Says what removing means and asks for it; shown as long as it is mounted. */
export function RemoveDialog({ pairing, onClose }: RemoveDialogProps) {
  const { t } = useTranslation();
  const { removePairing } = useActions();
  // Once removed, the screen below gives way to the list, and this dialog goes with it.
  const removal = useAction(() => removePairing(pairing.id));
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
          <Button look="danger" busy={removal.isBusy} onPress={() => void removal.run()}>
            {t('device.removeConfirm')}
          </Button>
        </>
      }
    >
      <ul className="consequences">
        <TillConsequence pairings={[pairing]} />
        <li>{t('device.removeErased')}</li>
        <li>{t('device.removeNotTold')}</li>
        <li>{t('device.removeAgain')}</li>
      </ul>
      {removal.error && <ErrorPanel error={removal.error} headingLevel={3} compact />}
    </DialogShell>
  );
}
