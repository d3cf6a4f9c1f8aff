import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DOCUMENTS, errorDocumentSchema } from '../../electron/cli/documents.ts';
import { appError } from '../../shared/errors.ts';
import { createVendorPki, type SimulatedDevice } from '../simulator/device.ts';
import { createCa, issueCertificate } from '../simulator/pki.ts';
import { accountSource, IN_MEMORY } from '../support/account.ts';
import { till } from '../support/bridge-rig.ts';
import { commandLine } from '../support/command-line.ts';
import { trustAll } from '../support/core.ts';
import { TEST_TIMING } from '../support/register.ts';
import { askTrusting, startRootCaService } from '../support/root-ca-service.ts';
import { startSteadyDevice } from '../support/steady-device.ts';
import { MemoryCipher, MemoryDocuments } from '../support/vault.ts';

const PIN = '295713';
const PASSWORD = 'correct-horse-battery';
const TOKEN = 'a'.repeat(43);
let device: SimulatedDevice;
let line: ReturnType<typeof commandLine>;

beforeEach(async () => {
  device = await startSteadyDevice();
  line = commandLine();
});
afterEach(async () => {
  await line.close();
  await device.stop();
});

const pairArgs = (...more: string[]) => [
  'pair',
  `--address=${device.addresses.wss}`,
  '--pos-id=POS-1',
  `--serial=${device.serial}`,
  '--code-stdin',
  ...more,
];
async function paired() {
  await trustAll(line.core, device.rootCaPem);
  const { exit, document } = await line.json(pairArgs(), `${device.code}\n`);
  expect(exit).toBe(0);
  return DOCUMENTS.pair.parse(document);
}
const codeOf = (document: unknown) => errorDocumentSchema.parse(document).error.code;

describe('pair', () => {
  it('pairs, and says so in one document that holds no secret', async () => {
    const { id, ...item } = await paired();
    expect(item).toMatchObject({
      outcome: 'paired',
      posId: 'POS-1',
      serial: device.serial,
      address: `127.0.0.1:${device.port}`,
      state: 'connected',
      lastCheck: { result: 'mtls' },
      problem: null,
    });
    expect(line.core.vault.find(id)?.proved).toBe(true);
  });

  it('makes the pairing with the same device anew, and keeps the other', async () => {
    const { id } = await paired();
    await line.run(['rename', '--id', id, '--name', 'Bar']);
    device.rotateCode();
    const again = await line.json(pairArgs(), device.code);
    expect(again).toMatchObject({ exit: 0, document: { id, name: 'Bar' } });
    device.rotateCode();
    const second = await line.json(
      pairArgs().map((word) => word.replace('POS-1', 'POS-2')),
      device.code,
    );
    expect(second.exit).toBe(0);
    expect(line.core.vault.pairings).toHaveLength(2);
  });

  it.each([
    ['a wrong code', 5, 'code-rejected', () => ({ args: pairArgs(), code: 'AAAAAAAA' })],
    ['a code that is none', 2, 'code-length', () => ({ args: pairArgs(), code: 'ABC' })],
    [
      'another device',
      4,
      'serial-mismatch',
      () => ({
        args: pairArgs().map((word) => word.replace(device.serial, '1850099999')),
        code: device.code,
      }),
    ],
    [
      'nobody at the address',
      3,
      'connection-refused',
      () => ({
        args: pairArgs().map((word) => (word.startsWith('--address') ? '--address=127.0.0.1:9' : word)),
        code: device.code,
      }),
    ],
  ] as const)('ends by kind for %s', async (_what, exit, code, make) => {
    await trustAll(line.core, device.rootCaPem);
    const { args, code: typed } = make();
    const run = await line.json(args, `${typed}\n`);
    expect([run.exit, codeOf(run.document)]).toEqual([exit, code]);
    expect(JSON.stringify(run)).not.toContain(device.code);
  });

  it('ends with 4 while no Root CA is trusted', async () => {
    const run = await line.json(pairArgs(), device.code);
    expect([run.exit, codeOf(run.document)]).toEqual([4, 'root-ca-missing']);
  });

  it('asks nobody: a namesake under another Root CA is not paired', async () => {
    await paired();
    const other = await startSteadyDevice({ pki: await createVendorPki(), serial: device.serial });
    try {
      await trustAll(line.core, other.rootCaPem);
      const args = pairArgs().map((word) =>
        word.startsWith('--address') ? `--address=${other.addresses.wss}` : word.replace('POS-1', 'POS-9'),
      );
      const run = await line.json(args, other.code);
      expect([run.exit, codeOf(run.document)]).toEqual([4, 'identity-rejected']);
      expect(other.received.filter(({ text }) => text.includes(other.code))).toEqual([]);
    } finally {
      await other.stop();
    }
  });

  it('ends with 7 while somebody has to tap Connect Device, and check proves it afterwards', async () => {
    await line.close();
    line = commandLine({ timing: { ...TEST_TIMING, proofPatienceMs: 60_000 } });
    device.configure({ afterPairing: 'away-until-connected', connectsByItself: false });
    await trustAll(line.core, device.rootCaPem);
    const run = await line.json(pairArgs(), device.code);
    expect(run).toMatchObject({ exit: 7, document: { outcome: 'waiting', state: 'waiting' } });
    expect((await line.json(['check'])).exit).toBe(7);
    device.tapClose();
    await device.tapConnectDevice();
    expect(await line.json(['check'])).toMatchObject({ exit: 0, document: [{ state: 'connected' }] });
  });

  it('waits for the device when it is told to', async () => {
    await line.close();
    line = commandLine({ timing: { ...TEST_TIMING, proofPatienceMs: 60_000 } });
    device.configure({ afterPairing: 'away-until-connected', connectsByItself: false });
    await trustAll(line.core, device.rootCaPem);
    const run = line.run(pairArgs('--wait-for-device=1m'), device.code);
    const tapped = new Promise<void>((resolve) => {
      const timer = setInterval(() => {
        if (line.core.vault.pairings.length === 0) return;
        clearInterval(timer);
        resolve();
      }, 20);
    }).then(() => {
      device.tapClose();
      return device.tapConnectDevice();
    });
    const { exit, err } = await run;
    await tapped;
    expect(exit).toBe(0);
    expect(err).toContain('waits for Connect Device');
  });

  it('ends at once when whoever called has had enough', async () => {
    await trustAll(line.core, device.rootCaPem);
    device.setFault('silence');
    const cancel = new AbortController();
    const run = line.run(pairArgs(), device.code, { signal: cancel.signal });
    setTimeout(() => cancel.abort(), 300);
    expect((await run).exit).toBe(130);
  });
});

describe('the account', () => {
  it('is named with each pairing, and in the way when its key store was replaced', async () => {
    await line.close();
    const documents = new MemoryDocuments();
    const cipher = new MemoryCipher();
    line = commandLine({ documents, cipher, account: accountSource({ domain: 'SHOP' }) });
    await paired();
    expect(await line.json(['status'])).toMatchObject({
      document: [{ account: 'SHOP\\kasse1', problem: null }],
    });
    expect((await line.run(['status'])).out).toContain('keys of SHOP\\kasse1');
    await line.close();

    // As after a log-off that has thrown away what the account keeps beside this folder.
    cipher.key = 0x11;
    line = commandLine({ documents, cipher, account: accountSource({ domain: 'SHOP' }) });
    const { exit, document } = await line.json(['check']);
    expect(exit).toBe(6);
    expect(DOCUMENTS.check.parse(document)).toMatchObject([
      { state: 'failed', account: 'SHOP\\kasse1', problem: { code: 'keys-lost', number: 713 } },
    ]);
    const doctor = await line.json(['doctor', '--pos-id=POS-1']);
    expect(DOCUMENTS.doctor.parse(doctor.document)).toMatchObject({ result: 'failed' });
    expect(doctor).toMatchObject({ exit: 6 });
    await line.close();

    line = commandLine({ documents, cipher, account: accountSource({ user: 'manager' }) });
    expect(await line.json(['check'])).toMatchObject({
      exit: 6,
      document: [{ account: 'SHOP\\kasse1', problem: { code: 'keys-of-other-account', number: 711 } }],
    });
  });

  it('is unknown of what an older version has stored, until its keys are opened', async () => {
    await line.close();
    const documents = new MemoryDocuments();
    line = commandLine({ documents });
    await paired();
    await line.close();
    line = commandLine({ documents, account: accountSource() });
    expect(await line.json(['status'])).toMatchObject({ document: [{ account: null }] });
    expect(await line.json(['check'])).toMatchObject({ exit: 0, document: [{ account: 'kasse1' }] });
  });

  it('that stores nothing for long is warned of by the doctor', async () => {
    await line.close();
    const inMemory = {
      platform: 'linux',
      user: 'kasse1',
      folder: '/home/kasse1',
      fileSystem: IN_MEMORY,
    } as const;
    line = commandLine({ account: accountSource({}, inMemory) });
    await paired();
    const { document } = await line.json(['doctor', '--pos-id=POS-1']);
    const { checks, result } = DOCUMENTS.doctor.parse(document);
    expect(checks.find(({ check }) => check === 'account')).toMatchObject({
      state: 'warning',
      told: { finding: 'profile-memory', values: { account: 'kasse1' } },
    });
    expect(result).toBe('warning');
  });
});

describe('pairings', () => {
  it('are listed, checked, renamed, moved and removed by their names', async () => {
    expect(await line.json(['status'])).toMatchObject({ exit: 0, document: [] });
    const { id } = await paired();
    expect(await line.json(['status'])).toMatchObject({
      document: [{ id, posId: 'POS-1', state: 'connected' }],
    });
    expect(await line.json(['check', '--full', '--pos-id', 'POS-1'])).toMatchObject({
      exit: 0,
      document: [{ lastCheck: { result: 'mtls' } }],
    });
    expect(await line.json(['rename', '--serial', device.serial, '--name', 'Bar'])).toMatchObject({
      exit: 0,
      document: { name: 'Bar' },
    });
    expect(await line.json(['move', '--id', id, '--address', `localhost:${device.port}`])).toMatchObject({
      exit: 0,
      document: { address: `localhost:${device.port}` },
    });
    const away = await line.json(['move', '--id', id, '--address', '127.0.0.1:9']);
    expect(away).toMatchObject({
      exit: 3,
      document: { problem: { code: 'connection-refused', number: 302 } },
    });
    expect((await line.json(['remove', '--pos-id', 'POS-1'])).exit).toBe(0);
    expect(line.core.vault.pairings).toEqual([]);
    const history = DOCUMENTS.history.parse((await line.json(['history'])).document);
    expect(history.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['paired', 'renamed', 'address-moved', 'removed']),
    );
  });

  it('that are not there, or not alone, are said to be', async () => {
    const { id } = await paired();
    const other = await startSteadyDevice({ pki: device.pki, serial: '1850000002' });
    try {
      const args = pairArgs().map((word) =>
        word.startsWith('--address')
          ? `--address=${other.addresses.wss}`
          : word.replace(device.serial, other.serial),
      );
      expect((await line.run(args, other.code)).exit).toBe(0);
      const both = await line.json(['remove', '--pos-id', 'POS-1']);
      expect([both.exit, codeOf(both.document)]).toEqual([2, 'ambiguous-pairing']);
      expect(line.core.vault.pairings).toHaveLength(2);
      const one = await line.json(['check', '--pos-id', 'POS-1', '--serial', device.serial]);
      expect(one).toMatchObject({ exit: 0, document: [{ id }] });
      const none = await line.json(['remove', '--pos-id', 'POS-3']);
      expect([none.exit, codeOf(none.document)]).toEqual([9, 'no-such-pairing']);
      const unsaid = await line.json(['remove']);
      expect([unsaid.exit, codeOf(unsaid.document)]).toEqual([2, 'usage']);
    } finally {
      await other.stop();
    }
  });

  it('are examined by the doctor, and so is a device that is not paired', async () => {
    await paired();
    const run = await line.json(['doctor', '--pos-id', 'POS-1']);
    expect(run.exit).toBe(0);
    const { checks } = DOCUMENTS.doctor.parse(run.document);
    expect(checks.find(({ check }) => check === 'round-trip')).toMatchObject({ state: 'ok' });
    expect(run.err).toContain('accepts it');
    const stranger = await line.json(['doctor', `--address=${device.addresses.wss}`, '--serial=1850099999']);
    expect(stranger).toMatchObject({ exit: 4, document: { result: 'failed' } });
  });
});

describe('find', () => {
  it('finds devices in this computer’s networks only', async () => {
    await line.close();
    const range = { cidr: '127.0.0.1/32', interfaceName: 'test', hostCount: 1, virtual: false };
    line = commandLine({ searchRanges: () => [range] });
    await trustAll(line.core, device.rootCaPem);
    const run = await line.json(['find', '--port', String(device.port)]);
    expect(run).toMatchObject({
      exit: 0,
      document: {
        ranges: ['127.0.0.1/32'],
        found: [{ serial: device.serial, address: `127.0.0.1:${device.port}` }],
      },
    });
    expect((await line.json(['find', '--range', '8.8.8.0/24'])).exit).toBe(2);
  });
});

describe('export', () => {
  it('writes a kit where it was called, and no other into its place', async () => {
    await paired();
    const args = ['export', '--pos-id', 'POS-1', '--format', 'p12', '--out', 'kit', '--password-stdin'];
    const run = await line.json(args, `${PASSWORD}\n`);
    const { folder, files } = DOCUMENTS.export.parse(run.document);
    expect([run.exit, folder]).toEqual([0, join(line.folder, 'kit')]);
    for (const file of files) expect(existsSync(join(folder, file)), file).toBe(true);
    expect(JSON.stringify(run)).not.toContain(PASSWORD);
    const again = await line.json(args, PASSWORD);
    expect([again.exit, codeOf(again.document)]).toEqual([6, 'export-folder-exists']);
  });

  it.each([
    ['a short password', ['--format', 'pem'], 'short', 'export-password-short'],
    ['a key without a password', ['--format', 'pem-plain'], PASSWORD, 'usage'],
  ])('refuses %s', async (_what, format, password, code) => {
    await paired();
    const before = readdirSync(line.folder);
    const run = await line.json(
      ['export', '--pos-id=POS-1', '--out=kit', '--password-stdin', ...format],
      password,
    );
    expect([run.exit, codeOf(run.document)]).toEqual([2, code]);
    expect(readdirSync(line.folder)).toEqual(before);
  });
});

describe('bridge', () => {
  it('serves a till with the token it was given, until it is ended, and keeps nothing', async () => {
    const { id } = await paired();
    const end = new AbortController();
    let listens: (port: number) => void = () => {};
    const listening = new Promise<number>((resolve) => {
      listens = resolve;
    });
    const run = line.run(['bridge', '--pos-id', 'POS-1', '--token-stdin', '--json'], `${TOKEN}\n`, {
      signal: end.signal,
      onOut: (text) => {
        const event = DOCUMENTS.bridge.parse(JSON.parse(text));
        if (event.event === 'listening') listens(event.port);
      },
    });
    const port = await listening;
    const visitor = till(port, TOKEN);
    await visitor.opened();
    const wrong = till(port, 'b'.repeat(43));
    expect((await wrong.ended).code).not.toBe(1000);
    await visitor.close();
    end.abort();
    const { exit, out } = await run;
    expect(exit).toBe(0);
    const events = out
      .trimEnd()
      .split('\n')
      .map((text) => DOCUMENTS.bridge.parse(JSON.parse(text)));
    expect(events[0]).toEqual({ event: 'listening', port });
    expect(events).toContainEqual({ event: 'till', connected: true, origin: '' });
    expect(events.at(-1)).toEqual({ event: 'ended', reason: 'asked' });
    expect(out).not.toContain(TOKEN);
    expect(line.core.bridges.view(id)).toMatchObject({ state: 'off', hasToken: false });
  });

  it('ends when the pairing is removed', async () => {
    await paired();
    const run = line.run(['bridge', '--pos-id', 'POS-1', '--token-stdin'], TOKEN, {
      onOut: (text) => {
        if (text.startsWith('listening')) void line.run(['remove', '--pos-id', 'POS-1']);
      },
    });
    expect((await run).exit).toBe(130);
  });

  it('refuses a token that could be guessed, and a port that is taken', async () => {
    await paired();
    expect((await line.json(['bridge', '--pos-id=POS-1', '--token-stdin'], 'short')).exit).toBe(2);
    const taken = await line.json(
      ['bridge', '--pos-id=POS-1', `--port=${device.port}`, '--token-stdin'],
      TOKEN,
    );
    expect([taken.exit, codeOf(taken.document)]).toEqual([10, 'bridge-port-in-use']);
  });
});

describe('trust-root', () => {
  const fingerprint = () => line.core.vault.rootCas[0]?.root.fingerprint256;

  it('takes a file or standard input and prints the fingerprints', async () => {
    writeFileSync(join(line.folder, 'root.pem'), device.rootCaPem);
    const first = await line.json(['trust-root', 'root.pem']);
    expect(first).toMatchObject({
      exit: 0,
      document: { rootCas: [{ fingerprint: fingerprint(), isNew: true }] },
    });
    const second = await line.json(['trust-root', '-'], device.rootCaPem);
    expect(second).toMatchObject({ exit: 0, document: { rootCas: [{ isNew: false }] } });
    expect((await line.run(['trust-root', '-'], device.rootCaPem)).out).toContain(fingerprint());
  });

  it('trusts nothing with another fingerprint than expected', async () => {
    const wrong = await line.json(
      ['trust-root', '-', `--expect-fingerprint=${'ab'.repeat(32)}`],
      device.rootCaPem,
    );
    expect([wrong.exit, codeOf(wrong.document), line.core.vault.rootCas]).toEqual([
      4,
      'fingerprint-mismatch',
      [],
    ]);
    const right = device.pki.root.certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    expect((await line.run(['trust-root', '-', '--expect-fingerprint', right], device.rootCaPem)).exit).toBe(
      0,
    );
  });

  it.each([
    ['a file that is not there', ['trust-root', 'none.pem'], '', 2, 'file-unreadable'],
    ['what is no certificate', ['trust-root', '-'], 'hello', 2, 'root-ca-unreadable'],
    ['neither', ['trust-root'], '', 2, 'usage'],
    ['both', ['trust-root', 'x', '--from-api=h'], '', 2, 'usage'],
    [
      'a service without a secret',
      ['trust-root', '--from-api=h', '--merchant=m', '--key-id=k'],
      '',
      2,
      'usage',
    ],
  ])('refuses %s', async (_what, args, stdin, exit, code) => {
    const run = await line.json(args, stdin);
    expect([run.exit, codeOf(run.document)]).toEqual([exit, code]);
  });

  describe('from the REST service', () => {
    const SHARED = 'yBJxy6LjM2TmcPGu+GaJrHtkke25fPpUX+UY6/L/1tE=';
    let service: Awaited<ReturnType<typeof startRootCaService>>;
    let ca: string;

    beforeEach(async () => {
      const issuer = await createCa({ commonName: 'Web CA' });
      const site = await issueCertificate({
        commonName: 'localhost',
        issuer,
        dnsNames: ['localhost'],
        extendedKeyUsage: ['serverAuth'],
      });
      service = await startRootCaService({
        key: site.privateKeyPem,
        certificate: site.certificatePem,
        merchantId: 'merchant-1',
        keyId: 'key-1',
        sharedSecret: SHARED,
        certificateChain: device.rootCaPem,
      });
      ca = issuer.certificatePem;
      await line.close();
      line = commandLine({}, askTrusting(ca));
    });
    afterEach(() => service.stop());

    const args = (...more: string[]) => [
      'trust-root',
      `--from-api=${service.host}`,
      '--merchant=merchant-1',
      '--key-id=key-1',
      '--secret-stdin',
      ...more,
    ];

    it('trusts what the service gives whoever signs right, and keeps no secret', async () => {
      const run = await line.json(args(), `${SHARED}\n`);
      expect(run).toMatchObject({
        exit: 0,
        document: { rootCas: [{ fingerprint: fingerprint(), isNew: true }] },
      });
      expect(service.seen).toEqual(['GET /dms/v2/devices/certificates/rootca']);
      expect(JSON.stringify([run, line.core.history.all()])).not.toContain(SHARED);
    });

    it('ends with 5 for another secret, without repeating it', async () => {
      const run = await line.json(args(), 'AAAA');
      expect([run.exit, codeOf(run.document)]).toEqual([5, 'service-refused']);
      expect(JSON.stringify(run)).not.toContain('AAAA');
    });

    it.each([
      ['an error', { status: 500, body: '' }, 'service-refused'],
      ['no JSON', { status: 200, body: '<html>' }, 'service-answer'],
      ['no chain', { status: 200, body: '{}' }, 'service-answer'],
    ])('ends with 5 for %s', async (_what, answer, code) => {
      service.answerWith(answer);
      const run = await line.json(args(), SHARED);
      expect([run.exit, codeOf(run.document)]).toEqual([5, code]);
    });

    it('ends with 4 where the service is a stranger, and with 3 where it is away', async () => {
      await line.close();
      line = commandLine({}, askTrusting(device.rootCaPem));
      const stranger = await line.json(args(), SHARED);
      expect([stranger.exit, codeOf(stranger.document)]).toEqual([4, 'service-untrusted']);
      const away = await line.json(
        args().map((word) => (word.startsWith('--from-api') ? '--from-api=localhost:9' : word)),
        SHARED,
      );
      expect([away.exit, codeOf(away.document)]).toEqual([3, 'service-unreachable']);
    });
  });
});

describe('with a manager PIN', () => {
  beforeEach(async () => {
    await paired();
    await line.core.manager.set(PIN);
  });

  it.each([
    ['remove', ['remove', '--pos-id=POS-1'], ''],
    [
      'export',
      ['export', '--pos-id=POS-1', '--format=p12', '--out=kit', '--password-stdin'],
      `${PASSWORD}\n`,
    ],
    ['history', ['history'], ''],
    ['bridge', ['bridge', '--pos-id=POS-1', '--token-stdin'], `${TOKEN}\n`],
  ])('%s ends with 8 without it, and with a wrong one', async (_name, args, stdin) => {
    const without = await line.json(args, stdin);
    expect([without.exit, codeOf(without.document)]).toEqual([8, 'manager-needed']);
    const wrong = await line.json([...args, '--pin-stdin'], `295714\n${stdin}`);
    expect([wrong.exit, codeOf(wrong.document)]).toEqual([8, 'pin-wrong']);
    expect(line.core.vault.pairings).toHaveLength(1);
  });

  it('what is guarded is done with it, and nothing more is allowed afterwards', async () => {
    expect((await line.run(['status'])).exit).toBe(0);
    const removed = await line.json(['remove', '--pos-id=POS-1', '--pin-stdin'], PIN);
    expect(removed.exit).toBe(0);
    expect(line.core.manager.state).toMatchObject({ state: 'locked' });
    expect((await line.json(['history'])).exit).toBe(8);
  });

  it('allows nothing more once a bridge is served', async () => {
    const end = new AbortController();
    let states: unknown;
    const run = line.run(['bridge', '--pos-id=POS-1', '--pin-stdin', '--token-stdin'], `${PIN}\n${TOKEN}\n`, {
      signal: end.signal,
      onOut: (text) => {
        if (!text.startsWith('listening')) return;
        states = line.core.manager.state;
        end.abort();
      },
    });
    expect((await run).exit).toBe(0);
    expect(states).toMatchObject({ state: 'locked' });
  });

  it('leaves a window that was unlocked as it was', async () => {
    await line.core.manager.unlock(PIN);
    expect((await line.json(['history', '--pin-stdin'], PIN)).exit).toBe(0);
    expect(line.core.manager.state).toMatchObject({ state: 'unlocked' });
  });
});

it('policy hash-pin prints the hash of a PIN that may be one', async () => {
  const run = await line.json(['policy', 'hash-pin', '--pin-stdin'], PIN);
  expect(run).toMatchObject({ exit: 0, document: { hash: expect.stringMatching(/^\$scrypt\$ln=17,/) } });
  const guessed = await line.json(['policy', 'hash-pin', '--pin-stdin'], '123456');
  expect([guessed.exit, codeOf(guessed.document)]).toEqual([2, 'pin-invalid']);
});

it('every command tells on standard error of a policy that is refused, and does its work', async () => {
  const place = '/etc/pos-pairing/policy.json';
  const refused = commandLine({
    readPolicy: () => ({
      kind: 'rejected',
      place,
      error: appError('policy-unsafe', `${place} can be written by everybody`),
    }),
  });
  const { exit, out, err } = await refused.run(['status', '--json']);
  expect([exit, JSON.parse(out)]).toEqual([0, []]);
  expect(err).toMatch(/^174 The policy of your organisation is not safe\. /);
  expect(err).toContain(`\n${place}: ${place} can be written by everybody\n`);
  await refused.close();
  expect((await line.run(['status', '--json'])).err).toBe('');
});

it('policy check judges a file as the app would, and says what is wrong', async () => {
  const check = (policy: unknown) => {
    writeFileSync(join(line.folder, 'policy.json'), JSON.stringify(policy));
    return line.json(['policy', 'check', 'policy.json']);
  };
  const right = await check({ rootCas: [device.rootCaPem], locked: ['rootCas'] });
  const fingerprint = new X509Certificate(device.rootCaPem).fingerprint256;
  expect(right).toMatchObject({
    exit: 0,
    document: { keys: ['rootCas', 'locked'], rootCas: [{ fingerprint }] },
  });
  const wrong = await check({ checkInterval: 5 });
  expect([wrong.exit, codeOf(wrong.document)]).toEqual([2, 'policy-invalid']);
  expect(JSON.stringify(wrong.document)).toContain('checkInterval');
  const missing = await line.json(['policy', 'check', 'nowhere.json']);
  expect([missing.exit, codeOf(missing.document)]).toEqual([2, 'file-unreadable']);
  expect((await line.json(['policy', 'check'])).exit).toBe(2);
});
