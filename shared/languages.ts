import en from './locales/en.json' with { type: 'json' };
import type { Language } from './settings.ts';

/** The texts of each language, as i18next wants them. */
export const RESOURCES: Partial<Record<Language, { readonly translation: typeof en }>> = {
  en: { translation: en },
};
export const FALLBACK_LANGUAGE: Language = 'en';

/** The best language there are texts for: `es-MX` finds `es`, and what is not there is English. */
export function pickLanguage(wanted: readonly string[]): Language {
  const available = Object.keys(RESOURCES) as Language[];
  for (const tag of wanted) {
    const lower = tag.toLowerCase();
    const found =
      available.find((language) => language.toLowerCase() === lower) ??
      available.find((language) => language.split('-')[0] === lower.split('-')[0]);
    if (found) return found;
  }
  return FALLBACK_LANGUAGE;
}
