import { Delete, Hourglass } from 'lucide-react';
import { type SubmitEvent, useEffect, useRef } from 'react';
import { Button as AriaButton, FieldError, Input, Label, Text, TextField } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { useCountdown } from '../hooks/use-countdown.ts';
import { errorText } from '../i18n.ts';
import { useActions, useAppState, useModel } from '../state/context.tsx';
import { isLastStep, isLongEnough } from '../state/manager.ts';
import { Button } from './button.tsx';
import { DialogShell } from './dialog-shell.tsx';
import { ErrorPanel } from './error-panel.tsx';
import { Announcement } from './screen.tsx';

/** What is said in the field's own words; anything else has a panel of its own. */
const ABOUT_DIGITS: ReadonlySet<string> = new Set(['pin-wrong', 'pin-invalid', 'pin-locked']);
const DIGITS = ['1', '2', '3', '4', '5', '6', '7', '8', '9'] as const;

/** Asks for the manager PIN, over any screen and any other dialog. */
export function PinDialog() {
  const { manager } = useModel();
  const { closePin } = useActions();
  const { t } = useTranslation();
  const { dialog } = manager;
  const state = useAppState().manager;
  if (!dialog) return null;
  const { purpose, busy } = dialog;
  const lastWord =
    purpose === 'unlock'
      ? t('manager.unlock')
      : purpose === 'clear'
        ? t('manager.turnOff')
        : t('manager.save');
  // A new PIN is nothing to guess.
  const blockedUntil = purpose !== 'set' && state.state === 'blocked' ? state.until : null;
  return (
    <DialogShell
      title={t(`manager.titles.${purpose}`)}
      isOpen
      onClose={closePin}
      actions={
        <>
          <Button onPress={closePin}>{t('common.cancel')}</Button>
          <Button
            type="submit"
            form="pin-form"
            look="primary"
            busy={busy}
            isDisabled={!busy && (!isLongEnough(manager) || blockedUntil !== null)}
          >
            {isLastStep(dialog) ? lastWord : t('manager.next')}
          </Button>
        </>
      }
    >
      <PinForm blockedUntil={blockedUntil} />
    </DialogShell>
  );
}

function PinForm({ blockedUntil }: { readonly blockedUntil: string | null }) {
  const { t } = useTranslation();
  const { typePin, submitPin } = useActions();
  const { dialog, digits } = useModel().manager;
  const input = useRef<HTMLInputElement>(null);
  const step = dialog?.step;
  const isReady = dialog?.busy === false && blockedUntil === null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each step begins in the field
  useEffect(() => {
    if (isReady) input.current?.focus();
  }, [isReady, step]);
  if (!dialog) return null;

  const { problem } = dialog;
  const isPanel = problem !== null && problem !== 'mismatch' && !ABOUT_DIGITS.has(problem.code);
  const submit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isReady) void submitPin();
  };
  const type = (text: string) => {
    if (isReady) typePin(text);
  };
  return (
    <>
      <form id="pin-form" className="pin-form" onSubmit={submit} noValidate autoComplete="off">
        <TextField
          type="password"
          // The dots are no password to be kept by anybody.
          autoComplete="off"
          className="field pin-field"
          validationBehavior="aria"
          value={digits.entry}
          onChange={type}
          isInvalid={problem !== null && !isPanel && blockedUntil === null}
          isReadOnly={!isReady}
          autoFocus
        >
          <Label className="field-head">{t(`manager.entries.${dialog.step}`)}</Label>
          {/* The pad below is there for touch, so the system's own keyboard need not come up. */}
          <Input ref={input} className="input pin-input" inputMode="none" />
          <div className="field-note">
            {blockedUntil === null && (problem === null || isPanel) && (
              <Text slot="description" className="field-hint">
                {t(`manager.hints.${dialog.step}`)}
              </Text>
            )}
            <FieldError className="field-error" data-field-error={wordFor(problem)}>
              <Problem />
            </FieldError>
            {blockedUntil !== null && <Blocked until={blockedUntil} />}
          </div>
        </TextField>
        <fieldset className="pin-pad" aria-label={t('manager.pad')}>
          {DIGITS.map((digit) => (
            <PadKey key={digit} digit={digit} isDisabled={!isReady} />
          ))}
          <PadKey digit="0" isDisabled={!isReady} />
          <AriaButton
            className="button button-secondary pin-key pin-erase"
            aria-label={t('manager.erase')}
            preventFocusOnPress
            isDisabled={!isReady || digits.entry === ''}
            onPress={() => type(digits.entry.slice(0, -1))}
          >
            <Delete aria-hidden="true" />
          </AriaButton>
        </fieldset>
      </form>
      {isPanel && <ErrorPanel error={problem} headingLevel={3} compact />}
      <Announcement>
        {digits.entry === '' ? '' : t('manager.digits', { count: digits.entry.length })}
      </Announcement>
    </>
  );
}

/** Leaves the focus where it is: in the field, which takes the keyboard's digits too. */
function PadKey({ digit, isDisabled }: { readonly digit: string; readonly isDisabled: boolean }) {
  const { digits } = useModel().manager;
  const { typePin } = useActions();
  return (
    <AriaButton
      className="button button-secondary pin-key"
      preventFocusOnPress
      isDisabled={isDisabled}
      onPress={() => typePin(digits.entry + digit)}
    >
      {digit}
    </AriaButton>
  );
}

type Problem = NonNullable<ReturnType<typeof useModel>['manager']['dialog']>['problem'];
const wordFor = (problem: Problem): string | undefined =>
  problem === null || problem === 'mismatch' ? (problem ?? undefined) : problem.code;

function Problem() {
  const { t } = useTranslation();
  const problem = useModel().manager.dialog?.problem ?? null;
  if (problem === null) return null;
  if (problem === 'mismatch') return t('manager.mismatch');
  if (problem.code === 'pin-wrong')
    return t('manager.triesLeft', { count: Number(problem.params?.['tries']) });
  return errorText(problem).what;
}

/** How long no PIN is taken. Calm to look at: it is read out once, not each second. */
export function Blocked({ until }: { readonly until: string }) {
  const { t } = useTranslation();
  const time = useCountdown(until);
  return (
    <p className="pin-blocked" role="timer">
      <Hourglass aria-hidden="true" />
      <span>{t('manager.blocked', { time })}</span>
    </p>
  );
}
