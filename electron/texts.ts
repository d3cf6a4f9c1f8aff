import { app } from 'electron';
import i18next from 'i18next';
import { FALLBACK_LANGUAGE, pickLanguage, RESOURCES } from '../shared/languages.ts';
import type { Settings } from '../shared/settings.ts';

/** The words of menus, notifications and dialogs, which the main process shows itself. */
export const texts = i18next.createInstance();

/** The languages to choose from, best first. */
const wanted = (language: Settings['language']): readonly string[] =>
  language === 'system' ? app.getPreferredSystemLanguages() : [language];

export function startTexts(language: Settings['language']): void {
  void texts.init({
    resources: RESOURCES,
    lng: pickLanguage(wanted(language)),
    fallbackLng: FALLBACK_LANGUAGE,
    initAsync: false,
    interpolation: { escapeValue: false },
  });
}

export const changeLanguage = (language: Settings['language']): Promise<unknown> =>
  texts.changeLanguage(pickLanguage(wanted(language)));
