import type { PosApi } from '../shared/ipc/index.ts';
import type en from '../shared/locales/en.json';

declare global {
  interface Window {
    /** Put there by the preload script; the renderer's only way to the main process. */
    readonly pos: PosApi;
  }
}

declare module 'i18next' {
  interface CustomTypeOptions {
    defaultNS: 'translation';
    resources: { translation: typeof en };
  }
}
