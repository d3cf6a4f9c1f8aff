import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from '@playwright/test';
import { type ErrorCode, STAGES } from '../../shared/errors.ts';
import type { PairingProgress, PairingRecord } from '../../shared/pairing.ts';
import { LANGUAGES, type Language } from '../../shared/settings.ts';
import type { Fault, SimulatedDevice } from '../simulator/device.ts';
import { issueCertificate } from '../simulator/pki.ts';
import { expectAccessible } from './accessibility.ts';
import { expect, type RunningApp, test } from './app.ts';
import { connection, enter, errorPanel, pair, pasteRootCa, picture, trustRootCa } from './steps.ts';

function filesIn(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true, encoding: 'utf8' })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('first run: trust, pair over WSS, restart, still paired and mTLS proved', async ({ app, device }) => {
  let page = await app.launch();
  await expect(page.getByRole('heading', { level: 1, name: 'Trust your Root CA' })).toBeVisible();
  await picture(page, 'root-ca');
  await pasteRootCa(page, device.rootCaPem);
  await expect(page.getByText('SHA-256 fingerprint')).toBeVisible();
  await picture(page, 'root-ca-check');
  await page.getByRole('button', { name: 'Trust this certificate' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'Pair a register' })).toBeVisible();
  const { code } = device;
  await page.getByLabel('Device address').fill(`${device.addresses.https} OR ${device.addresses.wss}`);
  await page.getByLabel('Connection code').fill(`${code.slice(0, 4).toLowerCase()} ${code.slice(4)}`);
  await page.getByLabel('POS ID').fill('123');
  await picture(page, 'pair');
  await page.getByRole('button', { name: 'Pair', exact: true }).click();

  await expect(page.getByRole('button', { name: 'Yes, this is the device' })).toBeVisible();
  await expect(page.getByText(device.serial).first()).toBeVisible();
  expect(device.received).toEqual([]);
  await picture(page, 'pair-confirm');
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();

  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  expect(device.screen).toBe('POS Activation Successful');
  expect(device.received[0]).toMatchObject({ transport: 'wss', json: { posId: '123', setupCode: code } });
  await picture(page, 'pair-success');
  await page.getByRole('button', { name: 'Done' }).click();
  await expect(page.getByText('mTLS proved').first()).toBeVisible();
  await picture(page, 'home');
  expect(await page.content()).not.toContain(code);

  page = await app.relaunch();
  await expect(page.getByRole('heading', { level: 2, name: '123' })).toBeVisible();
  const before = device.connections.length;
  await page.getByRole('button', { name: 'Check connection' }).click();
  await expect(page.locator('[data-connection-state="connected"]')).toBeVisible();
  await expect(page.getByText('Answered')).toBeVisible();
  const since = device.connections.slice(before);
  expect(since.some(({ clientSubject }) => clientSubject?.includes('123'))).toBe(true);
  // A check is quiet: no stranger is tried, and nothing is asked over the channel.
  expect(since.every(({ refused }) => refused === null)).toBe(true);

  await app.close();
  const files = filesIn(app.dataFolder);
  expect(files.some((file) => file.includes('pairings'))).toBe(true);
  for (const file of files) {
    const content = readFileSync(file, 'latin1');
    expect(content.includes('PRIVATE KEY'), `${file} holds a private key`).toBe(false);
    expect(content.includes(code), `${file} holds the setup code`).toBe(false);
  }
});

test('pairs over HTTPS with a certificate file, and forgets the code', async ({ app, device }) => {
  const page = await app.launch();
  const file = join(app.dataFolder, 'root-ca.json');
  writeFileSync(file, JSON.stringify({ certificateChain: device.rootCaPem }));
  const chooser = page.waitForEvent('filechooser');
  await page.getByRole('button', { name: 'Choose certificate file' }).click();
  await (await chooser).setFiles(file);
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  const { code } = device;
  await page.getByLabel('Device address').fill(device.addresses.https);
  // Typed as staff do it: filling in would leave a copy of the test's own in the page.
  await page.getByLabel('Connection code').focus();
  await page.keyboard.type(code);
  await page.getByLabel('POS ID').fill('Bar 2');
  await page.getByRole('button', { name: 'Pair', exact: true }).click();
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
  expect(device.received[0]).toMatchObject({ transport: 'https', json: { posId: 'Bar 2', setupCode: code } });

  // What is reachable in the page after use: neither the code nor a key.
  const client = await page.context().newCDPSession(page);
  const chunks: string[] = [];
  client.on('HeapProfiler.addHeapSnapshotChunk', ({ chunk }) => chunks.push(chunk));
  await client.send('HeapProfiler.takeHeapSnapshot', { reportProgress: false });
  const heap = chunks.join('');
  expect(heap).toContain('Bar 2');
  expect(heap).not.toContain('PRIVATE KEY-----');
  expect(heap.includes(`"${code}"`)).toBe(false);
});

test('a wrong code: says so, takes a new one, and pairs', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await enter(page, { address: device.addresses.wss, code: 'AAAA1111', posId: '7' });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(errorPanel(page, 'code-rejected')).toBeVisible();
  await expect(page.locator('[data-stage="send"]')).toHaveAttribute('data-state', 'failed');
  await picture(page, 'pair-wrong-code');
  expect(await page.content()).not.toContain('AAAA1111');
  await page.getByRole('button', { name: 'Enter a new code' }).click();
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await expect(page.getByLabel('Connection code')).toHaveValue('');
  await page.keyboard.type(device.code.toLowerCase());
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeVisible();
});

test('what is pasted lands in its field, wherever the focus is', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  const paste = async (text: string) => {
    await app.electron.evaluate(({ clipboard }, words) => clipboard.writeText(words), text);
    await page.getByRole('heading', { level: 1, name: 'Pair a register' }).click();
    await page.keyboard.press('ControlOrMeta+V');
  };
  await paste(' 8qw1-ys1d\n');
  await expect(page.getByLabel('Connection code')).toHaveValue('8QW1YS1D');
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await paste('https://192.168.178.67:8443 OR wss://192.168.178.67:8443');
  await expect(page.getByLabel('Device address')).toHaveValue(/192\.168\.178\.67:8443/);
  await expect(page.getByLabel('Connection code')).toHaveValue('8QW1YS1D');
  await paste('something else');
  await expect(page.getByLabel('Device address')).toHaveValue(/192\.168\.178\.67:8443/);
  await expect(page.getByLabel('Connection code')).toHaveValue('8QW1YS1D');
});

test('the time of a code runs out calmly, and is announced at 60 and 10 seconds', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await page.clock.install();
  await page.getByLabel('Connection code').fill(device.code);
  await expect(page.getByRole('timer')).toContainText(/[45]:\d\d/);
  const said = (words: string) => page.getByRole('status').filter({ hasText: words });
  await page.clock.fastForward('03:30');
  await expect(page.getByRole('timer')).toContainText(/1:[123]\d/);
  await expect(said('left for this code')).toHaveCount(0);
  await page.clock.fastForward('00:35');
  await expect(said('About one minute left')).toHaveCount(1);
  await page.clock.fastForward('00:50');
  await expect(said('About ten seconds left')).toHaveCount(1);
  await page.clock.fastForward('00:10');
  await expect(said('has probably expired')).toHaveCount(1);
  await page.getByRole('button', { name: 'Device shows a new code' }).click();
  await expect(page.getByLabel('Connection code')).toHaveValue('');
  await expect(page.getByLabel('Connection code')).toBeFocused();
  await expect(page.getByRole('timer')).toContainText(/[45]:\d\d/);
});

test('wrong input never reaches the network', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await enter(page, { address: 'http://192.168.178.67', code: '8QW1', posId: ' ' });
  await expect(page.getByLabel('Device address')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Connection code')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('POS ID')).toHaveAttribute('aria-invalid', 'true');
  await expect(page.getByLabel('Device address')).toBeFocused();
  expect(device.connections).toEqual([]);
});

test('can be cancelled, and the other device is turned away', async ({ app, device }) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('silence');
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await page.getByRole('button', { name: 'Cancel' }).click();
  await expect(errorPanel(page, 'cancelled')).toBeVisible();

  device.setFault('none');
  await page.getByRole('button', { name: 'Try again' }).click();
  await expect(page.getByRole('button', { name: 'Yes, this is the device' })).toBeVisible();
  await page.getByRole('button', { name: 'No, stop here' }).click();
  await expect(errorPanel(page, 'identity-rejected')).toBeVisible();
  expect(device.received).toEqual([]);
});

// Chromium's TLS library words its errors differently from Node's: what the tests in plain Node prove must hold
// in the real app as well.
test('the real app names each fault', async ({ app, device }) => {
  test.setTimeout(180_000);
  const expected: [Fault, ErrorCode][] = [
    ['wrong-issuer', 'device-issuer-unknown'],
    ['self-signed', 'device-issuer-unknown'],
    ['leaf-only', 'device-issuer-unknown'],
    ['expired', 'device-certificate-expired'],
    ['not-yet-valid', 'device-certificate-not-yet-valid'],
    ['no-server-auth-eku', 'device-certificate-purpose'],
    ['no-identity', 'device-identity-missing'],
    ['tls-1.1', 'tls-too-old'],
    ['plain-http', 'plain-http'],
    ['garbage', 'not-tls'],
    ['close-after-request', 'no-answer'],
    ['oversized', 'answer-too-large'],
    ['weak-key', 'credentials-weak-key'],
    // Chromium's library does not know such small curves at all.
    ['weak-ec-key', 'credentials-weak-key'],
    ['mismatched-key', 'credentials-key-mismatch'],
    ['mtls-refused-alert', 'mtls-refused'],
  ];
  const page = await app.launch();
  await trustRootCa(page, device);
  for (const [fault, code] of expected) {
    await test.step(fault, async () => {
      device.setFault(fault);
      device.rotateCode();
      device.clearJournal();
      await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
      const question = page.getByRole('button', { name: 'Yes, this is the device' });
      const alert = page.getByRole('alert');
      await expect(question.or(alert)).toBeVisible();
      const sent = await question.isVisible();
      if (sent) await question.click();
      await expect(errorPanel(page, code)).toBeVisible();
      expect(device.hasReceived(device.code)).toBe(sent);
      await page
        .getByRole('button', { name: 'Change details' })
        .or(page.getByRole('button', { name: 'Back to the form' }))
        .first()
        .click();
    });
  }
});

test('TLS only is not celebrated: says who can change it and where, and checks again', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('tls-only');
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await page.getByRole('button', { name: 'Yes, this is the device' }).click();
  await expect(
    page.getByRole('heading', { level: 1, name: 'Paired, but not fully protected' }),
  ).toBeFocused();
  await expect(page.getByText('does not check client certificates (TLS only)')).toBeVisible();
  await expect(page.getByText('Acceptance Devices → Customizations → Security')).toBeVisible();
  await expect(page.locator('.mark-success')).toHaveCount(0);
  await expect(page.getByRole('heading', { name: 'Register paired' })).toHaveCount(0);
  await picture(page, 'pair-tls-only');
  device.setFault('none');
  await page.getByRole('button', { name: 'Check again' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeFocused();
  await expect(page.locator('.mark-success')).toHaveCount(1);
});

/** The main process says this of the attempt that is under way. */
const tell = (app: RunningApp, progress: Omit<PairingProgress, 'stages'>) =>
  app.electron.evaluate(
    ({ BrowserWindow }, push) => BrowserWindow.getAllWindows()[0]?.webContents.send('pos:push', push),
    {
      type: 'pairing-progress',
      progress: {
        ...progress,
        stages: STAGES.map((stage) => ({ stage, state: stage === 'prove' ? 'needs-you' : 'done' })),
      },
    },
  );

/** An attempt under way in the page, answered by the test from now on; the calls of the page are kept. */
async function heldAttempt(app: RunningApp, device: SimulatedDevice): Promise<string> {
  const { page } = app;
  await trustRootCa(page, device);
  await app.electron.evaluate(({ ipcMain }, attemptId) => {
    const calls: string[] = [];
    Object.assign(globalThis, { calls });
    ipcMain.removeHandler('pos:call');
    ipcMain.handle('pos:call', (_event, method: string) => {
      calls.push(method);
      return method === 'getState'
        ? { ok: false, error: { code: 'internal', detail: '' } }
        : { ok: true, value: method === 'startPairing' ? { attemptId } : null };
    });
  }, ATTEMPT);
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '123' });
  await expect(page.getByRole('heading', { level: 1, name: 'Pairing in progress' })).toBeVisible();
  return ATTEMPT;
}

const ATTEMPT = '6b9e2f1c-8a34-4b77-9d0e-1f2a3b4c5d6e';
const AT = '2026-01-15T10:24:00.000Z';
const certificate = {
  subject: 'CN=x',
  issuer: 'CN=y',
  serialNumber: '01',
  validFrom: AT,
  validTo: AT,
  fingerprint256: 'AA',
  key: 'RSA 2048',
};
const pairedRecord: PairingRecord = {
  id: '7c0f3a2d-9b45-4c88-8e1f-2a3b4c5d6e7f',
  posId: '123',
  name: '',
  watchLive: false,
  address: { host: '192.168.178.67', port: 8443 },
  transport: 'wss',
  identity: { kind: 'serial', serial: '1850012345' },
  pairedAt: AT,
  proved: false,
  protection: null,
  deviceCertificate: certificate,
  clientCertificate: certificate,
  clientIssuer: certificate,
  trustAnchorFingerprint256: 'BB',
  credentialNotes: [],
  lastCheck: null,
};
const provedRecord: PairingRecord = {
  ...pairedRecord,
  proved: true,
  protection: 'mtls',
  lastCheck: { result: 'mtls', at: AT, tlsVersion: 'TLSv1.3', cipher: 'X', roundTripMs: 2, depth: 'full' },
};

test('waits calmly for the device to be connected, and turns green by itself', async ({ app, device }) => {
  const page = await app.launch();
  const attemptId = await heldAttempt(app, device);
  await tell(app, { attemptId, waiting: { since: AT, until: AT } });
  const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true });
  await expect(heading('Paired. Now connect the device')).toBeFocused();
  await expect(page.getByRole('alert')).toHaveCount(0);
  await expect(page.locator('.tap')).toContainText(['Tap Close', 'Open Device Status', 'Tap Connect Device']);
  await expect(page.getByText('it must say “Device connected”')).toBeVisible();
  await expect(page.getByText(/The app tries by itself\. Last try at \d/)).toBeVisible();
  await expect(page.getByRole('status').filter({ hasText: 'tap Close, open Device Status' })).toHaveCount(1);
  await picture(page, 'pair-waiting');
  await expectAccessible(page, 'Waiting for the device');
  await tell(app, {
    attemptId,
    waiting: { since: AT, until: AT, error: { code: 'connection-refused', detail: '' } },
  });
  await expect(page.getByText('The device is there, but it accepts no connections')).toBeVisible();
  await expect(page.getByRole('alert')).toHaveCount(0);

  await tell(app, { attemptId, outcome: { kind: 'paired', pairing: provedRecord } });
  await expect(heading('Register paired')).toBeFocused();
  await expect(page.getByRole('status').filter({ hasText: 'Register paired.' })).toHaveCount(1);
  await expect(page.getByText('The secure connection is proved')).toBeVisible();
  // Whether payments work is not known yet, so it is not claimed.
  await expect(page.getByText('payments')).toHaveCount(0);
});

test('is finished later: the same taps, and the way to the device’s page', async ({ app, device }) => {
  const page = await app.launch();
  const attemptId = await heldAttempt(app, device);
  await tell(app, { attemptId, waiting: { since: AT, until: AT } });
  await page.getByRole('button', { name: 'Finish later' }).click();
  await expect
    .poll(() => app.electron.evaluate(() => (globalThis as { calls?: string[] }).calls?.at(-1)))
    .toBe('finishPairingLater');
  await tell(app, { attemptId, outcome: { kind: 'waiting', pairing: pairedRecord } });
  const later = page.getByRole('heading', { level: 1, name: 'Paired. The device is still to be connected' });
  await expect(later).toBeFocused();
  await expect(page.locator('.tap')).toHaveCount(3);
  await expect(page.getByRole('alert')).toHaveCount(0);
  await picture(page, 'pair-later');
  await expectAccessible(page, 'Finished later');
  // Proved by the schedule meanwhile: green by itself here as well.
  await app.electron.evaluate(
    ({ BrowserWindow }, pairing) =>
      BrowserWindow.getAllWindows()[0]?.webContents.send('pos:push', { type: 'pairing-changed', pairing }),
    provedRecord,
  );
  await expect(page.getByRole('heading', { level: 1, name: 'Register paired' })).toBeFocused();
});

test('of a device under another Root CA the address is corrected; the Root CA is two taps away', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  device.setFault('wrong-issuer');
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  await expect(errorPanel(page, 'device-issuer-unknown')).toBeVisible();
  await picture(page, 'pair-other-root-ca');
  await page.getByRole('button', { name: 'For your IT' }).click();
  await expect(page.getByRole('alertdialog')).toContainText('only when your company has a new Root CA');
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: 'Correct the address' }).click();
  await expect(page.getByLabel('Device address')).toBeFocused();
});

const SMALL = { width: 1024, height: 600 };
/** The size of a register's screen. */
async function small(app: RunningApp): Promise<void> {
  await app.electron.evaluate(({ BrowserWindow }, { width, height }) => {
    BrowserWindow.getAllWindows()[0]?.setContentSize(width, height);
  }, SMALL);
  await expect.poll(() => app.page.evaluate(() => window.innerHeight)).toBe(SMALL.height);
}
const speak = (page: Page, language: Language) =>
  page.evaluate((choice) => window.pos.call('updateSettings', { language: choice }), language);

test('on a small screen the form fits, and an address is read whole, in every language', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await small(app);
  await page.getByLabel('Device address').fill('192.168.178.67:8443');
  for (const language of LANGUAGES) {
    await speak(page, language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    const input = page.locator('.address-row input');
    const { clipped, overflow } = await input.evaluate((element) => ({
      clipped: element.scrollWidth - element.clientWidth,
      overflow: document.documentElement.scrollHeight - window.innerHeight,
    }));
    expect(clipped, `address in ${language}`).toBeLessThanOrEqual(0);
    expect(overflow, `form in ${language}`).toBeLessThanOrEqual(0);
  }
});

test('on a small screen the likeliest cause and its button are seen at once, in every language', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  await trustRootCa(page, device);
  await small(app);
  await device.stop();
  await enter(page, { address: device.addresses.wss, code: device.code, posId: '7' });
  const panel = errorPanel(page, 'connection-refused');
  await expect(panel).toContainText('open POS Setup, then Generate Code');
  await picture(page, 'pair-refused');
  for (const language of LANGUAGES) {
    await speak(page, language);
    await expect(page.locator('html')).toHaveAttribute('lang', language);
    const bottom = await panel
      .locator('.button-primary')
      .evaluate((button) => button.getBoundingClientRect().bottom);
    const bar = await page.locator('.action-bar').evaluate((element) => element.getBoundingClientRect().top);
    expect(bottom, language).toBeLessThanOrEqual(bar);
  }
});

test('without real encryption the app refuses to store anything', async ({ app, device }) => {
  const page = await app.launch({ keyring: 'none' });
  await trustRootCa(page, device);
  await expect(errorPanel(page, 'storage-unavailable')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Pair', exact: true })).toBeDisabled();
  // Not the name of the computer that takes the picture.
  await page.getByLabel('POS ID').fill('7');
  await picture(page, 'pair-no-key-store');
  // Even when the page is got round, the main process refuses before it connects.
  const outcome = await page.evaluate(
    async ({ address, code }) => {
      const ended = new Promise((resolve) => {
        window.pos.onPush((push) => {
          if (push.type === 'pairing-progress' && push.progress.outcome) resolve(push.progress.outcome);
        });
      });
      await window.pos.call('startPairing', {
        address,
        code,
        posId: '7',
        transport: 'wss',
        serial: '',
        serialSource: 'typed',
        replaces: null,
        allowSwap: false,
      });
      return ended;
    },
    { address: device.addresses.wss, code: device.code },
  );
  expect(outcome).toMatchObject({ kind: 'failed', error: { code: 'storage-unavailable' } });
  expect(device.connections).toEqual([]);
});

test('a Root CA: wrong files are explained, and without it a pairing is not recognised', async ({
  app,
  device,
}) => {
  const page = await app.launch();
  const leaf = await issueCertificate({ commonName: 'device', issuer: device.pki.root });
  await pasteRootCa(page, leaf.certificatePem);
  await expect(errorPanel(page, 'root-ca-not-ca')).toBeVisible();
  await picture(page, 'root-ca-wrong');
  await page.getByRole('textbox', { name: 'Certificate text' }).fill(device.rootCaPem);
  await page.getByRole('button', { name: 'Read certificate' }).click();
  await page.getByRole('button', { name: 'Trust this certificate' }).click();
  await pair(page, device, 'wss', 'Bar 2');
  await page.getByRole('button', { name: 'Done' }).click();

  await page.getByRole('button', { name: /^Root CA/ }).click();
  await page.getByRole('button', { name: /^Remove Simulated/ }).click();
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toContainText('1 pairing belongs to it');
  await dialog.getByRole('button', { name: 'Remove Root CA' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Trust your Root CA' })).toBeFocused();
  await page.getByRole('button', { name: 'Back' }).click();
  // Without being asked, it is checked again.
  await expect(connection(page, 'failed')).toBeVisible();
  await page.getByRole('link', { name: 'Bar 2' }).click();
  await expect(errorPanel(page, 'root-ca-missing')).toBeVisible();
  await picture(page, 'home-check-failed');
});

test('a damaged file is set aside and the user is told', async ({ app, device }) => {
  let page = await app.launch();
  await trustRootCa(page, device);
  await pair(page, device, 'wss', '7');
  await app.close();
  const file = filesIn(app.dataFolder).find((name) => name.includes('pairings')) ?? '';
  writeFileSync(file, '{"version":1,');
  page = await app.launch();
  await expect(page.getByText('was damaged and has been set aside')).toBeVisible();
  expect(filesIn(app.dataFolder).filter((name) => name.includes('.damaged-'))).toHaveLength(1);
});
