import { spawn } from 'node:child_process';
import { chmodSync, closeSync, copyFileSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { AppImageUpdater } from 'electron-updater/out/AppImageUpdater.js';
import type { InstallOptions } from 'electron-updater/out/BaseUpdater.js';

/** What a restart must not repeat: the computer's own start shows no window. */
const NOT_AGAIN = ['--hidden'];

/**
 * Starts what is in the place of this app. Not by Electron's relaunch: that starts the program from the folder in which
 * this AppImage is mounted, which is gone once this process has ended.
 */
export function startAppImage(appImage: string): void {
  const again = process.argv.slice(1).filter((argument) => !NOT_AGAIN.includes(argument));
  spawn(appImage, again, { detached: true, stdio: 'ignore' }).unref();
}

/**
 * Puts the new AppImage in the place of the old one, under the old name: entries of menus and the start with the
 * computer lead there. electron-updater removes the old one first, so a full disk would leave none.
 */
export class InPlaceAppImageUpdater extends AppImageUpdater {
  protected override doInstall({ isForceRunAfter }: InstallOptions): boolean {
    const appImage = process.env['APPIMAGE'];
    // As it is, without the escapes that electron-updater adds for shells.
    const fetched = this.downloadedUpdateHelper?.file;
    if (!appImage || !fetched) throw new Error('nothing to install, or no AppImage to replace');
    const beside = `${appImage}.update`;
    try {
      copyFileSync(fetched, beside);
      chmodSync(beside, 0o755);
      const file = openSync(beside, 'r+');
      try {
        fsyncSync(file);
      } finally {
        closeSync(file);
      }
      renameSync(beside, appImage);
    } catch (thrown) {
      rmSync(beside, { force: true });
      throw thrown;
    }
    rmSync(fetched, { force: true });
    if (isForceRunAfter) startAppImage(appImage);
    return true;
  }
}
