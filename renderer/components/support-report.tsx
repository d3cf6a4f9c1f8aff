import { FileArchive } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hooks/use-action.ts';
import { errorText } from '../i18n.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';

interface SupportReportProps {
  readonly look?: 'primary' | 'secondary' | 'quiet';
}

/**
 * Saves the report for support, and says what it holds and where it is. To be put into a `support-actions`; no panel of
 * its own for an error, since it also stands in such a panel.
 */
export function SaveSupportReport({ look = 'secondary' }: SupportReportProps) {
  const { t } = useTranslation();
  const { saveSupportReport } = useActions();
  const saving = useAction(saveSupportReport);
  const failed = saving.error && errorText(saving.error);
  const file = saving.value?.file;
  return (
    <>
      <Button look={look} icon={FileArchive} busy={saving.isBusy} onPress={() => void saving.run()}>
        {t('supportReport.save')}
      </Button>
      <p className="setting-note">{t('supportReport.holds')}</p>
      <p className="support-saved" role="status">
        {file ? t('supportReport.saved', { file }) : ''}
      </p>
      {failed && (
        <p className="support-failed" role="alert">
          <strong>{failed.title}</strong> {failed.todo}
        </p>
      )}
    </>
  );
}

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function SupportReportDialog({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation();
  return (
    <DialogShell
      title={t('supportReport.title')}
      isOpen={isOpen}
      onClose={onClose}
      actions={<Button onPress={onClose}>{t('common.close')}</Button>}
    >
      <div className="support-actions">
        <SaveSupportReport look="primary" />
      </div>
    </DialogShell>
  );
}
