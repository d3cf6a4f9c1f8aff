import { useTranslation } from 'react-i18next';
import { QuestionDialog } from '../../components/question-dialog.tsx';

interface EndTillDialogProps {
  readonly onClose: () => void;
  readonly onConfirm: () => void;
}

/** Asks before a change of the bridge disconnects POS software; shown as long as it is mounted. */
export function EndTillDialog({ onClose, onConfirm }: EndTillDialogProps) {
  const { t } = useTranslation();
  return (
    <QuestionDialog
      title={t('bridge.endTitle')}
      confirm={t('bridge.endConfirm')}
      onClose={onClose}
      onConfirm={onConfirm}
    >
      <p>{t('bridge.endWarning')}</p>
    </QuestionDialog>
  );
}
