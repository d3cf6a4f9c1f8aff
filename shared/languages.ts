import type { i18n } from 'i18next';
import de from './locales/de.json' with { type: 'json' };
import en from './locales/en.json' with { type: 'json' };
import es from './locales/es.json' with { type: 'json' };
import fr from './locales/fr.json' with { type: 'json' };
import ja from './locales/ja.json' with { type: 'json' };
import ptBR from './locales/pt-BR.json' with { type: 'json' };
import { pseudoLocalized } from './pseudo-locale.ts';
import { type Language, PSEUDO_LANGUAGE, type ShownLanguage } from './settings.ts';
import { showTexts, type Texts } from './show-language.ts';

export type { Texts };

/** The texts of each language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { en, es, fr, de, 'pt-BR': ptBR, ja };

const textsOf = (language: ShownLanguage): Texts =>
  language === PSEUDO_LANGUAGE ? pseudoLocalized<Texts>(en) : TEXTS[language];

/** Shows the texts of `language` from now on. They are bundled, so nothing is waited for. */
export const showLanguage = (texts: i18n, language: ShownLanguage): void =>
  showTexts(texts, language, textsOf(language));
