import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { test as base, type ElectronApplication, expect, type Page } from '@playwright/test';
import { electronFlags } from '../../scripts/desktop-session.ts';
import { ensureElectron } from '../../scripts/electron-runtime/ensure.ts';
import { type Keyring, launchForPlaywright } from '../../scripts/launch.ts';
import type { Account } from '../../shared/account.ts';
import type { SimulatedDevice } from '../simulator/device.ts';
import { TEST_ACCOUNT } from '../support/account.ts';
import { startSteadyDevice as startSimulatedDevice } from '../support/steady-device.ts';
import { ownDisplay } from './display.ts';

const ROOT = resolve(import.meta.dirname, '../..');
/** More than the app itself gives its goodbyes, on a computer that is busy. */
const ENDS_WITHIN_MS = 20_000;

export interface LaunchOptions {
  readonly keyring?: Keyring;
  /** Further arguments of the app itself. */
  readonly flags?: readonly string[];
  /** Another account than the one that pictures show, or a home folder on another file system. */
  readonly account?: Partial<Account> & { readonly fileSystem?: number };
  /** Further variables of its environment. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The app in a real Electron, over a data folder of its own. */
export class RunningApp {
  readonly dataFolder = mkdtempSync(join(tmpdir(), 'pos-pairing-e2e-'));
  /** Whatever the page or the main process complained about. */
  readonly complaints: string[] = [];
  #electron: ElectronApplication | undefined;
  /** Asked for at once: of an app that has ended Playwright tells nothing. */
  #process: ChildProcess | undefined;
  #page: Page | undefined;

  get page(): Page {
    if (!this.#page) throw new Error('The app has not been launched.');
    return this.#page;
  }

  get electron(): ElectronApplication {
    if (!this.#electron) throw new Error('The app has not been launched.');
    return this.#electron;
  }

  /** `keyring: 'none'` starts the app where the system offers no real encryption. */
  async launch(options: LaunchOptions = {}): Promise<Page> {
    await this.launchUnseen(options);
    this.#page = await this.electron.firstWindow();
    this.#page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') this.complaints.push(message.text());
    });
    this.#page.on('pageerror', (error) => this.complaints.push(String(error)));
    return this.#page;
  }

  /** For an app that may open no window. */
  async launchUnseen({ keyring, flags = [], account, env }: LaunchOptions = {}): Promise<void> {
    const own = [
      `--user-data-dir=${this.dataFolder}`,
      `--account=${JSON.stringify({ ...TEST_ACCOUNT, ...account })}`,
    ];
    this.#electron = await launchForPlaywright([...own, ...flags], keyring, env);
    this.#process = this.#electron.process();
    this.#process.stderr?.on('data', (data: Buffer) => {
      for (const line of data.toString().split('\n')) {
        if (/UnhandledPromiseRejection|Uncaught|TypeError|ReferenceError/.test(line))
          this.complaints.push(line);
      }
    });
  }

  /** Starts the app again over the same data folder; resolves with the exit status. */
  async launchSecond(): Promise<number | null> {
    const { executable } = await ensureElectron();
    const second = spawn(executable, [...electronFlags(), ROOT, `--user-data-dir=${this.dataFolder}`], {
      stdio: 'ignore',
    });
    return new Promise((resolve) => second.once('exit', resolve));
  }

  /** Quits the app. One that does not end is killed, lest it hold up all tests after it, and fails this one. */
  async close(): Promise<void> {
    const electron = this.#electron;
    const started = this.#process;
    this.#electron = undefined;
    this.#process = undefined;
    this.#page = undefined;
    if (!electron) return;
    let isKilled = false;
    const patience = setTimeout(() => {
      isKilled = true;
      started?.kill('SIGKILL');
    }, ENDS_WITHIN_MS);
    await electron.close().finally(() => clearTimeout(patience));
    expect(isKilled, 'the app ends when it is told to quit').toBe(false);
  }

  async relaunch(options: LaunchOptions = {}): Promise<Page> {
    await this.close();
    return this.launch(options);
  }

  async dispose(): Promise<void> {
    await this.close();
    // On Windows the system lets go of files only after the last process of the app has ended.
    rmSync(this.dataFolder, { recursive: true, force: true, maxRetries: 20 });
  }
}

/** `app` is not launched yet: a test decides about flags. Complaints of the page fail the test. */
export const test = base.extend<
  { app: RunningApp; device: SimulatedDevice },
  { display: string | undefined }
>({
  display: [
    // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the fixtures a fixture needs from this pattern.
    async ({}, use) => {
      const close = await ownDisplay();
      await use(process.env['DISPLAY']);
      await close();
    },
    { scope: 'worker', auto: true },
  ],
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  app: async ({}, use) => {
    const app = new RunningApp();
    await use(app);
    await app.dispose();
    expect(app.complaints).toEqual([]);
  },
  // biome-ignore lint/correctness/noEmptyPattern: as above.
  device: async ({}, use) => {
    const device = await startSimulatedDevice();
    await use(device);
    await device.stop();
  },
});
export { expect };
