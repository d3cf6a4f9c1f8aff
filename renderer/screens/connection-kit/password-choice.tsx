import { TriangleAlert } from 'lucide-react';
import { type RefObject, useId, useState } from 'react';
import { Input } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { KIT_PASSWORD, type KitPassword } from '../../../shared/connection-kit.ts';
import type { AppError } from '../../../shared/errors.ts';
import { Segments } from '../../components/segments.tsx';
import { Tick } from '../../components/tick.tsx';
import { errorText } from '../../i18n.ts';

export type PasswordKind = KitPassword['kind'];

interface PasswordChoiceProps {
  readonly kinds: readonly PasswordKind[];
  readonly kind: PasswordKind;
  readonly onKind: (kind: PasswordKind) => void;
  readonly field: RefObject<HTMLInputElement | null>;
  readonly error: AppError | undefined;
  readonly understood: boolean;
  readonly onUnderstood: (understood: boolean) => void;
}

export function PasswordChoice(props: PasswordChoiceProps) {
  const { t } = useTranslation();
  const { kinds, kind, onKind, field, error, understood, onUnderstood } = props;
  const headingId = useId();
  return (
    <section className="card stack-tight" aria-labelledby={headingId}>
      <h2 id={headingId}>{t('kit.passwordHeading')}</h2>
      <Segments
        label={t('kit.passwordHeading')}
        choices={kinds.map((value) => ({ value, name: t(`kit.password.${value}`) }))}
        value={kind}
        onChange={onKind}
      />
      {kind === 'generated' && <p className="muted">{t('kit.generatedNote')}</p>}
      {kind === 'typed' && <PasswordField field={field} error={error} />}
      {kind === 'none' && (
        <div className="panel panel-warn kit-plain">
          <div className="panel-body">
            <p className="kit-plain-words">
              <TriangleAlert className="icon-warn" aria-hidden="true" />
              <span>{t('kit.plainWarning')}</span>
            </p>
            <Tick isSelected={understood} onChange={onUnderstood}>
              {t('kit.plainUnderstand')}
            </Tick>
          </div>
        </div>
      )}
    </section>
  );
}

/** Not controlled: the text stays in the field alone and is gone with it. */
function PasswordField({ field, error }: Pick<PasswordChoiceProps, 'field' | 'error'>) {
  const { t } = useTranslation();
  const [shown, setShown] = useState(false);
  const id = useId();
  const noteId = useId();
  return (
    <div className="field">
      <label className="field-head" htmlFor={id}>
        {t('kit.typedLabel')}
      </label>
      <Input
        ref={field}
        id={id}
        className="input mono"
        type={shown ? 'text' : 'password'}
        autoComplete="off"
        autoCapitalize="off"
        autoCorrect="off"
        spellCheck="false"
        maxLength={KIT_PASSWORD.most}
        aria-invalid={error !== undefined}
        aria-describedby={noteId}
      />
      <p id={noteId} className="field-note">
        {error ? (
          <span className="field-error" data-field-error={error.code}>
            {errorText(error).what}
          </span>
        ) : (
          t('kit.typedHint', { least: KIT_PASSWORD.least })
        )}
      </p>
      <Tick isSelected={shown} onChange={setShown}>
        {t('kit.show')}
      </Tick>
    </div>
  );
}
