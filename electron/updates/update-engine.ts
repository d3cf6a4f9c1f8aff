import { createHash, type KeyObject } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { AppUpdater, UpdateInfo } from 'electron-updater';
import type { AppAdapter } from 'electron-updater/out/AppAdapter.js';
import { BaseUpdater } from 'electron-updater/out/BaseUpdater.js';
import { DownloadedUpdateHelper } from 'electron-updater/out/DownloadedUpdateHelper.js';
import { MacUpdater } from 'electron-updater/out/MacUpdater.js';
import { NsisUpdater } from 'electron-updater/out/NsisUpdater.js';
import type { ProviderRuntimeOptions } from 'electron-updater/out/providers/Provider.js';
import { CancellationToken } from 'electron-updater/out/types.js';
import { Failure, failure } from '../core/failure.ts';
import type { UpdateSource } from '../core/updates/update-source.ts';
import { InPlaceAppImageUpdater } from './app-image.ts';
import type { CountingExecutor } from './counting-executor.ts';
import { type FetchFile, SignedFeed } from './signed-feed.ts';

/** How this app was installed, if in a way that it can update. */
export type InstallationKind = 'app-image' | 'nsis' | 'mac';

const EXTENSIONS = { 'app-image': 'AppImage', nsis: 'exe', mac: 'zip' } as const;

/** Milliseconds without a byte after which a download is given up. */
const STALLED_MS = 60_000;
/** The system cannot write: another try of the network would not help. */
const DISK_PROBLEMS = new Set(['ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EROFS', 'EBUSY', 'ENOTDIR']);

export interface EngineParts {
  readonly kind: InstallationKind;
  /** Address of the feed's folder. */
  readonly feed: string;
  /** Ed25519, public. */
  readonly key: KeyObject;
  /** Where packages are kept until they are installed. Nobody else uses it. */
  readonly cacheFolder: string;
  /** Its `quit` ends the process at once. */
  readonly app: AppAdapter;
  readonly executor: CountingExecutor;
  readonly fetch: FetchFile;
  /** Ends everything that runs in this app, so that the new one can take its place. */
  readonly leave: () => Promise<void>;
}

function makeUpdater(kind: InstallationKind, app: AppAdapter): AppUpdater {
  switch (kind) {
    case 'app-image':
      return new InPlaceAppImageUpdater(undefined, app);
    case 'nsis':
      return new NsisUpdater(undefined, app);
    case 'mac':
      return new MacUpdater(undefined, app);
  }
}

/** {@link UpdateSource} by electron-updater, which is told only what a signed feed says. */
export class UpdateEngine implements UpdateSource {
  readonly #parts: EngineParts;
  readonly #updater: AppUpdater;
  readonly #downloads: DownloadedUpdateHelper;
  #feed: SignedFeed | undefined;
  #offered: UpdateInfo | undefined;
  #signal = new AbortController().signal;

  constructor(parts: EngineParts) {
    this.#parts = parts;
    const { kind, feed, key, app, executor, fetch, cacheFolder } = parts;
    const updater = makeUpdater(kind, app);
    this.#updater = updater;
    this.#downloads = new DownloadedUpdateHelper(cacheFolder);
    updater.logger = null;
    updater.autoDownload = false;
    // A person decides, and only while nothing stands in the way.
    updater.autoInstallOnAppQuit = false;
    updater.allowDowngrade = false;
    updater.disableWebInstaller = true;
    // One whole file with one checksum.
    updater.disableDifferentialDownload = true;
    updater.forceDevUpdateConfig = !app.isPackaged;
    // No part of its interface, but each has a field; its own would need app-update.yml and would make up a number
    // for this computer. tests/integration/update-engine.test.ts goes through all of them.
    Reflect.set(updater, 'httpExecutor', executor);
    Reflect.set(updater, 'downloadedUpdateHelper', this.#downloads);
    Reflect.set(updater, 'stagingUserIdPromise', { value: Promise.resolve('') });
    const makeFeed = (runtime: ProviderRuntimeOptions) => {
      const folder = new URL(feed.endsWith('/') ? feed : `${feed}/`);
      const extension = EXTENSIONS[kind];
      this.#feed = new SignedFeed({ folder, key, extension, fetch, signal: () => this.#signal }, runtime);
      return this.#feed;
    };
    updater.setFeedURL({
      provider: 'custom',
      updateProvider: class {
        constructor(_options: unknown, _updater: unknown, runtime: ProviderRuntimeOptions) {
          // biome-ignore lint/correctness/noConstructorReturn: electron-updater calls it with "new".
          return makeFeed(runtime);
        }
      },
    });
  }

  async look(signal: AbortSignal): Promise<string> {
    this.#signal = signal;
    try {
      const checked = await this.#updater.checkForUpdates();
      if (!checked) throw new Error('electron-updater does not run here');
      this.#offered = checked.isUpdateAvailable ? checked.updateInfo : undefined;
      // What was fetched before is installed now, or was withdrawn.
      if (!this.#offered) await this.#downloads.clear();
      return checked.updateInfo.version;
    } catch (thrown) {
      if (thrown instanceof Failure) throw thrown;
      throw failure('update-feed-invalid', messageOf(thrown));
    }
  }

  async fetch(onPercent: (percent: number) => void, signal: AbortSignal): Promise<void> {
    const { size } = this.#package().info;
    if (size === undefined) throw failure('update-feed-invalid', 'a package without its size');
    const token = new CancellationToken();
    let ended: Failure | undefined;
    const end = (reason: Failure) => {
      ended ??= reason;
      token.cancel();
    };
    const onAbort = () => end(failure('cancelled', 'the download of an update'));
    const stall = () => end(failure('update-interrupted', `no byte for ${STALLED_MS / 1000} s`));
    let stalled = setTimeout(stall, STALLED_MS);
    let received = 0;
    this.#parts.executor.onBytes = (count) => {
      received += count;
      clearTimeout(stalled);
      stalled = setTimeout(stall, STALLED_MS);
      if (received > size) end(failure('update-damaged', `more than ${size} bytes`));
      else if (!token.cancelled) onPercent(Math.floor((received / size) * 100));
    };
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      if (signal.aborted) throw failure('cancelled', 'the download of an update');
      await this.#clearUnfinished();
      await this.#updater.downloadUpdate(token);
      await this.recheck();
    } catch (thrown) {
      await this.#clearUnfinished();
      throw ended ?? this.#failureOf(thrown);
    } finally {
      clearTimeout(stalled);
      signal.removeEventListener('abort', onAbort);
      this.#parts.executor.onBytes = () => {};
    }
  }

  async recheck(): Promise<void> {
    const { file } = this.#downloads;
    const { sha512 } = this.#package().info;
    const found = file === null ? 'no file' : await sha512Of(file).catch(messageOf);
    if (found === sha512) return;
    await this.#downloads.clear();
    throw failure('update-damaged', found);
  }

  async install(): Promise<void> {
    const { app, leave } = this.#parts;
    await leave();
    const updater = this.#updater;
    if (updater instanceof BaseUpdater) {
      // Silent, and the app is started afterwards. Where that cannot be begun, the old one comes back and says so.
      if (!updater.install(true, true)) app.relaunch();
      app.quit();
      return;
    }
    updater.once('error', () => {
      app.relaunch();
      app.quit();
    });
    // macOS installs in the background, and ends this app then.
    updater.quitAndInstall();
  }

  #package() {
    if (!this.#feed || !this.#offered) throw failure('not-found', 'no update was found');
    return this.#feed.packageIn(this.#offered);
  }

  /** A crash, or Windows while a file is open, may have left a part of a package. */
  async #clearUnfinished(): Promise<void> {
    const folder = this.#downloads.cacheDirForPendingUpdate;
    const names = await readdir(folder).catch((): string[] => []);
    const unfinished = names.filter((name) => /^(?:\d-)?temp-/.test(name));
    await Promise.allSettled(
      unfinished.map((name) => rm(join(folder, name), { force: true, maxRetries: 5, retryDelay: 200 })),
    );
  }

  #failureOf(thrown: unknown): Failure {
    if (thrown instanceof Failure) return thrown;
    const code = thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
    const message = messageOf(thrown);
    if (code === 'ERR_CHECKSUM_MISMATCH' || code === 'ERR_UPDATER_INVALID_SIGNATURE')
      return failure('update-damaged', message);
    return failure(DISK_PROBLEMS.has(code) ? 'storage-failed' : 'update-interrupted', message);
  }
}

const messageOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));

async function sha512Of(file: string): Promise<string> {
  const hash = createHash('sha512');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}
