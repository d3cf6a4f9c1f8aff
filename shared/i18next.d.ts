import type en from './locales/en.json';

/** Makes each text key checked, in both processes. */
declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}
