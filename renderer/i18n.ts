import i18next, { type i18n as I18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { AppError } from '../shared/errors.ts';
import en from '../shared/locales/en.json' with { type: 'json' };
import { FALLBACK_LANGUAGE } from '../shared/pick-language.ts';
import { pseudoLocalized } from '../shared/pseudo-locale.ts';
import { type Language, PSEUDO_LANGUAGE, type ShownLanguage } from '../shared/settings.ts';
import { showTexts, type Texts } from '../shared/show-language.ts';
import { formats } from './format.ts';

export const i18n: I18n = i18next.createInstance().use(initReactI18next);

/** Each language is a file of its own, so that the page does not start with all six. English stands behind each. */
const FILES: Readonly<Record<Exclude<Language, 'en'>, () => Promise<{ readonly default: Texts }>>> = {
  es: () => import('../shared/locales/es.json'),
  fr: () => import('../shared/locales/fr.json'),
  de: () => import('../shared/locales/de.json'),
  'pt-BR': () => import('../shared/locales/pt-BR.json'),
  ja: () => import('../shared/locales/ja.json'),
};

async function textsOf(language: ShownLanguage): Promise<Texts> {
  if (language === 'en') return en;
  if (language === PSEUDO_LANGUAGE) return pseudoLocalized<Texts>(en);
  return (await FILES[language]()).default;
}

let wanted: ShownLanguage = FALLBACK_LANGUAGE;

/** The whole page in another language, once its texts are there; the last one asked for counts. */
export async function switchLanguage(language: ShownLanguage): Promise<void> {
  wanted = language;
  const texts = await textsOf(language);
  if (language === wanted) show(language, texts);
}

function show(language: ShownLanguage, texts: Texts): void {
  showTexts(i18n, language, texts);
  document.documentElement.lang = i18n.language;
  document.documentElement.dir = i18n.dir();
}
// So that there are words for whatever happens first.
showTexts(i18n, FALLBACK_LANGUAGE, en);

const ISO_TIME = /^\d{4}-\d\d-\d\dT/;
/** A duration (ISO 8601) in seconds alone. */
const ISO_SECONDS = /^PT(\d{1,12})S$/;

/** As exact as people say it: minutes, from two hours on whole hours. */
function wholeMinutes(seconds: number): number {
  const minutes = Math.max(1, Math.ceil(seconds / 60));
  return minutes < 120 ? minutes : Math.ceil(minutes / 60) * 60;
}

interface ErrorText {
  readonly title: string;
  readonly what: string;
  readonly todo: string;
}

/** What an error comes from: an attempt to pair, or the connection of a pairing, where no code is in play. */
export type ErrorOrigin = 'pairing' | 'connection';

/** The texts that may say what happened, and what to do, the most telling one first. */
const WORDINGS = {
  pairing: { what: ['what_known', 'what'], todo: ['todo'] },
  connection: { what: ['paired_known', 'paired', 'what_known', 'what'], todo: ['pairedTodo', 'todo'] },
} as const;

/**
 * The words for an error. A text `…_known` says more than the one without and is used only when the error carries
 * every value it names, so no sentence is ever shown with a hole in it.
 */
export function errorText(
  { code, params = {} }: AppError,
  origin: ErrorOrigin = 'pairing',
  shownIn: string = i18n.language,
): ErrorText {
  const format = formats(shownIn);
  const values = Object.fromEntries(
    Object.entries(params).map(([name, value]) => {
      const [, seconds] = ISO_SECONDS.exec(value) ?? [];
      if (seconds !== undefined) return [name, format.minutes(wholeMinutes(Number(seconds)))];
      return [name, ISO_TIME.test(value) ? format.date(value) : value];
    }),
  );
  const language = i18n.hasResourceBundle(shownIn, 'translation') ? shownIn : FALLBACK_LANGUAGE;
  const firstOf = (names: readonly string[]): string => {
    for (const name of names) {
      const text: unknown = i18n.getResource(language, 'translation', `errors.${code}.${name}`);
      const complete =
        typeof text === 'string' &&
        [...text.matchAll(/\{\{(\w+)\}\}/g)].every(([, value]) => value !== undefined && values[value]);
      if (complete) return i18n.services.interpolator.interpolate(text, values, language, {});
    }
    return '';
  };
  const { what, todo } = WORDINGS[origin];
  return {
    title: i18n.t(`errors.${code}.title`, { lng: language }),
    what: firstOf(what),
    todo: firstOf(todo),
  };
}
