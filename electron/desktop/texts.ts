import { app } from 'electron';
import i18next, { type i18n } from 'i18next';
import { pickLanguage, showLanguage } from '../../shared/languages.ts';
import { PSEUDO_LANGUAGE, type Settings, type ShownLanguage } from '../../shared/settings.ts';
import { wantsPseudoLocale } from '../adapters/command-line.ts';

/** The words of menus, notifications and dialogs, which the main process shows itself. */
export const texts: i18n = i18next.createInstance();

/** The language that a choice in the settings comes to. It is decided here, for the whole app. */
export function languageFor(choice: Settings['language']): ShownLanguage {
  if (wantsPseudoLocale()) return PSEUDO_LANGUAGE;
  return pickLanguage(choice === 'system' ? app.getPreferredSystemLanguages() : [choice]);
}

export const changeLanguage = (choice: Settings['language']): void =>
  showLanguage(texts, languageFor(choice));
