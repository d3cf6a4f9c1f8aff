import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Licence } from '../../shared/ipc/app.ts';
import type { Result } from '../../shared/result.ts';
import { useActions, useAppState } from '../state/context.tsx';
import { BrandMark } from './brand.tsx';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { DialogShell } from './dialog.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { Fold } from './fold.tsx';

interface DialogProps {
  readonly isOpen: boolean;
  readonly onClose: () => void;
}

export function AboutDialog({ isOpen, onClose }: DialogProps) {
  const { t } = useTranslation();
  return (
    <DialogShell
      title={t('about.title')}
      size="wide"
      isOpen={isOpen}
      onClose={onClose}
      actions={
        <Button look="primary" onPress={onClose}>
          {t('about.close')}
        </Button>
      }
    >
      <Versions />
      <Licences />
    </DialogShell>
  );
}

function Versions() {
  const { t } = useTranslation();
  const { version, runtime } = useAppState();
  return (
    <div className="about">
      <BrandMark />
      <div className="about-words">
        <p className="about-name">{t('app.name')}</p>
        <p className="about-version">{t('about.version', { version })}</p>
        <p className="muted">{t('about.purpose')}</p>
      </div>
      <dl className="facts about-facts" aria-label={t('about.facts')}>
        <div>
          <dt>{t('about.electron')}</dt>
          <dd>{runtime.electron}</dd>
        </div>
        <div>
          <dt>{t('about.chromium')}</dt>
          <dd>{runtime.chromium}</dd>
        </div>
        <div>
          <dt>{t('about.node')}</dt>
          <dd>{runtime.node}</dd>
        </div>
        <div>
          <dt>{t('about.system')}</dt>
          <dd>{runtime.system}</dd>
        </div>
      </dl>
      <CopyButton text={t('about.versionLine', { version, ...runtime })} what={t('about.copyName')} />
    </div>
  );
}

/** Read when they are asked for: hundreds of kilobytes that hardly anybody looks at. */
function Licences() {
  const { t } = useTranslation();
  const { getLicences } = useActions();
  const [read, setRead] = useState<Result<{ licences: Licence[] }> | null>(null);
  useEffect(() => {
    let shown = true;
    void getLicences().then((result) => {
      if (shown) setRead(result);
    });
    return () => {
      shown = false;
    };
  }, [getLicences]);
  if (read && !read.ok) return <ErrorPanel error={read.error} headingLevel={3} />;
  const licences = read?.value.licences;
  return (
    <section className="licences" aria-labelledby="licences-heading">
      <h3 id="licences-heading">{t('about.licences')}</h3>
      <p className="muted">
        {licences ? t('about.licencesIntro', { count: licences.length }) : t('about.loading')}
      </p>
      <ul>
        {licences?.map((licence) => (
          <li key={`${licence.name} ${licence.version}`}>
            <LicenceFold licence={licence} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function LicenceFold({ licence: { name, version, licence, text } }: { readonly licence: Licence }) {
  const { t } = useTranslation();
  const [isExpanded, setExpanded] = useState(false);
  return (
    <Fold
      title={t('about.licence', { name, version, licence })}
      isExpanded={isExpanded}
      onExpandedChange={setExpanded}
    >
      {isExpanded && <pre className="licence-text">{text}</pre>}
    </Fold>
  );
}
