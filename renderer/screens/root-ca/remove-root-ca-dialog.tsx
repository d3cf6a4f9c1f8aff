import { useTranslation } from 'react-i18next';
import { commonName, type TrustedRootCa } from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { DialogShell } from '../../components/dialog-shell.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
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
    <DialogShell
      title={t('rootCas.removeTitle', { name: commonName(root.subject) })}
      role="alertdialog"
      isOpen
      onClose={onClose}
      actions={
        <>
          <Button autoFocus onPress={onClose}>
            {t('common.cancel')}
          </Button>
          <Button look="danger" busy={removal.isBusy} onPress={() => void remove()}>
            {t('rootCas.removeConfirm')}
          </Button>
        </>
      }
    >
      <ul className="consequences">
        <TillConsequence pairings={affected} />
        <li>{t('rootCas.removeAffected', { count })}</li>
        {count > 0 && <li>{t('rootCas.removeKept')}</li>}
        {rootCas.length === 1 && <li>{t('rootCas.removeLast')}</li>}
      </ul>
      {removal.error && <ErrorPanel error={removal.error} headingLevel={3} compact />}
    </DialogShell>
  );
}
