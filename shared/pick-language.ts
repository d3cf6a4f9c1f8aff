import { LANGUAGES, type Language } from './settings.ts';

export const FALLBACK_LANGUAGE = 'en';

/** The best language there are texts for: `es-MX` finds `es`, and what is not there is English. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const lower = tag.toLowerCase();
    const found =
      LANGUAGES.find((language) => language.toLowerCase() === lower) ??
      LANGUAGES.find((language) => language.split('-')[0] === lower.split('-')[0]);
    if (found) return found;
  }
  return FALLBACK_LANGUAGE;
}
