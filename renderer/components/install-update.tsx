import { RotateCw } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAction } from '../hooks/use-action.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { QuestionDialog } from './question-dialog.tsx';

/** Ends the app for the update that is ready, once that was confirmed. */
export function InstallUpdate({
  version,
  isDisabled = false,
}: {
  readonly version: string;
  readonly isDisabled?: boolean;
}) {
  const { t } = useTranslation();
  const { installUpdate } = useActions();
  const [isAsking, setAsking] = useState(false);
  const install = useAction(installUpdate);
  return (
    <>
      <Button look="primary" icon={RotateCw} isDisabled={isDisabled} onPress={() => setAsking(true)}>
        {t('updates.install')}
      </Button>
      {isAsking && (
        <QuestionDialog
          title={t('updates.askTitle', { version })}
          confirm={t('updates.install')}
          look="primary"
          isBusy={install.isBusy}
          onClose={() => setAsking(false)}
          onConfirm={() => void install.run()}
        >
          <p>{t('updates.askTime')}</p>
          <p>{t('updates.askKept')}</p>
          {install.error && <ErrorPanel error={install.error} headingLevel={3} compact />}
        </QuestionDialog>
      )}
    </>
  );
}
