import { app, BrowserWindow, dialog, type MessageBoxOptions } from 'electron';
import { texts } from './texts.ts';

const QUIT_ANYWAY = 1;

/** Ends the app for a person, and asks first while a till is connected: it may be taking a payment. */
export class QuitQuestion {
  readonly #isTillConnected: () => boolean;
  #isAsking = false;

  constructor(isTillConnected: () => boolean) {
    this.#isTillConnected = isTillConnected;
  }

  async quit(): Promise<void> {
    if (this.#isAsking) return;
    if (this.#isTillConnected() && !(await this.#isMeant())) return;
    app.quit();
  }

  async #isMeant(): Promise<boolean> {
    const options: MessageBoxOptions = {
      type: 'warning',
      message: texts.t('desktop.quitTitle'),
      detail: texts.t('bridge.endWarning'),
      buttons: [texts.t('common.cancel'), texts.t('desktop.quitAnyway')],
      defaultId: 0,
      cancelId: 0,
      noLink: true,
    };
    this.#isAsking = true;
    try {
      const window = BrowserWindow.getAllWindows().find((each) => each.isVisible());
      const { response } = await (window
        ? dialog.showMessageBox(window, options)
        : dialog.showMessageBox(options));
      return response === QUIT_ANYWAY;
    } finally {
      this.#isAsking = false;
    }
  }
}
