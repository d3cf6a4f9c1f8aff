import { type ReactNode, type RefObject, useLayoutEffect, useRef } from 'react';
import { FieldError, Input, Label, Radio, RadioGroup, Text, TextField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { AppError } from '../../shared/errors.ts';
import { CODE_LENGTH, normalizeCode, TRANSPORTS, type Transport } from '../../shared/inputs.ts';
import { errorText } from '../i18n.ts';

interface FieldProps {
  readonly label: string;
  readonly number?: number;
  readonly hint: ReactNode;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly onBlur: () => void;
  readonly error: AppError | undefined;
  readonly inputRef: RefObject<HTMLInputElement | null>;
}

/** The number is part of the name, since the drawing speaks of the fields by their numbers. */
function FieldHead({ number, label }: { readonly number: number | undefined; readonly label: string }) {
  return (
    <Label className="field-head">
      {number !== undefined && <span className="badge">{number}</span>} <span>{label}</span>
    </Label>
  );
}

/** The hint, or in its place what is wrong: both belong to the field by aria-describedby. */
function FieldNote({ hint, error }: { readonly hint: ReactNode; readonly error: AppError | undefined }) {
  return (
    <div className="field-note">
      {!error && (
        <Text slot="description" className="field-hint">
          {hint}
        </Text>
      )}
      <FieldError className="field-error" data-field-error={error?.code}>
        {error ? errorText(error).what : ''}
      </FieldError>
    </div>
  );
}

const TYPED_EXACTLY = {
  autoComplete: 'off',
  autoCorrect: 'off',
  spellCheck: 'false',
  validationBehavior: 'aria',
} as const;

interface TextEntryProps extends FieldProps {
  readonly placeholder?: string;
  readonly mono?: boolean;
  /** For the field a dialog opens with. */
  readonly autoFocus?: boolean;
}

export function TextEntry(props: TextEntryProps) {
  const { label, number, hint, value, onChange, onBlur, error, inputRef, placeholder } = props;
  const { mono = false, autoFocus = false } = props;
  return (
    <TextField
      {...TYPED_EXACTLY}
      className="field"
      value={value}
      onChange={onChange}
      onBlur={onBlur}
      autoFocus={autoFocus}
      isInvalid={error !== undefined}
    >
      <FieldHead number={number} label={label} />
      <Input
        ref={inputRef}
        className={mono ? 'input mono' : 'input'}
        autoCapitalize="off"
        {...(placeholder ? { placeholder } : {})}
      />
      <FieldNote hint={hint} error={error} />
    </TextField>
  );
}

/**
 * Eight cells drawn behind one real input: its letters are spaced so that each stands in a cell. Selecting,
 * pasting, scanners and on-screen keyboards work as in any text field. Once it is handed over (`isHidden`) dots stand in
 * for the code.
 */
export function CodeEntry(props: FieldProps & { readonly aside: ReactNode; readonly isHidden: boolean }) {
  const { label, number, hint, value, onChange, onBlur, error, inputRef, aside, isHidden } = props;
  const caret = useRef<number | null>(null);
  const composing = useRef(false);

  // Dropping or upper-casing characters moves the caret to the end; it belongs where the user was typing.
  useLayoutEffect(() => {
    const input = inputRef.current;
    if (caret.current === null || !input || document.activeElement !== input) return;
    input.setSelectionRange(caret.current, caret.current);
    caret.current = null;
  });

  const take = (text: string) => {
    const input = inputRef.current;
    if (input && !composing.current) {
      caret.current = normalizeCode(text.slice(0, input.selectionStart ?? text.length)).length;
    }
    onChange(text);
  };

  return (
    <TextField
      {...TYPED_EXACTLY}
      className="field code-field"
      value={value}
      onChange={take}
      onBlur={onBlur}
      isInvalid={error !== undefined}
      isReadOnly={isHidden}
    >
      <FieldHead number={number} label={label} />
      <div className="code-row">
        <div className="code-box" data-overlong={value.length > CODE_LENGTH || undefined}>
          <div className="code-cells" aria-hidden="true">
            {Array.from({ length: CODE_LENGTH }, (_, cell) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: eight fixed cells
              <span key={cell} data-filled={isHidden || cell < value.length || undefined}>
                {isHidden ? '•' : ''}
              </span>
            ))}
          </div>
          <Input
            ref={inputRef}
            className="code-input"
            autoCapitalize="characters"
            enterKeyHint="go"
            onCompositionStart={() => {
              composing.current = true;
            }}
            onCompositionEnd={() => {
              composing.current = false;
            }}
          />
        </div>
        {aside}
      </div>
      <FieldNote hint={hint} error={error} />
    </TextField>
  );
}

export function ConnectionChoice(props: {
  readonly value: Transport;
  readonly onChange: (value: Transport) => void;
}) {
  const { t } = useTranslation();
  return (
    <RadioGroup
      className="segmented"
      orientation="horizontal"
      value={props.value}
      onChange={(value) => {
        const chosen = TRANSPORTS.find((transport) => transport === value);
        if (chosen) props.onChange(chosen);
      }}
    >
      <Label className="field-head">{t('pair.connection')}</Label>
      <div className="segmented-track">
        {TRANSPORTS.map((transport) => (
          <Radio key={transport} value={transport} className="segment">
            {t(`connection.${transport}`)}
          </Radio>
        ))}
      </div>
    </RadioGroup>
  );
}
