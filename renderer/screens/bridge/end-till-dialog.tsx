import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { DialogShell } from '../../components/dialog-shell.tsx';

interface EndTillDialogProps {
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks before a change of the bridge disconnects POS software; shown as long as it is mounted. */
export function EndTillDialog({ onClose, onConfirm }: EndTillDialogProps) {
  const { t } = useTranslation();
  return (
    <DialogShell
      title={t('bridge.endTitle')}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" onPress={onConfirm}>
            {t('bridge.endConfirm')}
          </Button>
        </>
      }
    >
      <p>{t('bridge.endWarning')}</p>
    </DialogShell>
  );
}
