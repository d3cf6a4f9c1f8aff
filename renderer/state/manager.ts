import type { AppError } from '../../shared/errors.ts';
import { normalizePin, PIN_LENGTH, parsePin } from '../../shared/manager.ts';
import type { Event } from './model.ts';

/** What the PIN is asked for. */
export type PinPurpose = 'unlock' | 'set' | 'change' | 'clear';
type PinStep = 'pin' | 'old' | 'new' | 'repeat';

const STEPS: Readonly<Record<PinPurpose, readonly PinStep[]>> = {
  unlock: ['pin'],
  set: ['new', 'repeat'],
  change: ['old', 'new', 'repeat'],
  clear: ['pin'],
};

/** The dialog that asks for the PIN. */
interface PinDialog {
  readonly purpose: PinPurpose;
  readonly step: PinStep;
  /** Asked; the main process has not answered yet. */
  readonly busy: boolean;
  /** What was wrong with the last entry. */
  readonly problem: AppError | 'mismatch' | null;
}

/**
 * The digits, here and nowhere else in the renderer, and only while they are needed: what was entered leaves as soon
 * as it is sent, or the dialog is closed.
 */
interface PinDigits {
  /** Of the step that is shown. */
  readonly entry: string;
  /** Of the steps before it. */
  readonly old: string;
  readonly chosen: string;
}

export interface ManagerSlice {
  readonly dialog: PinDialog | null;
  readonly digits: PinDigits;
}

const NO_DIGITS: PinDigits = { entry: '', old: '', chosen: '' };
export const NO_PIN_DIALOG: ManagerSlice = { dialog: null, digits: NO_DIGITS };

export type ManagerEvent =
  | { readonly type: 'pin-asked'; readonly purpose: PinPurpose }
  | { readonly type: 'pin-typed'; readonly text: string }
  /** On to the next step, with what was entered; at the last one nothing changes unless it will not do. */
  | { readonly type: 'pin-entered' }
  | { readonly type: 'pin-sent' }
  | { readonly type: 'pin-refused'; readonly error: AppError }
  | { readonly type: 'pin-closed' };

/** Whether enough digits are there to go on with. */
export const isLongEnough = ({ digits }: ManagerSlice): boolean => digits.entry.length >= PIN_LENGTH.least;

/** Whether what is entered is the last thing asked for. */
export const isLastStep = ({ purpose, step }: PinDialog): boolean => STEPS[purpose].at(-1) === step;

/** Digits only, as many as a PIN may have. */
const digitsOf = (text: string): string => normalizePin(text).replace(/\D/g, '').slice(0, PIN_LENGTH.most);

const firstStep = (purpose: PinPurpose): PinStep => STEPS[purpose][0] ?? 'pin';

function entered(slice: ManagerSlice, dialog: PinDialog): ManagerSlice {
  const { digits } = slice;
  if (dialog.step === 'new') {
    const parsed = parsePin(digits.entry);
    if (!parsed.ok) return chosenAgain(slice, dialog, parsed.error);
  }
  if (dialog.step === 'repeat' && digits.entry !== digits.chosen)
    return chosenAgain(slice, dialog, 'mismatch');
  const steps = STEPS[dialog.purpose];
  const next = steps[steps.indexOf(dialog.step) + 1];
  if (!next) return slice;
  const kept = dialog.step === 'old' ? { old: digits.entry } : { chosen: digits.entry };
  return {
    dialog: { ...dialog, step: next, problem: null },
    digits: { ...digits, ...kept, entry: '' },
  };
}

/** The new PIN will not do: it is chosen again, without asking for the old one. */
const chosenAgain = (
  { digits }: ManagerSlice,
  dialog: PinDialog,
  problem: PinDialog['problem'],
): ManagerSlice => ({
  dialog: { ...dialog, step: 'new', problem },
  digits: { ...NO_DIGITS, old: digits.old },
});

export function reduceManager(slice: ManagerSlice, event: Event): ManagerSlice {
  const { dialog, digits } = slice;
  if (event.type === 'pin-asked') {
    const { purpose } = event;
    // One that is open already goes on.
    if (dialog) return slice;
    return { ...NO_PIN_DIALOG, dialog: { purpose, step: firstStep(purpose), busy: false, problem: null } };
  }
  if (!dialog) return slice;
  switch (event.type) {
    case 'pin-typed':
      return dialog.busy ? slice : { ...slice, digits: { ...digits, entry: digitsOf(event.text) } };
    case 'pin-entered':
      return entered(slice, dialog);
    case 'pin-sent':
      return { dialog: { ...dialog, busy: true, problem: null }, digits: NO_DIGITS };
    case 'pin-refused':
      return {
        dialog: { ...dialog, busy: false, step: firstStep(dialog.purpose), problem: event.error },
        digits: NO_DIGITS,
      };
    case 'pin-closed':
      return NO_PIN_DIALOG;
    default:
      return slice;
  }
}
