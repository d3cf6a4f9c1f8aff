import type { i18n } from 'i18next';
import en from './locales/en.json' with { type: 'json' };
import { FALLBACK_LANGUAGE } from './pick-language.ts';
import type { ShownLanguage } from './settings.ts';

/**
 * What a translation must have: every text of the English one. Plural forms differ between languages, so those are
 * left to the test that knows each language's rules.
 */
type Translated<T> = {
  readonly [Key in keyof T as Key extends `${string}_one` ? never : Key]: T[Key] extends string
    ? string
    : Translated<T[Key]>;
};
export type Texts = Translated<typeof en>;

/** Shows the texts in `language` from now on; with English behind them. */
export function showTexts(shown: i18n, language: ShownLanguage, texts: Texts): void {
  if (!shown.isInitialized) {
    void shown.init({
      lng: FALLBACK_LANGUAGE,
      fallbackLng: FALLBACK_LANGUAGE,
      resources: { [FALLBACK_LANGUAGE]: { translation: en } },
      initAsync: false,
      interpolation: { escapeValue: false },
    });
  }
  if (!shown.hasResourceBundle(language, 'translation')) {
    shown.addResourceBundle(language, 'translation', texts);
  }
  if (shown.language !== language) void shown.changeLanguage(language);
}
