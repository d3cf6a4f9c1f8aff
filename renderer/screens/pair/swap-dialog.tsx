import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { DialogShell } from '../../components/dialog-shell.tsx';
import { Fact, Facts } from '../../components/facts.tsx';
import { useActions } from '../../state/context.tsx';

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
      <Facts className="facts swap-serials">
        <Fact label={t('swap.old')} mono>
          {oldSerial}
        </Fact>
        <Fact label={t('swap.new')} mono>
          {newSerial}
        </Fact>
      </Facts>
      <p>{t('swap.meaning', { name, serial: newSerial })}</p>
    </DialogShell>
  );
}
