import { useTranslation } from 'react-i18next';
import { Fact, Facts } from '../../components/facts.tsx';
import { QuestionDialog } from '../../components/question-dialog.tsx';
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
    <QuestionDialog
      title={t('swap.dialogTitle')}
      confirm={t('swap.confirm')}
      look="primary"
      onClose={onClose}
      onConfirm={() => void swapDevice()}
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
    </QuestionDialog>
  );
}
