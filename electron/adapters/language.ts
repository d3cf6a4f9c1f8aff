import { app } from 'electron';
import { pickLanguage } from '../../shared/pick-language.ts';
import { PSEUDO_LANGUAGE, type Settings, type ShownLanguage } from '../../shared/settings.ts';
import { wantsPseudoLocale } from './command-line.ts';

/** The language that a choice in the settings comes to. It is decided here, for the whole app. */
export function languageFor(choice: Settings['language']): ShownLanguage {
  if (wantsPseudoLocale()) return PSEUDO_LANGUAGE;
  return pickLanguage(choice === 'system' ? app.getPreferredSystemLanguages() : [choice]);
}
