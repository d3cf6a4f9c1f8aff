import { useTranslation } from 'react-i18next';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { QuestionDialog } from '../../components/question-dialog.tsx';
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
    <QuestionDialog
      title={t('device.removeTitle', { name: nameOf(pairing) })}
      confirm={t('device.removeConfirm')}
      isBusy={removal.isBusy}
      onClose={onClose}
      onConfirm={() => void removal.run()}
    >
      <ul className="consequences">
        <TillConsequence pairings={[pairing]} />
        <li>{t('device.removeErased')}</li>
        <li>{t('device.removeNotTold')}</li>
        <li>{t('device.removeAgain')}</li>
      </ul>
      {removal.error && <ErrorPanel error={removal.error} headingLevel={3} compact />}
    </QuestionDialog>
  );
}
