import { useTranslation } from 'react-i18next';
import { commonName, type TrustedRootCa } from '../../../shared/root-ca.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { QuestionDialog } from '../../components/question-dialog.tsx';
import { TillConsequence } from '../../components/till-consequence.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';
import { pairingsUnder } from '../../state/root-cas.ts';

interface RemoveRootCaDialogProps {
  readonly rootCa: TrustedRootCa;
  readonly onClose: () => void;
  readonly onRemoved: () => void;
}

/** Says what removing a Root CA means for its pairings, and asks for it; shown as long as it is mounted. */
export function RemoveRootCaDialog({ rootCa: { root }, onClose, onRemoved }: RemoveRootCaDialogProps) {
  const { t } = useTranslation();
  const { removeRootCa } = useActions();
  const { pairings, rootCas } = useAppState();
  const removal = useAction(() => removeRootCa(root.fingerprint256));
  const affected = pairingsUnder(pairings, root.fingerprint256);
  const count = affected.length;
  const remove = async () => {
    const removed = await removal.run();
    if (removed.ok) onRemoved();
  };
  return (
    <QuestionDialog
      title={t('rootCas.removeTitle', { name: commonName(root.subject) })}
      confirm={t('rootCas.removeConfirm')}
      isBusy={removal.isBusy}
      onClose={onClose}
      onConfirm={() => void remove()}
    >
      <ul className="consequences">
        <TillConsequence pairings={affected} />
        <li>{t('rootCas.removeAffected', { count })}</li>
        {count > 0 && <li>{t('rootCas.removeKept')}</li>}
        {rootCas.length === 1 && <li>{t('rootCas.removeLast')}</li>}
      </ul>
      {removal.error && <ErrorPanel error={removal.error} headingLevel={3} compact />}
    </QuestionDialog>
  );
}
