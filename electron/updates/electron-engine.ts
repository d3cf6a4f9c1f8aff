import { join } from 'node:path';
import { app } from 'electron';
import { type AppAdapter, getAppCacheDir } from 'electron-updater/out/AppAdapter.js';
import { getNetSession } from 'electron-updater/out/electronHttpExecutor.js';
import { IS_PACKAGED } from '../adapters/packaged.ts';
import { startAppImage } from './app-image.ts';
import { CountingExecutor } from './counting-executor.ts';
import { type EngineParts, UpdateEngine } from './update-engine.ts';

interface ElectronEngineParts extends Pick<EngineParts, 'kind' | 'feed' | 'key' | 'leave'> {
  readonly dataFolder: string;
}

/** {@link UpdateEngine} in this app, over Chromium's network: the system's proxy and certificates are those used. */
export function electronEngine({ dataFolder, ...parts }: ElectronEngineParts): UpdateEngine {
  const cacheFolder = IS_PACKAGED
    ? join(getAppCacheDir(), `${app.getName()} updates`)
    : join(dataFolder, 'updates');
  const adapter: AppAdapter = {
    version: app.getVersion(),
    name: app.getName(),
    isPackaged: IS_PACKAGED,
    // Names the publisher by whom a Windows installer must be signed.
    appUpdateConfigPath: join(process.resourcesPath, 'app-update.yml'),
    userDataPath: cacheFolder,
    baseCachePath: cacheFolder,
    whenReady: () => app.whenReady(),
    relaunch: () => {
      const appImage = process.env['APPIMAGE'];
      if (appImage) startAppImage(appImage);
      else app.relaunch();
    },
    quit: () => app.exit(),
    onQuit: () => {},
  };
  return new UpdateEngine({
    ...parts,
    cacheFolder,
    app: adapter,
    executor: new CountingExecutor(),
    fetch: (url, init) => getNetSession().fetch(url, init),
  });
}
