import { TriangleAlert, X } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import type { StorageNotice } from '../../shared/pairing.ts';
import { useAction } from '../hooks/use-action.ts';
import { useActions } from '../state/context.tsx';
import { Button } from './button.tsx';
import { ErrorPanel } from './error-panel.tsx';

/** What the user must be told about stored data, until they say they have read it. */
export function Notices({ notices }: { readonly notices: readonly StorageNotice[] }) {
  const { t } = useTranslation();
  const { dismissNotice } = useActions();
  const dismissal = useAction(dismissNotice);
  if (notices.length === 0) return null;
  return (
    <section className="notices" aria-label={t('notice.label')}>
      {notices.map(({ id, file, ...notice }) => (
        <div key={id} className="notice" role="status">
          <TriangleAlert className="panel-icon" aria-hidden="true" />
          <p>
            {notice.what === 'data-folder'
              ? t('notice.data-folder.unwritable', { file })
              : t(`notice.${notice.what}.${notice.kind}`, { file })}
          </p>
          <Button
            look="quiet"
            icon={X}
            busy={dismissal.args?.[0] === id}
            onPress={() => void dismissal.run(id)}
          >
            {t('common.dismiss')}
          </Button>
        </div>
      ))}
      {dismissal.error && <ErrorPanel error={dismissal.error} compact />}
    </section>
  );
}
