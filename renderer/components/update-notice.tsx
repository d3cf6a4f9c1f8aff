import { Download } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { UpdatesView } from '../../shared/updates.ts';
import { useModel } from '../state/context.tsx';
import { Button } from './button.tsx';
import { InstallUpdate } from './install-update.tsx';

/**
 * Says that an update is ready, on every screen but the settings, which say more. Not while something stands in the
 * way: whoever pairs or sells is not to be asked.
 */
export function UpdateNotice({ updates }: { readonly updates: UpdatesView | null }) {
  const { t } = useTranslation();
  const { navigation } = useModel();
  const [put, setPut] = useState<string | null>(null);
  if (updates?.now.state !== 'ready' || updates.obstacle !== null) return null;
  const { version } = updates.now;
  if (put === version || navigation.place.name === 'settings') return null;
  return (
    <section className="notices" aria-labelledby="update-ready">
      <div className="notice update-notice" role="status">
        <Download className="panel-icon" aria-hidden="true" />
        <div className="update-words">
          <h2 id="update-ready">{t('updates.noticeTitle')}</h2>
          <p>{t('updates.ready', { version })}</p>
        </div>
        <div className="update-buttons">
          <Button look="quiet" onPress={() => setPut(version)}>
            {t('updates.later')}
          </Button>
          <InstallUpdate version={version} />
        </div>
      </div>
    </section>
  );
}
