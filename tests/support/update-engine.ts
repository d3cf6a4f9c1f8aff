import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { type ClientRequest, type IncomingMessage, type RequestOptions, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AppAdapter } from 'electron-updater/out/AppAdapter.js';
import { readFeedKey } from '../../electron/core/updates/feed.ts';
import { CountingExecutor } from '../../electron/updates/counting-executor.ts';
import { UpdateEngine } from '../../electron/updates/update-engine.ts';
import type { UpdateFeed } from './update-feed.ts';

/** Node's network in the place of Electron's. */
export const nodeExecutor = () =>
  new CountingExecutor(
    (options: RequestOptions, callback: (response: IncomingMessage) => void) =>
      request(options, callback) satisfies ClientRequest as unknown as ReturnType<
        CountingExecutor['createRequest']
      >,
  );

/** electron-updater itself, over an installation of version `running`, in plain Node. */
export class EngineRig {
  readonly folder = mkdtempSync(join(tmpdir(), 'updates-'));
  readonly cacheFolder = join(this.folder, 'cache');
  readonly appImage = join(this.folder, 'POS Pairing.AppImage');
  readonly happened: string[] = [];
  readonly engine: UpdateEngine;

  constructor(feed: Pick<UpdateFeed, 'url' | 'publicKeyPem'>, running = '1.0.0') {
    const app: AppAdapter = {
      version: running,
      name: 'pos-pairing',
      isPackaged: true,
      appUpdateConfigPath: join(this.folder, 'app-update.yml'),
      userDataPath: this.folder,
      baseCachePath: this.folder,
      whenReady: async () => {},
      relaunch: () => this.happened.push('relaunch'),
      quit: () => this.happened.push('quit'),
      onQuit: () => {},
    };
    process.env['APPIMAGE'] = this.appImage;
    this.engine = new UpdateEngine({
      kind: 'app-image',
      feed: feed.url,
      key: readFeedKey(feed.publicKeyPem),
      cacheFolder: this.cacheFolder,
      app,
      executor: nodeExecutor(),
      fetch,
      leave: async () => {
        this.happened.push('leave');
      },
    });
  }

  /** What is kept of packages, as far as it is there. */
  get cached(): string[] {
    try {
      return readdirSync(this.cacheFolder, { recursive: true, encoding: 'utf8' })
        .filter((name) => name !== 'pending')
        .sort();
    } catch {
      return [];
    }
  }

  dispose(): void {
    delete process.env['APPIMAGE'];
    rmSync(this.folder, { recursive: true, force: true });
  }
}
