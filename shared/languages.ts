import type { i18n } from 'i18next';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import es from './locales/es.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import ja from './locales/ja.json' with { type: 'json' };
import ptBR from './locales/pt-BR.json' with { type: 'json' };
import { pseudoLocalized } from './pseudo-locale.ts';
import { LANGUAGES, type Language, PSEUDO_LANGUAGE, type ShownLanguage } from './settings.ts';
import { FALLBACK_LANGUAGE, showTexts, type Texts } from './show-language.ts';

export type { Texts };

/** The texts of each language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en, es, fr, de, 'pt-BR': ptBR, ja };

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

const textsOf = (language: ShownLanguage): Texts =>
  language === PSEUDO_LANGUAGE ? pseudoLocalized<Texts>(en) : TEXTS[language];

/** Shows the texts of `language` from now on. They are bundled, so nothing is waited for. */
export const showLanguage = (texts: i18n, language: ShownLanguage): void =>
  showTexts(texts, language, textsOf(language));
