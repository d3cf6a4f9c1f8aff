import { FileText, FolderCode, KeyRound, UserLock } from 'lucide-react';
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import type { KitFile, KitFormat } from '../../../shared/connection-kit.ts';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { useLoaded } from '../../hooks/use-loaded.ts';
import { useActions } from '../../state/context.tsx';

interface KitFilesProps {
  readonly pairingId: string;
  readonly format: KitFormat;
}

/** What will be written, and who can read it. */
export function KitFiles({ pairingId, format }: KitFilesProps) {
  const { t } = useTranslation();
  const { planKit } = useActions();
  const read = useCallback(() => planKit(pairingId, format), [planKit, pairingId, format]);
  const { loaded } = useLoaded(read);
  if (loaded.state === 'failed') return <ErrorPanel error={loaded.error} compact />;
  const plan = loaded.state === 'ready' ? loaded.value : null;
  const files = plan?.files ?? [];
  return (
    <section className="card kit-files" aria-labelledby="kit-files-heading">
      <h2 id="kit-files-heading">{t('kit.filesHeading')}</h2>
      <ul>
        {files
          .filter(({ what }) => what !== 'sample')
          .map((file) => (
            <FileLine key={file.name} file={file} isWhole={format === 'p12' || format === 'p12-legacy'} />
          ))}
        {files.some(({ what }) => what === 'sample') && (
          <li>
            <FolderCode aria-hidden="true" />
            <span className="kit-file">
              <span className="mono">samples</span>
              <span className="kit-file-what">
                {t('common.detail', { label: t('kit.file.sample'), value: samplesIn(files).join(', ') })}
              </span>
            </span>
          </li>
        )}
      </ul>
      {plan && (
        <p className="kit-reader">
          <UserLock className="icon-accent" aria-hidden="true" />
          <span>{t('kit.reader', { reader: plan.reader })}</span>
        </p>
      )}
      {plan?.pending && <p className="panel-note">{t('kit.pending')}</p>}
    </section>
  );
}

function FileLine({ file, isWhole }: { readonly file: KitFile; readonly isWhole: boolean }) {
  const { t } = useTranslation();
  const { name, what, holdsKey } = file;
  const Icon = holdsKey ? KeyRound : FileText;
  return (
    <li data-holds-key={holdsKey || undefined}>
      <Icon aria-hidden="true" />
      <span className="kit-file">
        <span className="mono">{name}</span>
        <span className="kit-file-what">
          {what === 'keys' && isWhole ? t('kit.file.keysWhole') : t(`kit.file.${what}`)}
        </span>
      </span>
    </li>
  );
}

/** What programmers call them; the same in every language. */
const LANGUAGE_OF: Readonly<Record<string, string>> = {
  mjs: 'Node',
  py: 'Python',
  java: 'Java',
  cs: '.NET',
  sh: 'curl',
};

function samplesIn(files: readonly KitFile[]): string[] {
  return files.flatMap(({ name, what }) => {
    const language = LANGUAGE_OF[name.split('.').at(-1) ?? ''];
    return what === 'sample' && language ? [language] : [];
  });
}
