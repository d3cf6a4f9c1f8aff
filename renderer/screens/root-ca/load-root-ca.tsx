import { ClipboardPaste, FileUp, FlaskConical, Plus } from 'lucide-react';
import { useRef, useState } from 'react';
import { DropZone, FileTrigger, Label, Text, TextArea, TextField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../../shared/errors.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { CERTIFICATE_FILE_LIMIT, MOST_ROOT_CAS } from '../../../shared/root-ca.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { Managed } from '../../components/managed.tsx';
import { ActionBar, Announcement, Screen } from '../../components/screen.tsx';
import { useFormats } from '../../format.ts';
import { useAppState } from '../../state/context.tsx';
import { TrustedRootCas } from './trusted-root-cas.tsx';

const REST_METHOD = 'GET';
const REST_PATH = '/dms/v2/devices/certificates/rootca';
const FILE_TYPES = [
  '.pem',
  '.crt',
  '.cer',
  '.der',
  '.json',
  '.txt',
  'application/x-x509-ca-cert',
  'application/json',
];

interface LoadRootCaProps {
  readonly error: AppError | null;
  readonly isReading: boolean;
  readonly read: (readBytes: () => Promise<Result<Uint8Array<ArrayBuffer>>>) => Promise<void>;
  readonly onBack: () => void;
}

async function bytesOf(file: File): Promise<Result<Uint8Array<ArrayBuffer>>> {
  // Checked here too, so that a huge file is not read into memory first.
  if (file.size > CERTIFICATE_FILE_LIMIT) return err(appError('root-ca-too-large', `${file.size} bytes`));
  try {
    return ok(new Uint8Array(await file.arrayBuffer()));
  } catch (thrown) {
    return err(appError('root-ca-unreadable', thrown instanceof Error ? thrown.message : ''));
  }
}

export function LoadRootCa({ error, isReading, read, onBack }: LoadRootCaProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { rootCas, pairings, offered, storageProblem, policy } = useAppState();
  const isLocked = policy.locked.includes('rootCas');
  const isFirst = rootCas.length === 0;
  const isFull = rootCas.length >= MOST_ROOT_CAS;
  const canAdd = !isFull && !isLocked;
  const addHeading = useRef<HTMLHeadingElement>(null);
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState('');

  const readText = (value: string) => read(async () => ok(new TextEncoder().encode(value)));
  const readFile = async (file: File | null | undefined) => {
    if (file) await read(() => bytesOf(file));
  };

  return (
    <Screen
      // Without the last one this is the first screen again, and its heading takes the focus.
      key={String(isFirst)}
      title={isFirst ? t('rootCa.firstTitle') : t('rootCa.title')}
      intro={isFirst ? t('rootCa.why') : t('rootCas.intro')}
      headerActions={
        !isFirst &&
        !isLocked && (
          <Button size="large" icon={Plus} onPress={() => addHeading.current?.focus()}>
            {t('rootCas.addHeading')}
          </Button>
        )
      }
    >
      {storageProblem && <ErrorPanel error={storageProblem} compact />}
      {error && <ErrorPanel key={`${error.code} ${error.detail}`} error={error} />}
      <div className="columns columns-help columns-fill">
        <div className="load">
          {!isFirst && <TrustedRootCas />}
          {isLocked && (
            <p>
              <Managed text={t('policy.rootCasLocked')} />
            </p>
          )}
          {!isFirst && !isLocked && (
            <div>
              <h2 ref={addHeading} tabIndex={-1}>
                {t('rootCas.addHeading')}
              </h2>
              <p className="muted">
                {isFull ? t('rootCas.full', { most: MOST_ROOT_CAS }) : t('rootCas.addIntro')}
              </p>
            </div>
          )}
          {canAdd && (
            <DropZone
              className="drop-zone"
              getDropOperation={() => 'copy'}
              onDrop={async ({ items }) => {
                for (const item of items) {
                  if (item.kind === 'file') return readFile(await item.getFile());
                  if (item.kind === 'text' && item.types.has('text/plain')) {
                    return readText(await item.getText('text/plain'));
                  }
                }
              }}
            >
              <FileUp className="drop-icon" aria-hidden="true" />
              <div className="drop-words">
                <Text slot="label" className="drop-title">
                  {t('rootCa.drop')}
                </Text>
                <p className="muted">{t('rootCa.dropHint')}</p>
              </div>
              <div className="drop-actions">
                <FileTrigger acceptedFileTypes={FILE_TYPES} onSelect={(files) => readFile(files?.[0])}>
                  <Button look={offered ? 'secondary' : 'primary'} size="large" icon={FileUp}>
                    {t('rootCa.chooseFile')}
                  </Button>
                </FileTrigger>
                <Button
                  size="large"
                  icon={ClipboardPaste}
                  aria-expanded={pasting}
                  onPress={() => setPasting(!pasting)}
                >
                  {t('rootCa.paste')}
                </Button>
              </div>
              <p className="drop-formats muted">
                {t('rootCa.formats', { size: format.kilobytes(CERTIFICATE_FILE_LIMIT) })}
              </p>
            </DropZone>
          )}
          {pasting && canAdd && (
            <form
              className="card stack-tight"
              onSubmit={(event) => {
                event.preventDefault();
                void readText(text);
              }}
            >
              <TextField className="field" value={text} onChange={setText} autoFocus>
                <Label className="field-head">{t('rootCa.pasteLabel')}</Label>
                <TextArea className="input mono paste-area" rows={5} spellCheck="false" autoComplete="off" />
                <Text slot="description" className="field-note">
                  {t('rootCa.pasteHint')}
                </Text>
              </TextField>
              <Button type="submit" look="primary">
                {t('rootCa.read')}
              </Button>
            </form>
          )}
          {offered && canAdd && (
            <div className="offer">
              <FlaskConical aria-hidden="true" />
              <p>{t('rootCa.offeredNote')}</p>
              <Button look="primary" onPress={() => readText(offered.rootCaPem)}>
                {t('rootCa.offered')}
              </Button>
            </div>
          )}
        </div>
        {!isLocked && (
          <aside className="card card-sunken help" aria-labelledby="where-heading">
            <h2 id="where-heading">{t('rootCa.whereHeading')}</h2>
            <ol className="steps">
              <li>{t('rootCa.whereSteps.signIn')}</li>
              <li>{t('rootCa.whereSteps.open')}</li>
              <li>{t('rootCa.whereSteps.download')}</li>
            </ol>
            <h3>{t('rootCa.whereIntegrator')}</h3>
            <p className="muted">{t('rootCa.whereRest')}</p>
            <code className="code-line">
              <span>{REST_METHOD}</span> <span>{REST_PATH}</span>
            </code>
          </aside>
        )}
      </div>
      {(!isFirst || pairings.length > 0) && (
        <ActionBar
          start={
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          }
        />
      )}
      <Announcement>{isReading ? t('rootCa.reading') : ''}</Announcement>
    </Screen>
  );
}
