import i18next, { type i18n } from 'i18next';
import { showLanguage } from '../../shared/languages.ts';
import type { Settings } from '../../shared/settings.ts';
import { languageFor } from '../adapters/language.ts';

/** The words of menus, notifications and dialogs, which the main process shows itself. */
export const texts: i18n = i18next.createInstance();

export const changeLanguage = (choice: Settings['language']): void =>
  showLanguage(texts, languageFor(choice));
