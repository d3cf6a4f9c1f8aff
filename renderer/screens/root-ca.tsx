import { Check, ClipboardPaste, FileUp, FlaskConical, ShieldCheck } from 'lucide-react';
import { useState } from 'react';
import { Checkbox, DropZone, FileTrigger, Label, Text, TextArea, TextField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type AppError, appError } from '../../shared/errors.ts';
import { formatAuthority } from '../../shared/inputs.ts';
import { CERTIFICATE_FILE_LIMIT, type RootCaPreview } from '../../shared/root-ca.ts';
import { Button } from '../components/button.tsx';
import { CertificateFacts, commonName, Fingerprint } from '../components/certificate.tsx';
import { ErrorPanel } from '../components/error-panel.tsx';
import { ActionBar, Announcement, Screen } from '../components/screen.tsx';
import { useFormats } from '../format.ts';
import { useActions, useAppState } from '../state/context.tsx';
import { type Origin, placeOf } from '../state/model.ts';

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

/** Trusting the Root CA: load, check, confirm. Nothing is trusted without the last step. */
export function RootCaScreen({ next }: { readonly next: Origin }) {
  const actions = useActions();
  const [preview, setPreview] = useState<RootCaPreview | null>(null);
  const [error, setError] = useState<AppError | null>(null);
  const [reading, setReading] = useState(false);
  const leave = () => actions.go(placeOf(next));

  const read = async (bytes: Uint8Array<ArrayBuffer>) => {
    setReading(true);
    setError(null);
    const result = await actions.previewRootCa(bytes);
    setReading(false);
    if (result.ok) setPreview(result.value);
    else setError(result.error);
  };

  if (preview) {
    return (
      <Preview
        // A second file starts with an unticked confirmation.
        key={preview.root.fingerprint256}
        preview={preview}
        onBack={() => setPreview(null)}
        onFailed={(failed) => {
          setPreview(null);
          setError(failed);
        }}
        onDone={leave}
      />
    );
  }
  return <Load error={error} setError={setError} reading={reading} read={read} onBack={leave} />;
}

interface LoadProps {
  readonly error: AppError | null;
  readonly setError: (error: AppError) => void;
  readonly reading: boolean;
  readonly read: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>;
  readonly onBack: () => void;
}

function Load({ error, setError, reading, read, onBack }: LoadProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { rootCa, offered, storageProblem } = useAppState();
  const [pasting, setPasting] = useState(false);
  const [text, setText] = useState('');

  const readText = (value: string) => read(new TextEncoder().encode(value));
  const readFile = async (file: File | null | undefined) => {
    if (!file) return;
    // Checked here too, so that a huge file is not read into memory first.
    if (file.size > CERTIFICATE_FILE_LIMIT)
      return setError(appError('root-ca-too-large', `${file.size} bytes`));
    try {
      await read(new Uint8Array(await file.arrayBuffer()));
    } catch (thrown) {
      setError(appError('root-ca-unreadable', thrown instanceof Error ? thrown.message : ''));
    }
  };

  return (
    <Screen title={rootCa ? t('rootCa.title') : t('rootCa.firstTitle')} intro={t('rootCa.why')}>
      {storageProblem && <ErrorPanel error={storageProblem} compact />}
      {error && <ErrorPanel key={`${error.code} ${error.detail}`} error={error} />}
      <div className="columns columns-help columns-fill">
        <div className="load">
          {rootCa && (
            <section className="card stack-tight" aria-labelledby="current-heading">
              <div className="card-title">
                <ShieldCheck className="icon-success" aria-hidden="true" />
                <h2 id="current-heading">{t('rootCa.currentHeading')}</h2>
                <span className="muted">
                  {t('rootCa.trustedSince', { date: format.date(rootCa.trustedAt) })}
                </span>
              </div>
              <CertificateFacts certificate={rootCa.root} copyName={t('certificate.fingerprint')} />
            </section>
          )}
          {rootCa && (
            <div>
              <h2>{t('rootCa.replaceHeading')}</h2>
              <p className="muted">{t('rootCa.replaceIntro')}</p>
            </div>
          )}
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
          {pasting && (
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
          {offered && (
            <div className="offer">
              <FlaskConical aria-hidden="true" />
              <p>{t('rootCa.offeredNote')}</p>
              <Button look="primary" onPress={() => readText(offered.rootCaPem)}>
                {t('rootCa.offered')}
              </Button>
            </div>
          )}
        </div>
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
      </div>
      {rootCa && (
        <ActionBar
          start={
            <Button size="large" onPress={onBack}>
              {t('common.back')}
            </Button>
          }
        />
      )}
      <Announcement>{reading ? t('rootCa.reading') : ''}</Announcement>
    </Screen>
  );
}

interface PreviewProps {
  readonly preview: RootCaPreview;
  readonly onBack: () => void;
  readonly onFailed: (error: AppError) => void;
  readonly onDone: () => void;
}

function Preview({ preview, onBack, onFailed, onDone }: PreviewProps) {
  const { t } = useTranslation();
  const format = useFormats();
  const { trustRootCa } = useActions();
  const { pairings } = useAppState();
  const [understood, setUnderstood] = useState(false);
  const [busy, setBusy] = useState(false);
  const { root, replaces, intermediates } = preview;
  const same = replaces?.fingerprint256 === root.fingerprint256;
  const replacing = replaces !== null && !same;
  const affected = pairings.filter(({ id }) => preview.affectedPairingIds.includes(id));
  const count = preview.affectedPairingIds.length;

  const trust = async () => {
    setBusy(true);
    const trusted = await trustRootCa(root.fingerprint256, replacing && understood);
    setBusy(false);
    if (trusted.ok) onDone();
    else onFailed(trusted.error);
  };

  return (
    <Screen
      title={replacing ? t('rootCa.replaceTitle') : t('rootCa.previewTitle')}
      intro={same ? t('rootCa.same') : t('rootCa.previewIntro')}
    >
      <div className={replacing ? 'columns columns-even' : 'stack'}>
        <div className="stack">
          <section className="card card-accent stack-tight" aria-labelledby="new-heading">
            <div className="card-title">
              <ShieldCheck className="icon-accent" aria-hidden="true" />
              <h2 id="new-heading">{replacing ? t('rootCa.newHeading') : commonName(root.subject)}</h2>
            </div>
            <CertificateFacts certificate={root} copyName={t('certificate.fingerprint')} />
            {intermediates.length > 0 && (
              <p className="muted">{t('certificate.intermediates', { count: intermediates.length })}</p>
            )}
          </section>
          {replacing && (
            <section className="card stack-tight" aria-labelledby="old-heading">
              <h2 id="old-heading">{t('rootCa.oldHeading')}</h2>
              <dl className="facts">
                <div>
                  <dt>{t('certificate.subject')}</dt>
                  <dd>{replaces.subject}</dd>
                </div>
                <div>
                  <dt>{t('certificate.validity')}</dt>
                  <dd>
                    {t('certificate.validRange', {
                      from: format.date(replaces.validFrom),
                      to: format.date(replaces.validTo),
                    })}
                  </dd>
                </div>
                <div className="facts-wide">
                  <dt>{t('certificate.fingerprint')}</dt>
                  <dd>
                    <Fingerprint value={replaces.fingerprint256} />
                  </dd>
                </div>
              </dl>
            </section>
          )}
        </div>
        {replacing && (
          <section className="panel panel-warn">
            <div className="panel-body">
              <p>{count > 0 ? t('rootCa.affected', { count }) : t('rootCa.affectedNone')}</p>
              {affected.length > 0 && (
                <ul className="affected">
                  {affected.map((pairing) => (
                    <li key={pairing.id}>
                      <strong>{pairing.posId}</strong>
                      <span>
                        {pairing.identity.kind === 'serial'
                          ? t('home.serial', { serial: pairing.identity.serial })
                          : t('home.host', { host: pairing.identity.host })}
                      </span>
                      <span className="mono">{formatAuthority(pairing.address)}</span>
                    </li>
                  ))}
                </ul>
              )}
              <Checkbox className="checkbox" isSelected={understood} onChange={setUnderstood}>
                <span className="checkbox-box" aria-hidden="true">
                  <Check />
                </span>
                <span>{t('rootCa.understand', { count })}</span>
              </Checkbox>
            </div>
          </section>
        )}
      </div>
      <ActionBar
        start={
          <Button size="large" onPress={onBack}>
            {t('rootCa.chooseAnother')}
          </Button>
        }
      >
        {same ? (
          <Button look="primary" size="large" onPress={onDone}>
            {t('rootCa.trustSame')}
          </Button>
        ) : (
          <Button
            look="primary"
            size="large"
            icon={ShieldCheck}
            busy={busy}
            isDisabled={replacing && !understood}
            onPress={trust}
          >
            {t('rootCa.trust')}
          </Button>
        )}
      </ActionBar>
    </Screen>
  );
}
