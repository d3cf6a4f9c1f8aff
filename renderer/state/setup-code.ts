import { CODE_LENGTH, normalizeCode } from '../../shared/inputs.ts';
import { codeUsed, concerns } from './attempt.ts';
import type { Event, Model } from './model.ts';
import { leadsToForm } from './navigation.ts';

/**
 * The setup code, here and nowhere else in the renderer. `typed`: the form shows it. `held`: an attempt has it taken
 * out of the form until the device has it, since a page that is gone may stay in memory for long, with all it has
 * shown and all its handlers have seen. Once the device may have it, or it is given up, the text is ''.
 */
export interface SetupCode {
  readonly state: 'typed' | 'held';
  readonly text: string;
  /** When the device showed the code, as far as known (milliseconds since 1970). */
  readonly shownAt: number | null;
}

export type SetupCodeEvent =
  | { readonly type: 'code-typed'; readonly text: string; readonly now: number }
  | { readonly type: 'code-renewed'; readonly now: number };

export const NO_CODE: SetupCode = { state: 'typed', text: '', shownAt: null };

/** What the form shows of the code. */
export const typedCode = ({ state, text }: SetupCode): string => (state === 'typed' ? text : '');

function typed({ shownAt }: SetupCode, text: string, now: number): SetupCode {
  const code = normalizeCode(text);
  if (code === '') return NO_CODE;
  return { state: 'typed', text: code, shownAt: shownAt ?? (code.length >= CODE_LENGTH ? now : null) };
}

export function reduceSetupCode(code: SetupCode, event: Event, before: Model): SetupCode {
  switch (event.type) {
    case 'code-typed':
      return typed(code, event.text, event.now);
    case 'code-renewed':
      return { state: 'typed', text: '', shownAt: event.now };
    case 'start-asked':
      return { ...code, state: 'held' };
    case 'refused':
      return { ...code, state: 'typed' };
    case 'form-reopened':
      return event.focus === 'code' ? NO_CODE : { ...code, state: 'typed' };
    case 'went':
      return leadsToForm(event.place) ? { ...code, state: 'typed' } : NO_CODE;
    case 'device-chosen':
      return before.navigation.place.name === 'pair' ? code : NO_CODE;
    case 'loaded':
    case 'pair-opened':
      return NO_CODE;
    case 'pushed': {
      const { push } = event;
      const isUsed =
        push.type === 'pairing-progress' &&
        concerns(before.attempt, push.progress) &&
        codeUsed(push.progress);
      return isUsed ? NO_CODE : code;
    }
    default:
      return code;
  }
}
