import type { Plugin } from 'vite';
import { LANGUAGES } from '../shared/settings.ts';

/** The texts react-aria brings along for screen readers, one module for each of its 34 languages. */
const ARIA_TEXTS = /\/node_modules\/react-(?:aria|stately)[^?]*\/intl\/[^/]+\/([a-z]{2}-[A-Z]{2})\.mjs$/;

/** Whether the app is shown in this language of react-aria's, such as `de-DE` or `pt-PT`. */
export const isShown = (tag: string): boolean =>
  LANGUAGES.some((language) => language === tag || language === tag.split('-')[0]);

/** Leaves out the texts of react-aria in languages that the app is not shown in. */
export function shownLanguagesOnly(): Plugin {
  return {
    name: 'shown-languages-only',
    apply: 'build',
    load(id) {
      const [, tag] = ARIA_TEXTS.exec(id.replaceAll('\\', '/')) ?? [];
      return tag && !isShown(tag) ? 'export default {};' : undefined;
    },
  };
}
