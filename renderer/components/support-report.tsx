import { FileArchive } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hooks/use-action.ts';
import { errorText } from '../i18n.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';

interface SupportReportProps {
  readonly look?: 'primary' | 'secondary' | 'quiet';
  /** Where nothing else says what the button is for. */
  readonly explainsFirst?: boolean;
}

/** What came of it may appear below what is seen of a long panel. */
const reveal = (line: HTMLElement | null) => line?.scrollIntoView({ block: 'nearest' });

/**
 * Saves the report for support, and says what it holds and where it is. To be put into a `support-actions`; no panel of
 * its own for an error, since it also stands in such a panel.
 */
export function SaveSupportReport({ look = 'secondary', explainsFirst = false }: SupportReportProps) {
  const { t } = useTranslation();
  const { saveSupportReport } = useActions();
  const saving = useAction(saveSupportReport);
  const failed = saving.error && errorText(saving.error);
  const file = saving.value?.file;
  const explanation = <p className="setting-note">{t('supportReport.holds')}</p>;
  return (
    <>
      {explainsFirst && explanation}
      <Button look={look} icon={FileArchive} busy={saving.isBusy} onPress={() => void saving.run()}>
        {t('supportReport.save')}
      </Button>
      {!explainsFirst && explanation}
      <p className="support-saved" role="status">
        {file && <span ref={reveal}>{t('supportReport.saved', { file })}</span>}
      </p>
      {failed && (
        <p className="support-failed" role="alert" ref={reveal}>
          <strong>{failed.title}</strong>
          <span>{failed.todo}</span>
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
        <SaveSupportReport look="primary" explainsFirst />
      </div>
    </DialogShell>
  );
}
