import { expect, test } from './app.ts';

test('the page is locked in', async ({ app }) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  expect(page.url()).toBe('app://pos/index.html');

  const seen = await page.evaluate(async () => {
    const fails = async (work: () => unknown) => {
      try {
        const value = await work();
        return value === null || value === undefined || value === false;
      } catch {
        return true;
      }
    };
    const policy = (await fetch('app://pos/index.html').catch(() => null))?.headers.get(
      'content-security-policy',
    );
    return {
      node:
        typeof (globalThis as Record<string, unknown>)['require'] +
        typeof (globalThis as Record<string, unknown>)['process'],
      api: Object.keys(window.pos).sort(),
      policy,
      windowOpenFails: await fails(() => window.open('https://example.com')),
      fetchFails: await fails(() => fetch('https://127.0.0.1:9/')),
      notificationPermission: await navigator.permissions
        .query({ name: 'notifications' })
        .then(({ state }) => state),
      geolocationFails: await fails(
        () => new Promise((resolve, reject) => navigator.geolocation.getCurrentPosition(resolve, reject)),
      ),
    };
  });
  expect(seen).toMatchObject({
    node: 'undefinedundefined',
    api: ['call', 'onPush'],
    windowOpenFails: true,
    fetchFails: true,
    notificationPermission: 'denied',
    geolocationFails: true,
  });

  // Outside of the debugger's own evaluation, which is exempt from the policy.
  await page.evaluate(() => {
    setTimeout('window.evaluated = true');
    const script = document.createElement('script');
    script.textContent = 'window.inlined = true';
    document.body.append(script);
  });
  await page.waitForTimeout(100);
  expect(await page.evaluate(() => ['evaluated' in window, 'inlined' in window])).toEqual([false, false]);

  await page.evaluate(() => {
    location.href = 'https://example.com/';
  });
  await page.waitForTimeout(300);
  expect(page.url()).toBe('app://pos/index.html');
  expect(app.electron.windows()).toHaveLength(1);

  const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
    const [window] = BrowserWindow.getAllWindows();
    const contents = window?.webContents as unknown as
      | { getLastWebPreferences(): Record<string, unknown> }
      | undefined;
    return contents?.getLastWebPreferences();
  });
  expect(preferences).toMatchObject({ sandbox: true, contextIsolation: true, nodeIntegration: false });
  // The violations were provoked above.
  app.complaints.length = 0;
});

test('the main process answers only what the contract allows', async ({ app }) => {
  const page = await app.launch();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  const answers = await page.evaluate(async () => {
    const call = window.pos.call as unknown as (method: string, request: unknown) => Promise<unknown>;
    return [
      await call('readFile', { path: '/etc/passwd' }),
      await call('constructor', null),
      await call('startPairing', { address: 5 }),
      await call('previewRootCa', { bytes: 'not bytes' }),
      await call('checkConnection', { pairingId: '../../x' }),
      await call('checkConnection', { pairingId: '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e' }),
    ];
  });
  const code = (expected: string) => ({ ok: false, error: { code: expected } });
  expect(answers).toMatchObject([
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('invalid-request'),
    code('not-found'),
  ]);
});

test('a second start only brings the first window to the front', async ({ app }) => {
  await app.launch();
  const second = await app.launchSecond();
  expect(second).toBe(0);
  expect(app.electron.windows()).toHaveLength(1);
});
