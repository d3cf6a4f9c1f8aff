import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Licence } from '../../shared/ipc/app.ts';
import { useLoaded } from '../hooks/use-loaded.ts';
import { useActions, useAppState } from '../state/context.tsx';
import { BrandMark } from './brand.tsx';
import { Button } from './button.tsx';
import { CopyButton } from './copy-button.tsx';
import { DialogShell } from './dialog-shell.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { Fact, Facts } from './facts.tsx';
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
          {t('common.close')}
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
      <Facts className="facts about-facts" label={t('about.facts')}>
        <Fact label={t('about.electron')}>{runtime.electron}</Fact>
        <Fact label={t('about.chromium')}>{runtime.chromium}</Fact>
        <Fact label={t('about.node')}>{runtime.node}</Fact>
        <Fact label={t('about.system')}>{runtime.system}</Fact>
      </Facts>
      <CopyButton text={t('about.versionLine', { version, ...runtime })} what={t('about.copyName')} />
    </div>
  );
}

/** Read when they are asked for: hundreds of kilobytes that hardly anybody looks at. */
function Licences() {
  const { t } = useTranslation();
  const { getLicences } = useActions();
  const { loaded } = useLoaded(getLicences);
  if (loaded.state === 'failed') return <ErrorPanel error={loaded.error} headingLevel={3} />;
  const licences = loaded.state === 'ready' ? loaded.value.licences : null;
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
