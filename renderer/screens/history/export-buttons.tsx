import { Download } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';

const FORMATS = ['csv', 'json'] as const;

export function ExportButtons() {
  const { t } = useTranslation();
  const { exportHistory } = useActions();
  const saving = useAction(exportHistory);
  const busyWith = saving.args?.[0];
  return (
    <>
      {FORMATS.map((format) => (
        <Button
          key={format}
          icon={Download}
          busy={busyWith === format}
          isDisabled={busyWith !== undefined && busyWith !== format}
          onPress={() => void saving.run(format)}
        >
          {t(`history.export.${format}`)}
        </Button>
      ))}
      <p className="history-saved" role="status">
        {saving.value?.saved ? t('history.saved') : ''}
      </p>
      {saving.error && (
        <div className="history-export-error">
          <ErrorPanel error={saving.error} compact />
        </div>
      )}
    </>
  );
}
