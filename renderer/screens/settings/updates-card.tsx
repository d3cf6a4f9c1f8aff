import { CircleCheck, Download, Hourglass } from 'lucide-react';
import { type ReactNode, useId } from 'react';
import { Label, ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { UpdateObstacle, UpdateState } from '../../../shared/updates.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { InstallUpdate } from '../../components/install-update.tsx';
import { useFormats } from '../../format.ts';
import { useAction } from '../../hooks/use-action.ts';
import { useActions, useAppState } from '../../state/context.tsx';

/** Which version is installed, and the way to the next one; nothing where the app does not update itself. */
export function UpdatesCard() {
  const { t } = useTranslation();
  const id = useId();
  const { updates, version } = useAppState();
  if (!updates) return null;
  const { automatic, obstacle, now } = updates;
  return (
    <section className="card settings-group" aria-labelledby={id} data-update-state={now.state}>
      <h2 id={id}>{t('updates.title')}</h2>
      <div className="update-installed">
        <p>{t('updates.running', { version })}</p>
        <p className="setting-note">{automatic ? t('updates.automatic') : t('updates.manual')}</p>
      </div>
      <Course now={now} obstacle={obstacle} />
    </section>
  );
}

function Course({ now, obstacle }: { readonly now: UpdateState; readonly obstacle: UpdateObstacle | null }) {
  const { t } = useTranslation();
  const format = useFormats();
  switch (now.state) {
    case 'idle':
      return (
        <>
          {now.lookedAt === null ? (
            <p className="setting-note">{t('updates.never')}</p>
          ) : (
            <Line icon={<CircleCheck className="icon-success" aria-hidden="true" />}>
              {t('updates.newest', { date: format.dateTime(now.lookedAt) })}
            </Line>
          )}
          <Look />
        </>
      );
    case 'looking':
      return (
        <>
          <Line>{t('updates.looking')}</Line>
          <Look isBusy />
        </>
      );
    case 'found':
      return (
        <>
          <Line icon={<Download className="icon-accent" aria-hidden="true" />}>
            {t('updates.found', { version: now.version })}
          </Line>
          <Waits obstacle={obstacle} />
        </>
      );
    case 'fetching':
      return <Fetching version={now.version} percent={now.percent} />;
    case 'ready':
      return (
        <>
          <Line icon={<Download className="icon-accent" aria-hidden="true" />}>
            {t('updates.ready', { version: now.version })}
          </Line>
          <Waits obstacle={obstacle} />
          <div className="setting-buttons">
            <InstallUpdate version={now.version} isDisabled={obstacle !== null} />
          </div>
        </>
      );
    case 'installing':
      return <Line>{t('updates.installing', { version: now.version })}</Line>;
    case 'failed':
      return (
        <>
          <ErrorPanel error={now.error} headingLevel={3} compact />
          <Look />
        </>
      );
  }
}

function Line({ icon, children }: { readonly icon?: ReactNode; readonly children: ReactNode }) {
  return (
    <p className="update-line" role="status">
      {icon}
      <span>{children}</span>
    </p>
  );
}

/** What it waits for, if it waits. */
function Waits({ obstacle }: { readonly obstacle: UpdateObstacle | null }) {
  const { t } = useTranslation();
  if (obstacle === null) return null;
  return (
    <Line icon={<Hourglass className="icon-warn" aria-hidden="true" />}>
      {t(`updates.waits.${obstacle}`)}
    </Line>
  );
}

function Look({ isBusy = false }: { readonly isBusy?: boolean }) {
  const { t } = useTranslation();
  const { lookForUpdate } = useActions();
  const looking = useAction(lookForUpdate);
  return (
    <>
      {looking.error && <ErrorPanel error={looking.error} headingLevel={3} compact />}
      <div className="setting-buttons">
        <Button busy={isBusy} onPress={() => void looking.run()}>
          {t('updates.look')}
        </Button>
      </div>
    </>
  );
}

function Fetching({ version, percent }: { readonly version: string; readonly percent: number }) {
  const { t } = useTranslation();
  const format = useFormats();
  const words = t('updates.fetched', { percent: format.percent(percent / 100) });
  return (
    <ProgressBar className="progress" value={percent} valueLabel={words}>
      <Label>{t('updates.fetching', { version })}</Label>
      <div className="progress-track" aria-hidden="true">
        <div className="progress-fill" style={{ width: `${percent}%` }} />
      </div>
      <span className="progress-words">{words}</span>
    </ProgressBar>
  );
}
