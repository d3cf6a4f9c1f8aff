import { ipcMain } from 'electron';
import ElectronStore from 'electron-store';

/** On which electron-store tells any page that asks where the app keeps its data. */
const CHANNEL = 'electron-store-get-data';

/** Closes it for good: the library opens it once. No page of this app needs to know. */
export function closeStoreChannel(): void {
  ElectronStore.initRenderer();
  ipcMain.removeAllListeners(CHANNEL);
}
