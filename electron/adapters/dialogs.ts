import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { app, dialog } from 'electron';
import type { Core } from '../core/core.ts';
import { failure } from '../core/failure.ts';
import { texts } from '../desktop/texts.ts';

/** Asks where to save the history, and writes it; false when the user thought better of it. */
export async function saveHistory(core: Core, format: 'csv' | 'json'): Promise<boolean> {
  const text = core.exportHistory(format);
  const { canceled, filePath } = await dialog.showSaveDialog({
    title: texts.t('desktop.saveHistory'),
    defaultPath: join(app.getPath('documents'), `${texts.t('desktop.historyFile')}.${format}`),
    filters: [{ name: format.toUpperCase(), extensions: [format] }],
  });
  if (canceled || !filePath) return false;
  try {
    await writeFile(filePath, text);
  } catch (thrown) {
    throw failure('storage-failed', thrown instanceof Error ? thrown.message : filePath);
  }
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
