import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { Core } from '../core/core.ts';
import { texts } from '../desktop/texts.ts';
import { writeOwnerFile } from './owner-file.ts';

/** Asks where to save the history, and writes it; false when the user thought better of it. */
export async function saveHistory(core: Core, format: 'csv' | 'json'): Promise<boolean> {
  const text = core.exportHistory(format);
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('desktop.saveHistory'),
    defaultPath: join(app.getPath('documents'), `${texts.t('desktop.historyFile')}.${format}`),
    filters: [{ name: format.toUpperCase(), extensions: [format] }],
  });
  if (canceled || !filePath) return false;
  // For whom the folder is: a history may be for others, and holds no secret.
  await writeOwnerFile(filePath, Buffer.from(text), { mode: 0o666, drafts: core.drafts });
  return true;
}

/** Asks for a new folder: its absolute path, or null when the user thought better of it. */
export async function chooseKitFolder(suggestedName: string): Promise<string | null> {
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('desktop.saveKit'),
    defaultPath: join(app.getPath('documents'), suggestedName),
    properties: ['createDirectory'],
  });
  return canceled || !filePath ? null : filePath;
}
