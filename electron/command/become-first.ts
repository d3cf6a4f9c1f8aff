import { setTimeout as delay } from 'node:timers/promises';
import { app, dialog } from 'electron';
import { type DataFolder, isOnlyInstance } from '../adapters/data-folder.ts';
import { changeLanguage, texts } from '../desktop/texts.ts';
import { whoServes } from './client.ts';

/** Milliseconds for a command that is ending to make room. */
const PATIENCE_MS = 10_000;
const PAUSE_MS = 250;

/**
 * For a window whose data folder another process has: true once this one has it. A window there was told and shows
 * itself. A command is waited for; one that goes on, such as a bridge, is told about.
 */
export async function becomeFirst(dataFolder: DataFolder): Promise<boolean> {
  const until = performance.now() + PATIENCE_MS;
  for (;;) {
    const who = await whoServes(dataFolder.path);
    if (who === 'window') return false;
    if (isOnlyInstance(dataFolder)) return true;
    // A window that has just begun to start takes no commands yet.
    if (who === undefined) return false;
    if (performance.now() > until) {
      await app.whenReady();
      changeLanguage('system');
      dialog.showErrorBox(app.getName(), texts.t('desktop.commandRuns'));
      return false;
    }
    await delay(PAUSE_MS);
  }
}
