import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request as requestHttps } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { promisify } from 'node:util';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { STRANGER_ANSWER_NAMES } from './alert-gate.ts';
import { SECOND_CHANNEL_POLICIES } from './channel-policies.ts';
import {
  type Channel,
  failureOf,
  identityIn,
  openTls,
  openWebSocket,
  pairedIdentity,
  pairingBody,
  pairOverHttps,
  peerCertificate,
  pemBlocks,
  request,
} from './clients.ts';
import {
  createVendorPki,
  SECOND_CHANNEL_POLICY_NAMES,
  type SimulatedDevice,
  type SimulatedDeviceOptions,
  startSimulatedDevice,
  type VendorPki,
} from './device.ts';

/** What real devices are known to do, and the simulated one does by default or on demand. */

let pki: VendorPki;
const running: SimulatedDevice[] = [];

beforeAll(async () => {
  pki = await createVendorPki();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((device) => device.stop()));
});

async function start(options: SimulatedDeviceOptions = {}): Promise<SimulatedDevice> {
  const device = await startSimulatedDevice({ pki, ...options });
  running.push(device);
  return device;
}

/** Paired, with Close and Connect Device tapped. */
async function connected(options: SimulatedDeviceOptions = {}) {
  const device = await start({ connectsByItself: true, ...options });
  const identity = await pairedIdentity(device);
  if (device.server === 'away') await device.nextEvent('server');
  device.clearJournal();
  return { device, identity };
}

async function until(device: SimulatedDevice, state: SimulatedDevice['server']): Promise<void> {
  while (device.server !== state) await device.nextEvent('server');
}

async function openssl(device: SimulatedDevice, ...args: string[]): Promise<string> {
  const attempt = promisify(execFile)('openssl', [
    's_client',
    '-connect',
    `${device.host}:${device.port}`,
    ...args,
  ]);
  attempt.child.stdin?.end();
  // It exits with 1 when the handshake fails; what it saw is printed all the same.
  const { stdout } = await attempt.catch((error: { stdout: string }) => error);
  return stdout;
}

describe('the answer and the client certificate', () => {
  it('are a PKCS#1 key, the POS certificate, its intermediate and the Root CA', async () => {
    const device = await start();
    const { body } = await pairOverHttps(device);
    const [key, pos, intermediate, root, ...rest] = pemBlocks(body);
    expect(key?.label).toBe('RSA PRIVATE KEY');
    expect(rest).toEqual([]);
    const [leaf, issuer] = [pos, intermediate].map((block) => new X509Certificate(block?.pem ?? ''));
    expect(leaf?.checkIssued(issuer ?? leaf)).toBe(true);
    expect(issuer?.fingerprint256).not.toBe(leaf?.fingerprint256);
    expect(root?.pem).toBe(device.rootCaPem);
  });

  it('names the Root CA only when it asks for a certificate', async () => {
    const device = await start();
    const said = await openssl(device);
    const [, names = ''] = /Acceptable client certificate CA names\n((?:.*CN ?=.*\n)+)/.exec(said) ?? [];
    expect(names.trim().split('\n')).toEqual([expect.stringMatching(/CN ?= ?.*Root CA$/)]);
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)('needs the intermediate along in %s', async (tls) => {
    const { device, identity } = await connected({ tls });
    const [leaf] = pemBlocks(identity.cert);
    const alone = { key: identity.key, cert: leaf?.pem ?? '' };
    expect(await failureOf(request(device, { method: 'GET', ...alone }))).toMatch(
      /alert[ _]certificate[ _]unknown/i,
    );
    expect(device.connections.at(-1)?.refused).toBe('intermediate-missing');
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
    device.configure({ knowsIntermediate: true });
    expect((await request(device, { method: 'GET', ...alone })).status).toBe(200);
  });

  it('are valid only from the device’s own time on', async () => {
    const device = await start({ clockAheadMs: 90_000, connectsByItself: true });
    const before = Date.now();
    const identity = await pairedIdentity(device);
    const validFrom = Date.parse(new X509Certificate(identity.cert).validFrom);
    expect(validFrom).toBeGreaterThan(before + 85_000);
    expect(validFrom).toBeLessThan(Date.now() + 95_000);
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
  });
});

describe.each(['TLSv1.2', 'TLSv1.3'] as const)('a stranger over %s', (tls) => {
  it.each(STRANGER_ANSWER_NAMES)('is told "%s"', async (strangers) => {
    const other = await start({ afterPairing: 'stays' });
    const stranger = await pairedIdentity(other);
    const { device, identity } = await connected({ tls, strangers });
    const told = await failureOf(request(device, { method: 'GET', ...stranger }));
    const words = strangers.replaceAll('_', '[ _]');
    expect(told).toMatch(strangers === 'close' ? /ECONNRESET/ : new RegExp(`alert[ _]${words}`, 'i'));
    expect(device.received).toEqual([]);
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
  });

  it('is let in by a device that demands a certificate only after Generate Code', async () => {
    const device = await start({ tls, demandsClientCertificate: true });
    const { code } = device;
    const alert = tls === 'TLSv1.2' ? /alert[ _]handshake[ _]failure/i : /alert[ _]certificate[ _]required/i;
    expect(await failureOf(pairOverHttps(device, '1', code))).toMatch(alert);
    expect(device.connections.at(-1)).toMatchObject({ refused: 'no-certificate' });
    expect(device.hasReceived(code)).toBe(false);
    await device.tapGenerateCode();
    expect((await pairOverHttps(device)).status).toBe(200);
  });
});

it('demands a certificate, and takes the one of an earlier pairing', async () => {
  const { device, identity } = await connected();
  device.configure({ demandsClientCertificate: true });
  const channel = await openWebSocket(device, identity);
  channel.ws.send(pairingBody('123', device.rotateCode()));
  expect(identityIn(await channel.next()).key).not.toBe(identity.key);
});

describe('after a pairing', () => {
  it.each(['https', 'wss'] as const)(
    'over %s it is away until Close and Connect Device',
    async (transport) => {
      const device = await start();
      let answer: string;
      if (transport === 'https') answer = (await pairOverHttps(device)).body;
      else {
        const channel = await openWebSocket(device);
        channel.ws.send(pairingBody('123', device.code));
        answer = await channel.next();
        expect(await channel.closed).toBe(1001);
      }
      const identity = identityIn(answer);
      expect(device).toMatchObject({ screen: 'POS Activation Successful', server: 'away' });
      expect(await failureOf(openTls(device, identity))).toMatch(/ECONNREFUSED/);
      await expect(device.tapConnectDevice()).rejects.toThrow(/no Device Status/);
      device.tapClose();
      expect(device.screen).toBe('Device is not connected');
      expect(() => device.tapClose()).toThrow(/no Close/);
      expect(await failureOf(openTls(device, identity))).toMatch(/ECONNREFUSED/);
      await device.tapConnectDevice();
      expect(device).toMatchObject({ screen: 'Device connected', server: 'listening' });
      expect((await openWebSocket(device, identity)).ws.readyState).toBe(1);
      await expect(device.tapConnectDevice()).rejects.toThrow(/connected already/);
    },
  );

  it('ends the channels of others at once', async () => {
    const { device, identity } = await connected();
    const channel = await openWebSocket(device, identity);
    await pairOverHttps(device, '124', device.rotateCode());
    expect(await channel.closed).toBe(1006);
  });

  it.each(['after-accept', 'after-handshake', 'after-upgrade'] as const)(
    'it starts up and cuts connections %s',
    async (startUpCut) => {
      const device = await start({ startUpMs: 150, startUpCut });
      const identity = await pairedIdentity(device);
      device.tapClose();
      await device.tapConnectDevice();
      expect(device).toMatchObject({ screen: 'Device connected', server: 'starting' });
      if (startUpCut === 'after-upgrade')
        expect(await (await openWebSocket(device, identity)).closed).toBe(1006);
      else expect(await failureOf(openWebSocket(device, identity))).toMatch(/ECONNRESET|hang up/);
      expect(device.connections.at(-1)?.handshake).toBe(startUpCut === 'after-accept' ? 'none' : 'completed');
      await until(device, 'listening');
      expect((await openWebSocket(device, identity)).ws.readyState).toBe(1);
    },
  );

  it('it can be paired again by way of Generate Code', async () => {
    const device = await start({ codeLifetimeMs: 1_500 });
    await pairedIdentity(device);
    const used = device.code;
    await new Promise((resolve) => setTimeout(resolve, 1_700));
    expect(device.code).toBe(used);
    const code = await device.tapGenerateCode();
    expect(device).toMatchObject({ screen: 'Generate POS Connection Code', server: 'listening' });
    device.configure({ connectsByItself: true });
    expect((await pairOverHttps(device, '123', code)).status).toBe(200);
  });

  it('it is stopped and started while away', async () => {
    const device = await start();
    const identity = await pairedIdentity(device);
    await device.stop();
    await device.restart();
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
  });
});

describe('a second channel', () => {
  async function secondAttempt(device: SimulatedDevice, identity: { key: string; cert: string }) {
    const attempt = openWebSocket(device, identity);
    const settled = await Promise.race([
      attempt.then((channel) => channel, failureOf.bind(null, attempt)),
      new Promise<'unanswered'>((resolve) => setTimeout(resolve, 2_000, 'unanswered')),
    ]);
    if (settled === 'unanswered') attempt.catch(() => {});
    return settled;
  }

  const closeCode = (channel: Channel | string): Promise<number> | string =>
    typeof channel === 'string' ? channel : channel.closed;

  it('has 15 policies', () => {
    expect(SECOND_CHANNEL_POLICY_NAMES).toHaveLength(15);
  });

  it.each(SECOND_CHANNEL_POLICY_NAMES)('under "%s"', async (secondChannel) => {
    const { device, identity } = await connected({ secondChannel });
    const first = await openWebSocket(device, identity);
    const second = await secondAttempt(device, identity);
    const policy = SECOND_CHANNEL_POLICIES[secondChannel];
    if (policy.winner === 'newest') {
      expect(await first.closed).toBe(policy.older === 'cut' ? 1006 : policy.older.close);
      expect(typeof second === 'object' && second.ws.readyState).toBe(1);
      expect(device.channelOpen).toBe(true);
      return;
    }
    const { newer } = policy;
    if (newer === 'unanswered') expect(second).toBe('unanswered');
    else if (newer === 'cut-before-upgrade') expect(second).toMatch(/ECONNRESET|hang up/);
    else if (newer === 'cut') expect(await closeCode(second)).toBe(1006);
    else if ('http' in newer) expect(second).toMatch(new RegExp(`response: ${newer.http}`));
    else expect(await closeCode(second)).toBe(newer.close);
    expect(first.ws.readyState).toBe(1);
    first.ws.send('{"type":"StatusRequest"}');
    expect(JSON.parse(await first.next()).type).toBe('TransactionStatusResponse');
  });
});

it('counts what touches it, layer by layer', async () => {
  const { device, identity } = await connected();
  (await openTls(device, identity)).end();
  (await openTls(device)).end();
  await expect.poll(() => device.counts.handshakes).toBe(2);
  expect(device.counts).toMatchObject({ connections: 2, upgrades: 0, requests: 0, messages: 0 });
  const fingerprint = device.paired.get('123')?.fingerprint ?? '';
  expect([...device.counts.handshakesByCertificate].sort()).toEqual(
    [
      [fingerprint, 1],
      ['none', 1],
    ].sort(),
  );
  await request(device, { method: 'GET', ...identity });
  const channel = await openWebSocket(device, identity);
  channel.ws.send('{"type":"StatusRequest"}');
  await channel.next();
  expect(device.counts).toMatchObject({ upgrades: 1, requests: 1, messages: 1 });
  device.clearJournal();
  const socket = connect({ host: device.host, port: device.port, rejectUnauthorized: false, ...identity });
  socket.on('error', () => {});
  socket.once('secureConnect', () => socket.write('no HTTP\r\n\r\n'));
  await expect.poll(() => device.counts.requests).toBe(1);
  socket.destroy();
});

describe('operations', () => {
  const PAYMENT = {
    type: 'PaymentRequest',
    merchantReferenceCode: 'order-1',
    amountDetails: { amount: '12.34', currency: 'EUR' },
  };

  async function openChannel(options: SimulatedDeviceOptions = {}) {
    const { device, identity } = await connected(options);
    const channel = await openWebSocket(device, identity);
    return {
      device,
      ask: (message: unknown) => channel.ws.send(JSON.stringify(message)),
      next: async () => JSON.parse(await channel.next()),
      /** All messages up to one that is no status. */
      async answer() {
        const types: string[] = [];
        for (;;) {
          const message = JSON.parse(await channel.next());
          types.push(message.type);
          if (!message.type.endsWith('StatusResponse')) return { types, message };
        }
      },
    };
  }

  it('StatusRequest has no side effects, and older apps do not know it', async () => {
    const { device, ask, next } = await openChannel();
    ask({ type: 'StatusRequest' });
    expect(await next()).toEqual({
      type: 'TransactionStatusResponse',
      message: 'Ready',
      canBeAborted: false,
    });
    device.configure({ statusRequest: 'error-response' });
    ask({ type: 'StatusRequest' });
    expect((await next()).type).toBe('ErrorResponse');
    expect(device.operations).toEqual([]);
  });

  it.each(['approved', 'declined'] as const)('a payment is %s', async (payment) => {
    const { device, ask, answer } = await openChannel({ payment });
    ask(PAYMENT);
    const { types, message } = await answer();
    expect(types).toEqual([...Array(3).fill('TransactionStatusResponse'), 'PaymentResponse']);
    expect(message).toMatchObject({
      transactionDetails: {
        merchantReferenceCode: 'order-1',
        captured: payment === 'approved',
        amountDetails: { amount: '12.34', currency: 'EUR' },
      },
      processingDetails: { status: payment.toUpperCase() },
    });
    expect(device.operations).toMatchObject([
      { type: 'PaymentRequest', id: 'order-1', posId: '123', state: payment },
    ]);
  });

  it('a payment can be cancelled while nobody has presented a card', async () => {
    const { device, ask, next, answer } = await openChannel({ payment: 'undecided' });
    ask({ type: 'CancelRequest' });
    expect((await next()).type).toBe('ErrorResponse');
    ask(PAYMENT);
    expect(await next()).toMatchObject({ type: 'TransactionStatusResponse', canBeAborted: true });
    ask({ type: 'CancelRequest' });
    const { message } = await answer();
    expect(message).toMatchObject({
      type: 'PaymentResponse',
      message: 'Payment aborted',
      transactionDetails: { captured: false },
      processingDetails: { status: 'ABORTED' },
    });
    expect(device.operations).toMatchObject([{ state: 'aborted' }]);
  });

  it('the terminal is busy meanwhile, and every request is on record', async () => {
    const { device, ask, next, answer } = await openChannel({ payment: 'undecided' });
    ask(PAYMENT);
    await next();
    for (const type of ['PaymentRequest', 'LinkedRefundRequest', 'PrintReceiptRequest']) {
      ask({ type, merchantReferenceCode: 'order-2', transactionId: 't-1' });
      expect(await next()).toMatchObject({ type: 'ErrorResponse', message: 'Terminal busy' });
    }
    ask({ type: 'StatusRequest' });
    expect(await next()).toMatchObject({ type: 'TransactionStatusResponse', canBeAborted: true });
    device.finishPayment('approved');
    expect((await answer()).message.transactionDetails.merchantReferenceCode).toBe('order-1');
    ask({ ...PAYMENT, merchantReferenceCode: 'order-3' });
    await next();
    device.finishPayment('declined');
    await answer();
    expect(device.operations.map(({ id, state }) => [id, state])).toEqual([
      ['order-1', 'approved'],
      ['order-2', 'busy'],
      ['t-1', 'busy'],
      ['t-1', 'busy'],
      ['order-3', 'declined'],
    ]);
  });

  it.each([
    ['LinkedRefundRequest', 'LinkedRefundResponse'],
    ['PrintReceiptRequest', 'PrintReceiptResponse'],
  ])('%s is answered after status updates', async (type, response) => {
    const { device, ask, answer } = await openChannel();
    ask({ type, transactionId: 't-1' });
    const { types, message } = await answer();
    expect(new Set(types.slice(0, -1))).toEqual(new Set(['OperationStatusResponse']));
    expect(message.type).toBe(response);
    expect(device.operations).toMatchObject([{ type, id: 't-1', state: 'done' }]);
  });
});

describe('identity', () => {
  it('has the brand of its vendor', async () => {
    const device = await start({ brand: 'pgw', serial: '1850000042' });
    expect((await peerCertificate(device)).subjectaltname).toBe('DNS:1850000042.pgw.seclib.io');
    expect((await pairOverHttps(device)).status).toBe(200);
    const state = await device.exportState();
    await device.stop();
    expect((await start({ state })).dnsName).toBe('1850000042.pgw.seclib.io');
  });

  it('is a factory certificate before the activation', async () => {
    const device = await start({ activated: false });
    expect(device.screen).toBe('Enter the activation code');
    const factory = await peerCertificate(device);
    expect(factory.issuer).toEqual(factory.subject);
    expect(factory.subjectaltname).toBeUndefined();
    await expect(device.tapGenerateCode()).rejects.toThrow(/not activated/);
    expect(await failureOf(pairOverHttps(device))).toMatch(/SELF_SIGNED|UNABLE_TO_VERIFY/);
    device.configure({ activated: true });
    expect(device.screen).toBe('Generate POS Connection Code');
    expect((await pairOverHttps(device)).status).toBe(200);
  });

  it('comes from a Root CA of its own for test and live', async () => {
    const testPki = await createVendorPki('test');
    expect(testPki.root.certificate.subject).not.toBe(pki.root.certificate.subject);
    const device = await start({ pki: testPki });
    (await openTls(device)).destroy();
  });

  it('can move to another Root CA, and the pairings stay', async () => {
    const { device, identity } = await connected();
    const earlier = device.rootCaPem;
    await device.restart({ pki: await createVendorPki('test') });
    expect(device.rootCaPem).not.toBe(earlier);
    expect((await request(device, { method: 'GET', ...identity })).status).toBe(200);
  });
});

describe('the command line', () => {
  const run = promisify(execFile);
  const cli = ['--import', 'tsx', new URL('cli.ts', import.meta.url).pathname];

  it('explains every option, policy and fault', async () => {
    const { stdout } = await run(process.execPath, [...cli, '--help']);
    const source = readFileSync(new URL('cli.ts', import.meta.url), 'utf8');
    const options = [...source.matchAll(/^ {6}'?([a-z][a-z-]*)'?: \{ type:/gm)].map(([, name]) => name);
    expect(options.length).toBeGreaterThan(25);
    for (const name of options) expect(stdout).toContain(`--${name} `.trimEnd());
    for (const policy of SECOND_CHANNEL_POLICY_NAMES) expect(stdout).toContain(policy);
  });

  it('is operated as the device is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'simulator-cli-'));
    const child = execFile(process.execPath, [
      ...cli,
      '--port',
      '0',
      '--json',
      '--start-up',
      '0',
      '--state',
      join(folder, 'state'),
    ]);
    const said: Record<string, unknown>[] = [];
    let rest = '';
    child.stdout?.on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) said.push(JSON.parse(line));
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    const heard = (entry: Record<string, unknown>) =>
      expect.poll(() => said, { timeout: 20_000 }).toContainEqual(expect.objectContaining(entry));
    try {
      await heard({ type: 'code' });
      await heard({ type: 'ready' });
      const ready = said.find(({ type }) => type === 'ready');
      const code = said.findLast(({ type }) => type === 'code')?.['code'];
      const { status } = await fetchInsecurely(String(ready?.['https']), pairingBody('9', String(code)));
      expect(status).toBe(200);
      await heard({ type: 'screen', text: 'POS Activation Successful' });
      child.stdin?.write('d\n');
      await heard({ type: 'not-possible' });
      child.stdin?.write('c\n');
      await heard({ type: 'screen', text: 'Device is not connected' });
      child.stdin?.write('d\n');
      await heard({ type: 'screen', text: 'Device connected' });
      child.stdin?.write('g\n');
      await expect.poll(() => said.filter(({ type }) => type === 'code').length).toBe(2);
      child.stdin?.write('quit\n');
      expect(await ended).toBe(0);
    } finally {
      child.kill();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

function fetchInsecurely(address: string, body: string): Promise<{ status: number }> {
  return new Promise((resolve, reject) => {
    const outgoing = requestHttps(
      address,
      { method: 'POST', rejectUnauthorized: false, agent: false },
      (response) => {
        response.resume();
        response.on('end', () => resolve({ status: response.statusCode ?? 0 }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
