import { app, dialog } from 'electron';
import { changeLanguage, texts } from '../desktop/texts.ts';

/** Nobody may be there to press the button, such as in a script. */
const SHOWN_FOR_MS = 30_000;

/**
 * Says why the app does not run with this switch, and ends it. Nothing else of the app has been started: no stored
 * key is near whoever gave the switch.
 */
export async function refuseSwitch(name: string): Promise<void> {
  await app.whenReady();
  // Without the settings, which are not read: the language of the system.
  changeLanguage('system');
  const patience = new Promise((resolve) => setTimeout(resolve, SHOWN_FOR_MS));
  const shown = dialog.showMessageBox({
    type: 'error',
    title: app.getName(),
    message: texts.t('desktop.refusedSwitch', { name: `--${name}` }),
    detail: texts.t(name === 'no-sandbox' ? 'desktop.noSandboxTodo' : 'desktop.refusedSwitchTodo'),
  });
  await Promise.race([shown, patience]);
  app.exit(1);
}
