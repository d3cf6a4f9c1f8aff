import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { AppError } from '../shared/errors.ts';
import { FALLBACK_LANGUAGE, showLanguage } from '../shared/languages.ts';
import type { ShownLanguage } from '../shared/settings.ts';
import { formats } from './format.ts';

export const i18n = i18next.createInstance().use(initReactI18next);

/** The whole page in another language, at once. */
export function switchLanguage(language: ShownLanguage): void {
  showLanguage(i18n, language);
  document.documentElement.lang = i18n.language;
  document.documentElement.dir = i18n.dir();
}

const ISO_TIME = /^\d{4}-\d\d-\d\dT/;

export interface ErrorText {
  readonly title: string;
  readonly what: string;
  readonly todo: string;
}

/**
 * The words for an error. A text `what_known` says more than `what` and is used only when the error carries
 * every value it names, so no sentence is ever shown with a hole in it.
 */
export function errorText({ code, params = {} }: AppError): ErrorText {
  const format = formats(i18n.language);
  const values = Object.fromEntries(
    Object.entries(params).map(([name, value]) => [name, ISO_TIME.test(value) ? format.date(value) : value]),
  );
  const language = i18n.resolvedLanguage ?? FALLBACK_LANGUAGE;
  const known: unknown = i18n.getResource(language, 'translation', `errors.${code}.what_known`);
  const complete =
    typeof known === 'string' &&
    [...known.matchAll(/\{\{(\w+)\}\}/g)].every(([, name]) => name !== undefined && values[name]);
  return {
    title: i18n.t(`errors.${code}.title`),
    what: complete
      ? i18n.services.interpolator.interpolate(known, values, language, {})
      : i18n.t(`errors.${code}.what`),
    todo: i18n.t(`errors.${code}.todo`),
  };
}
