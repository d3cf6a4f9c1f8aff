import { useTranslation } from 'react-i18next';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { DialogShell } from './dialog.tsx';

interface SwapDialogProps {
  readonly name: string;
  readonly oldSerial: string;
  readonly newSerial: string;
  readonly onClose: () => void;
}

/** The explicit consent that another device takes the place of the paired one. */
export function SwapDialog({ name, oldSerial, newSerial, onClose }: SwapDialogProps) {
  const { t } = useTranslation();
  const { swapDevice } = useActions();
  return (
    <DialogShell
      title={t('swap.dialogTitle')}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="primary" onPress={() => void swapDevice()}>
            {t('swap.confirm')}
          </Button>
        </>
      }
    >
      <dl className="facts swap-serials">
        <div>
          <dt>{t('swap.old')}</dt>
          <dd className="mono">{oldSerial}</dd>
        </div>
        <div>
          <dt>{t('swap.new')}</dt>
          <dd className="mono">{newSerial}</dd>
        </div>
      </dl>
      <p>{t('swap.meaning', { name, serial: newSerial })}</p>
    </DialogShell>
  );
}
