import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from './app.ts';

test('a fault that nobody caught is reported and does not end the app', async ({ app }) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const reports: string[] = [];
  app.electron.process().stderr?.on('data', (data: Buffer) => reports.push(data.toString()));
  await app.electron.evaluate(() => {
    setTimeout(() => {
      throw new Error('thrown in a timer');
    });
    void Promise.reject(
      new Error('rejected with -----BEGIN PRIVATE KEY-----\nTUlJ\n-----END PRIVATE KEY-----'),
    );
  });
  await expect.poll(() => reports.join('')).toContain('thrown in a timer');
  await expect.poll(() => reports.join('')).toContain('rejected with');
  expect(reports.join('')).not.toContain('TUlJ');
  const state = await page.evaluate(() => window.pos.call('getState', null));
  expect(state.ok).toBe(true);
});

test('a page that crashes is loaded again, and not for ever', async ({ app }) => {
  const page = await app.launch();
  // A page that is still loading would tell of its end in the middle of the crash.
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const asked = await app.electron.evaluate(async ({ app: electronApp, BrowserWindow, dialog }) => {
    const messages: string[] = [];
    dialog.showMessageBox = (async (options: { message: string }) => {
      messages.push(options.message);
      return { response: 0, checkboxChecked: false };
    }) as typeof dialog.showMessageBox;
    let quits = 0;
    const quit = electronApp.quit.bind(electronApp);
    electronApp.quit = () => {
      quits += 1;
    };
    const [window] = BrowserWindow.getAllWindows();
    if (!window) throw new Error('no window');
    const { webContents } = window;
    const crash = () =>
      new Promise<void>((resolve) => {
        webContents.once('render-process-gone', () => resolve());
        webContents.forcefullyCrashRenderer();
      });
    const loaded = () => new Promise<void>((resolve) => webContents.once('did-finish-load', () => resolve()));
    for (let times = 0; times < 2; times += 1) {
      await crash();
      await loaded();
    }
    await crash();
    await new Promise((resolve) => setTimeout(resolve, 200));
    electronApp.quit = quit;
    return { messages, quits };
  });
  expect(asked).toEqual({ messages: ['The window stopped working several times'], quits: 1 });
});

test('a data folder keeps its upper-case letters', async ({ app }) => {
  const folder = join(app.dataFolder, 'Kasse-EINS');
  await app.launch({ flags: [`--user-data-dir=${folder}`] });
  await expect.poll(() => existsSync(join(folder, 'vault'))).toBe(true);
});
