import { ArrowLeft, FolderKey } from 'lucide-react';
import { type RefObject, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type KitFormat, type KitPassword, parseKitPassword } from '../../../shared/connection-kit.ts';
import { type AppError, appError } from '../../../shared/errors.ts';
import { nameOf, type PairingRecord } from '../../../shared/pairing.ts';
import { err, ok, type Result } from '../../../shared/result.ts';
import { Button } from '../../components/button.tsx';
import { ErrorPanel } from '../../components/error-panel.tsx';
import { ActionBar, Screen } from '../../components/screen.tsx';
import { useAction } from '../../hooks/use-action.ts';
import { useActions } from '../../state/context.tsx';
import { FormatChoice, type OfferedFormat } from './format-choice.tsx';
import { KitFiles } from './kit-files.tsx';
import { PasswordChoice, type PasswordKind } from './password-choice.tsx';

interface KitFormProps {
  readonly pairing: PairingRecord;
  /** Takes the generated password. */
  readonly password: RefObject<string>;
  readonly onWritten: (folder: string) => void;
  readonly onBack: () => void;
}

/** What the POS software gets, and under which password. */
export function KitForm({ pairing, password, onWritten, onBack }: KitFormProps) {
  const { t } = useTranslation();
  const { exportKit } = useActions();
  const [offered, setOffered] = useState<OfferedFormat>('p12');
  const [kind, setKind] = useState<PasswordKind>('generated');
  const [understood, setUnderstood] = useState(false);
  const [fieldError, setFieldError] = useState<AppError>();
  /** The only place of a typed password. */
  const field = useRef<HTMLInputElement>(null);
  const format: KitFormat = kind === 'none' ? 'pem-plain' : offered;

  /** What the main process is told of the password; a typed one is read from its field. */
  const takePassword = (): Result<KitPassword> => {
    if (kind !== 'typed') return ok({ kind });
    const { current: input } = field;
    if (!input) return err(appError('export-password-short'));
    const parsed = parseKitPassword(input.value);
    return parsed.ok ? ok({ kind, text: parsed.value }) : parsed;
  };

  // Without arguments and with the folder alone as its value: what an action was run with and gave stays in the state.
  const writing = useAction(async (): Promise<Result<string | null>> => {
    const chosen = takePassword();
    if (!chosen.ok) return chosen;
    const written = await exportKit(pairing.id, format, chosen.value);
    if (!written.ok) return written;
    if (written.value.outcome === 'cancelled') return ok(null);
    password.current = written.value.password ?? '';
    if (field.current) field.current.value = '';
    return ok(written.value.folder);
  });

  const submit = async () => {
    const chosen = takePassword();
    setFieldError(chosen.ok ? undefined : chosen.error);
    if (!chosen.ok) {
      field.current?.focus();
      return;
    }
    const written = await writing.run();
    if (written.ok && written.value !== null) onWritten(written.value);
  };

  const chooseFormat = (chosen: OfferedFormat) => {
    setOffered(chosen);
    if (chosen !== 'pem' && kind === 'none') choosePassword('generated');
  };
  const choosePassword = (chosen: PasswordKind) => {
    setKind(chosen);
    setUnderstood(false);
    setFieldError(undefined);
  };

  return (
    <Screen title={t('kit.title')} intro={t('kit.intro', { name: nameOf(pairing) })}>
      {writing.error && <ErrorPanel error={writing.error} compact />}
      <div className="columns columns-even">
        <FormatChoice value={offered} onChange={chooseFormat} />
        <div className="stack">
          <PasswordChoice
            kinds={offered === 'pem' ? ['generated', 'typed', 'none'] : ['generated', 'typed']}
            kind={kind}
            onKind={choosePassword}
            field={field}
            error={fieldError}
            understood={understood}
            onUnderstood={setUnderstood}
          />
          <KitFiles pairingId={pairing.id} format={format} />
        </div>
      </div>
      <ActionBar
        start={
          <Button size="large" icon={ArrowLeft} onPress={onBack}>
            {t('common.back')}
          </Button>
        }
      >
        <Button
          look="primary"
          size="large"
          icon={FolderKey}
          busy={writing.isBusy}
          isDisabled={kind === 'none' && !understood}
          onPress={() => void submit()}
        >
          {t('kit.submit')}
        </Button>
      </ActionBar>
    </Screen>
  );
}
