import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import type { z } from 'zod';
import { DOCUMENTS, errorDocumentSchema } from '../../electron/cli/documents.ts';
import { createCa, issueCertificate } from '../simulator/pki.ts';
import { till } from '../support/bridge-rig.ts';
import { startRootCaService } from '../support/root-ca-service.ts';
import { expect, test } from './app.ts';
import { type CliOptions, cli, startCli } from './command-line.ts';

const PASSWORD = 'correct-horse-battery';
const TOKEN = 'a'.repeat(43);
const SHARED = 'yBJxy6LjM2TmcPGu+GaJrHtkke25fPpUX+UY6/L/1tE=';

const onWindows = process.platform === 'win32';

/** A command over a data folder; its document, which is all there is on standard output. */
function inFolder(dataFolder: string) {
  return async (args: readonly string[], options: CliOptions = {}) => {
    const run = await cli([...args, '--json', `--user-data-dir=${dataFolder}`], options);
    return { ...run, document: JSON.parse(run.out) as unknown };
  };
}

test('a register is set up, looked after and removed without a window or a display', async ({
  app,
  device,
}) => {
  const run = inFolder(app.dataFolder);
  const early = await run(['status']);
  expect(early).toMatchObject({ exit: 0, document: [] });

  const root = await run(['trust-root', '-'], { stdin: device.rootCaPem });
  expect(DOCUMENTS['trust-root'].parse(root.document).rootCas).toHaveLength(1);

  const code = join(app.dataFolder, 'code');
  writeFileSync(code, device.code);
  const pair = ['pair', `--address=${device.addresses.wss}`, '--pos-id=POS-1', `--serial=${device.serial}`];
  const paired = onWindows
    ? await run([...pair, '--code-stdin'], { stdin: device.code })
    : await run([...pair, '--code-fd=3'], { fd3: code });
  expect(paired).toMatchObject({ exit: 0, document: { outcome: 'paired', state: 'connected' } });
  expect(paired.err).toContain('prove');

  const status = await run(['status']);
  expect(DOCUMENTS.status.parse(status.document)).toMatchObject([
    { posId: 'POS-1', serial: device.serial, lastCheck: { result: 'mtls' } },
  ]);
  expect(await run(['check', '--full'])).toMatchObject({ exit: 0, document: [{ state: 'connected' }] });
  const kit = await run(
    ['export', '--pos-id=POS-1', '--format=p12', `--out=${join(app.dataFolder, 'kit')}`, '--password-stdin'],
    { stdin: `${PASSWORD}\n` },
  );
  expect(kit.exit).toBe(0);
  expect(existsSync(join(app.dataFolder, 'kit', 'connection.json'))).toBe(true);
  expect(await run(['doctor', '--pos-id=POS-1'])).toMatchObject({ exit: 0 });
  const found = await run(['find', '--port', String(device.port)], {
    flags: ['--search-range=127.0.0.1/32'],
  });
  expect(found).toMatchObject({ exit: 0, document: { found: [{ serial: device.serial }] } });
  const history = DOCUMENTS.history.parse((await run(['history'])).document);
  expect(history.map(({ kind }) => kind)).toEqual(expect.arrayContaining(['paired', 'exported']));
  expect(await run(['remove', '--pos-id=POS-1'])).toMatchObject({ exit: 0 });
  expect(await run(['status'])).toMatchObject({ exit: 0, document: [] });
  const gone = await run(['remove', '--pos-id=POS-1']);
  expect([gone.exit, errorDocumentSchema.parse(gone.document).error.code]).toEqual([9, 'no-such-pairing']);
});

test('secrets in arguments are refused and not repeated', async ({ app, device }) => {
  const run = inFolder(app.dataFolder);
  const args = ['pair', '--address=127.0.0.1', '--pos-id=P', `--serial=${device.serial}`];
  for (const given of [[`--code=${device.code}`], ['--code', device.code], [device.code]]) {
    const { exit, out, err } = await run([...args, ...given]);
    expect(exit).toBe(2);
    expect(`${out}${err}`).not.toContain(device.code);
  }
  const help = await cli(['pair', '--help']);
  expect(help).toMatchObject({ exit: 0, out: expect.stringContaining('--code-stdin') });
});

test('the app that is open does the work, and shows it', async ({ app, device }) => {
  const page = await app.launch();
  const run = inFolder(app.dataFolder);
  // Commands are taken soon after the first screen; one that comes before waits.
  await expect.poll(() => existsSync(join(app.dataFolder, 'commands', 'endpoint.json'))).toBe(true);
  const { path } = JSON.parse(readFileSync(join(app.dataFolder, 'commands', 'endpoint.json'), 'utf8'));
  if (onWindows) expect(path).toMatch(/^\\\\\.\\pipe\\/);
  else {
    expect(statSync(join(app.dataFolder, 'commands')).mode & 0o777).toBe(0o700);
    expect(statSync(join(app.dataFolder, 'commands', 'endpoint.json')).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  }

  expect((await run(['trust-root', '-'], { stdin: device.rootCaPem })).exit).toBe(0);
  const pair = ['pair', `--address=${device.addresses.wss}`, '--pos-id=POS-CLI', `--serial=${device.serial}`];
  const paired = await run([...pair, '--code-stdin'], { stdin: device.code });
  expect(paired).toMatchObject({ exit: 0, document: { outcome: 'paired' } });
  await page.getByRole('link', { name: 'Devices', exact: true }).click();
  await expect(page.getByText('POS-CLI').first()).toBeVisible();
  // It knows by itself what it has checked.
  expect(await run(['status'])).toMatchObject({ exit: 0, document: [{ state: 'connected' }] });

  const kit = join(app.dataFolder, 'kit');
  const args = ['export', '--pos-id=POS-CLI', '--format=pem', `--out=${kit}`, '--password-stdin'];
  expect((await run(args, { stdin: PASSWORD })).exit).toBe(0);
  const again = await run(args, { stdin: PASSWORD });
  expect([again.exit, errorDocumentSchema.parse(again.document).error.code]).toEqual([
    6,
    'export-folder-exists',
  ]);

  await page.evaluate(() => window.pos.call('setManagerPin', { pin: '295713' }));
  expect((await run(['remove', '--pos-id=POS-CLI'])).exit).toBe(8);
  expect((await run(['remove', '--pos-id=POS-CLI', '--pin-stdin'], { stdin: '295713\n' })).exit).toBe(0);
  await expect(page.getByText('POS-CLI')).toHaveCount(0);
  // Nobody asked for a second window.
  expect(app.electron.windows()).toHaveLength(1);
});

test('a bridge is served as a service, and other commands go on beside it', async ({ app, device }) => {
  const run = inFolder(app.dataFolder);
  await run(['trust-root', '-'], { stdin: device.rootCaPem });
  const pair = ['pair', `--address=${device.addresses.wss}`, '--pos-id=P', `--serial=${device.serial}`];
  await run([...pair, '--code-stdin'], { stdin: device.code });

  const serve = async (flags: readonly string[]) => {
    const service = await startCli(
      ['bridge', '--pos-id=P', '--token-stdin', '--json', `--user-data-dir=${app.dataFolder}`],
      { flags },
    );
    service.stdin?.end(`${TOKEN}\n`);
    const events: z.infer<typeof DOCUMENTS.bridge>[] = [];
    const lines = createInterface({ input: service.stdout ?? new PassThrough() });
    lines.on('line', (line) => events.push(DOCUMENTS.bridge.parse(JSON.parse(line))));
    const exited = once(service, 'close');
    await once(lines, 'line');
    const [first] = events;
    if (first?.event !== 'listening') throw new Error(JSON.stringify(first));
    return { port: first.port, events, exited, end: () => service.kill('SIGTERM') };
  };

  const service = await serve(['--ozone-platform=headless']);
  const visitor = till(service.port, TOKEN);
  await visitor.opened();
  expect(await run(['status'])).toMatchObject({ exit: 0, document: [{ state: 'till-connected' }] });
  service.end();
  const [exit] = await service.exited;
  // Windows has no signal that asks: it ends the process.
  if (!onWindows) {
    expect(exit).toBe(0);
    expect(service.events.at(-1)).toEqual({ event: 'ended', reason: 'asked' });
  }
  expect((await visitor.ended).code).toBeGreaterThan(1000);
  // The data folder is free again.
  expect(await run(['status'])).toMatchObject({ exit: 0, document: [{ posId: 'P' }] });

  // Without the switch it serves in a second process, which ends with the first.
  const other = await serve([]);
  const again = till(other.port, TOKEN);
  await again.opened();
  other.end();
  expect((await again.ended).code).toBeGreaterThan(1000);
  expect((await run(['status'])).exit).toBe(0);

  // A window waits until the service has ended.
  const last = await serve([]);
  await app.launchUnseen();
  expect(app.electron.windows()).toEqual([]);
  last.end();
  const page = await app.electron.firstWindow();
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
});

test('the Root CA comes from the REST service, by the certificates this computer trusts', async ({
  app,
  device,
}) => {
  const issuer = await createCa({ commonName: 'Web CA' });
  const site = await issueCertificate({
    commonName: 'localhost',
    issuer,
    dnsNames: ['localhost'],
    extendedKeyUsage: ['serverAuth'],
  });
  const service = await startRootCaService({
    key: site.privateKeyPem,
    certificate: site.certificatePem,
    merchantId: 'merchant-1',
    keyId: 'key-1',
    sharedSecret: SHARED,
    certificateChain: device.rootCaPem,
  });
  try {
    const run = inFolder(app.dataFolder);
    const args = [
      'trust-root',
      `--from-api=${service.host}`,
      '--merchant=merchant-1',
      '--key-id=key-1',
      '--secret-stdin',
    ];
    const stranger = await run(args, { stdin: SHARED });
    expect([stranger.exit, errorDocumentSchema.parse(stranger.document).error.code]).toEqual([
      4,
      'service-untrusted',
    ]);
    expect(service.seen).toEqual([]);
    // As if this computer trusted the certificate; an installed app refuses the switch.
    const flags = ['--ignore-certificate-errors'];
    const trusted = await run(args, { stdin: SHARED, flags });
    expect(trusted).toMatchObject({ exit: 0, document: { rootCas: [{ isNew: true }] } });
    const refused = await run(args, { stdin: 'AAAA', flags });
    expect(refused.exit).toBe(5);
    await app.launch({ flags });
    expect(await run(args, { stdin: SHARED })).toMatchObject({
      exit: 0,
      document: { rootCas: [{ isNew: false }] },
    });
  } finally {
    await service.stop();
  }
  const away = await inFolder(app.dataFolder)(
    ['trust-root', '--from-api=localhost:9', '--merchant=m', '--key-id=k', '--secret-stdin'],
    { stdin: SHARED },
  );
  expect(away.exit).toBe(3);
});
