import type { PosApi } from '../shared/ipc/index.ts';

declare global {
  interface Window {
    /** Put there by the preload script; the renderer's only way to the main process. */
    readonly pos: PosApi;
  }
}
