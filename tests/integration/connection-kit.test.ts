import { createPrivateKey, X509Certificate } from 'node:crypto';
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { connect, createSecureContext } from 'node:tls';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionDocumentSchema } from '../../electron/core/export/connection-document.ts';
import { ConnectionKit } from '../../electron/core/export/connection-kit.ts';
import { Drafts } from '../../electron/core/export/drafts.ts';
import { failure } from '../../electron/core/failure.ts';
import type { News } from '../../electron/core/news.ts';
import { findPemBlocks } from '../../electron/core/pki/pem.ts';
import { KIT_FORMATS, type KitFormat, type KitPassword } from '../../shared/connection-kit.ts';
import type { SimulatedDevice, SimulatedDeviceOptions } from '../simulator/device.ts';
import { lacks, type RunOptions, runProgram, runTool } from '../support/foreign-tools.ts';
import { kitSample } from '../support/kit-samples.ts';
import { EVERYBODY } from '../support/manager.ts';
import { testRegister } from '../support/register.ts';
import { startSteadyDevice } from '../support/steady-device.ts';

/** With all that a shell, a configuration file or a reader of lines might stumble over. */
const PASSWORD = ' pass "word" \\ $1 ';
const WRONG = 'another password';
const TYPED: KitPassword = { kind: 'typed', text: PASSWORD };
const STATUS = '{"type":"TransactionStatusResponse","message":"Ready","canBeAborted":false}';
const ROOT = resolve(import.meta.dirname, '../..');
const NODE = process.env['POS_PAIRING_PLAIN_NODE'] ?? process.execPath;

async function pairedKit(options: SimulatedDeviceOptions = {}) {
  // Only its root is known to the device, as real ones are: without the intermediate it refuses.
  const device = await startSteadyDevice({ knowsIntermediate: false, ...options });
  const register = testRegister(device.rootCaPem);
  const { result } = await register.pair(device, 'wss');
  if (!result.ok) throw new Error(result.error.code);
  const news: News[] = [];
  const gate = { isOpen: true };
  const kit = new ConnectionKit({
    context: register.context,
    authorize: () => {
      // Any failure does: which one is not the kit's to say.
      if (!gate.isOpen) throw failure('busy');
      return EVERYBODY();
    },
    isAllowed: true,
    readSample: kitSample,
    drafts: new Drafts(register.documents),
    tell: (each) => news.push(each),
  });
  return { device, register, pairing: result.value, kit, news, gate };
}

let place: string;
let device: SimulatedDevice;
let made: Awaited<ReturnType<typeof pairedKit>>;
const folderOf = (format: KitFormat) => join(place, format);
const passwordOf = (format: KitFormat): KitPassword => (format === 'pem-plain' ? { kind: 'none' } : TYPED);
const read = (format: KitFormat, name: string) => readFileSync(join(folderOf(format), name));

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'pos-kits-'));
  // For the sample in Node, in place of `npm install ws`.
  symlinkSync(join(ROOT, 'node_modules'), join(place, 'node_modules'), 'junction');
  made = await pairedKit();
  device = made.device;
  for (const format of KIT_FORMATS)
    await made.kit.export({
      pairingId: made.pairing.id,
      format,
      password: passwordOf(format),
      chooseFolder: async () => folderOf(format),
    });
});
afterAll(async () => {
  await device.stop();
  rmSync(place, { recursive: true, force: true });
});

/** The same kit with one file spoiled. */
function spoiled(format: KitFormat, name: string, spoil: (content: Buffer) => Buffer): string {
  const folder = mkdtempSync(join(place, 'spoiled-'));
  const copy = (from: string, to: string) => {
    for (const entry of readdirSync(from, { withFileTypes: true })) {
      if (entry.isDirectory()) {
        mkdirSync(join(to, entry.name));
        copy(join(from, entry.name), join(to, entry.name));
      } else copyFileSync(join(from, entry.name), join(to, entry.name));
    }
  };
  copy(folderOf(format), folder);
  writeFileSync(join(folder, name), spoil(readFileSync(join(folder, name))));
  return folder;
}

const half = (content: Buffer) => content.subarray(0, content.length / 2);

describe('a kit', () => {
  it.each(KIT_FORMATS)('%s: holds what was promised, and the key in one file only', (format) => {
    const { files } = made.kit.plan(made.pairing.id, format);
    const there = readdirSync(folderOf(format), { recursive: true, withFileTypes: true, encoding: 'utf8' })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
    expect(there.sort()).toEqual(files.map(({ name }) => join(folderOf(format), name)).sort());
    const key = findPemBlocks(read('pem-plain', 'pos-private-key.pem').toString())[0]?.pem ?? '';
    const der = createPrivateKey(key).export({ type: 'pkcs8', format: 'der' });
    for (const file of there) {
      const content = readFileSync(file);
      const isPlainKey = file.endsWith('pos-private-key.pem') && format === 'pem-plain';
      expect(content.includes('-----BEGIN PRIVATE KEY'), file).toBe(isPlainKey);
      // Its primes; what stands before is in the certificate as well.
      expect(content.includes(der.subarray(-100, -40)), file).toBe(false);
      expect(content.includes(PASSWORD.trim()), file).toBe(false);
      if (process.platform !== 'win32') expect(statSync(file).mode & 0o777, file).toBe(0o600);
    }
  });

  it.each(KIT_FORMATS)('%s: says in connection.json where and who the device is', (format) => {
    const connection = connectionDocumentSchema.parse(JSON.parse(read(format, 'connection.json').toString()));
    expect(connection).toMatchObject({
      posId: 'POS-1',
      host: device.host,
      port: device.port,
      url: `${device.addresses.wss}/`,
      serialNumber: device.serial,
      expectedSan: device.dnsName,
      deviceCertificateSha256: device.certificateFingerprint,
      rootCaSha256: new X509Certificate(device.rootCaPem).fingerprint256,
      format,
    });
    expect(connection.certificates.map(({ role }) => role)).toEqual([
      'pos',
      'intermediate',
      'root-ca',
      'device',
    ]);
  });

  it('is told of and gives back a generated password, once', async () => {
    const folder = join(place, 'generated');
    const outcome = await made.kit.export({
      pairingId: made.pairing.id,
      format: 'p12',
      password: { kind: 'generated' },
      chooseFolder: async (suggested) => {
        expect(suggested).toBe('pos-connection-POS-1');
        return folder;
      },
    });
    if (outcome.outcome !== 'written' || outcome.password === null) throw new Error('no password');
    createSecureContext({ pfx: readFileSync(join(folder, 'pos.p12')), passphrase: outcome.password });
    expect(made.news.at(-1)).toMatchObject({ type: 'kit-exported', format: 'p12', folder: 'generated' });
    expect(JSON.stringify(made.news)).not.toContain(outcome.password);
    expect(JSON.stringify(made.news)).not.toContain('PRIVATE KEY');
  });

  it('is not written without leave, password, or a folder', async () => {
    const { kit, pairing, gate } = made;
    const before = readdirSync(place);
    const asked: string[] = [];
    const attempt = (format: KitFormat, password: KitPassword, pairingId = pairing.id) =>
      kit.export({
        pairingId,
        format,
        password,
        chooseFolder: async (name) => {
          asked.push(name);
          return null;
        },
      });
    const code = (work: Promise<unknown>) => work.catch((thrown) => thrown.appError.code);
    gate.isOpen = false;
    expect(await code(attempt('p12', TYPED))).toBe('busy');
    gate.isOpen = true;
    expect(await code(attempt('p12', { kind: 'typed', text: 'short' }))).toBe('export-password-short');
    expect(await code(attempt('p12', { kind: 'none' }))).toBe('invalid-request');
    expect(await code(attempt('pem-plain', TYPED))).toBe('invalid-request');
    expect(await code(attempt('p12', TYPED, crypto.randomUUID()))).toBe('not-found');
    expect(asked).toEqual([]);
    expect(await attempt('p12', TYPED)).toEqual({ outcome: 'cancelled' });
    expect(asked).toHaveLength(1);
    expect(readdirSync(place)).toEqual(before);
  });

  it('has the keys that are in use, not those that wait', async () => {
    const { device: own, register, kit, pairing } = await pairedKit();
    const inUse = register.vault.find(pairing.id)?.clientCertificate.fingerprint256;
    const [stored] = await register.vault.credentials(pairing.id);
    if (!stored?.credentials) throw new Error('no credentials');
    await register.vault.storePending(
      { ...pairing, clientCertificate: { ...pairing.clientCertificate, fingerprint256: 'pending' } },
      { ...stored.credentials, certificateChainPem: own.rootCaPem },
    );
    await kit.export({
      pairingId: pairing.id,
      format: 'pem',
      password: TYPED,
      chooseFolder: async () => join(place, 'in-use'),
    });
    const [pos] = findPemBlocks(readFileSync(join(place, 'in-use/pos-certificate.pem'), 'utf8'));
    expect(new X509Certificate(pos?.pem ?? '').fingerprint256).toBe(inUse);
    expect(kit.plan(pairing.id, 'pem').pending).toBe(false);
    await own.stop();
  });

  it('has those that wait where there are no others, and says so before', async () => {
    const { device: own, register, kit, pairing } = await pairedKit();
    const [stored] = await register.vault.credentials(pairing.id);
    if (!stored?.credentials) throw new Error('no credentials');
    const id = crypto.randomUUID();
    await register.vault.storePending({ ...pairing, id }, stored.credentials);
    expect(kit.plan(id, 'p12').pending).toBe(true);
    const folder = join(place, 'waiting');
    await kit.export({ pairingId: id, format: 'p12', password: TYPED, chooseFolder: async () => folder });
    expect(readdirSync(folder)).toContain('pos.p12');
    await own.stop();
  });

  it('is not made of a Root CA the device was not paired under, nor in the old form of an EC key', async () => {
    const { device: own, register, kit, pairing } = await pairedKit({ clientKey: 'ec-p256' });
    const attempt = (format: KitFormat) =>
      kit
        .export({
          pairingId: pairing.id,
          format,
          password: TYPED,
          chooseFolder: async () => join(place, 'ec'),
        })
        .catch((thrown) => thrown.appError.code);
    expect(await attempt('p12-legacy')).toBe('export-format-unsuitable');
    expect(readdirSync(place)).not.toContain('ec');
    expect(await attempt('p12')).toMatchObject({ outcome: 'written' });
    createSecureContext({ pfx: readFileSync(join(place, 'ec/pos.p12')), passphrase: PASSWORD });
    register.trust(device.rootCaPem);
    register.vault.removeRootCa(pairing.trustAnchorFingerprint256);
    expect(await attempt('pem')).toBe('root-ca-replaced');
    await own.stop();
  });

  it('names another root of the POS certificate, and does not make it trusted', async () => {
    const { device: own, kit, pairing } = await pairedKit({ clientIssuer: 'device-ca', delivers: 'chain' });
    const folder = join(place, 'other-root');
    await kit.export({
      pairingId: pairing.id,
      format: 'pem',
      password: TYPED,
      chooseFolder: async () => folder,
    });
    const { certificates } = connectionDocumentSchema.parse(
      JSON.parse(readFileSync(join(folder, 'connection.json'), 'utf8')),
    );
    expect(certificates.map(({ role }) => role)).toContain('other-root');
    expect(readFileSync(join(folder, 'root-ca.pem'), 'utf8').trim()).toBe(own.rootCaPem.trim());
    await own.stop();
  });
});

describe('what is written opens', () => {
  const STORES = ['p12', 'p12-legacy'] as const;

  it.each(STORES)('%s in Node’s TLS; not with a wrong password, nor cut off', (format) => {
    const pfx = read(format, 'pos.p12');
    expect(() => createSecureContext({ pfx, passphrase: PASSWORD })).not.toThrow();
    expect(() => createSecureContext({ pfx, passphrase: WRONG })).toThrow();
    expect(() => createSecureContext({ pfx: half(pfx), passphrase: PASSWORD })).toThrow();
  });

  it('pem in Node’s TLS; not with a wrong password, nor cut off', () => {
    const cert = read('pem', 'pos-certificate.pem');
    const key = read('pem', 'pos-private-key.pem');
    expect(() => createSecureContext({ cert, key, passphrase: PASSWORD })).not.toThrow();
    expect(() => createSecureContext({ cert, key, passphrase: WRONG })).toThrow();
    expect(() => createSecureContext({ cert, key: half(key), passphrase: PASSWORD })).toThrow();
    expect(() => createSecureContext({ cert, key: read('pem-plain', 'pos-private-key.pem') })).not.toThrow();
  });

  it.skipIf(lacks('openssl'))('in OpenSSL, with the algorithms that were promised', async () => {
    const info = async (folder: string, password: string) =>
      runTool('openssl', ['pkcs12', '-in', join(folder, 'pos.p12'), '-info', '-noout', '-passin', 'env:PW'], {
        env: { PW: password },
      });
    const modern = await info(folderOf('p12'), PASSWORD);
    expect(modern.stderr).toContain('MAC: sha256, Iteration 100000');
    expect(
      modern.stderr.match(/PBES2, PBKDF2, AES-256-CBC, Iteration 100000, PRF hmacWithSHA256/g),
    ).toHaveLength(2);
    expect(modern.stderr.match(/Certificate bag/g)).toHaveLength(3);
    expect(modern.status).toBe(0);
    const legacy = await info(folderOf('p12-legacy'), PASSWORD);
    expect(legacy.stderr).toContain('MAC: sha1');
    expect(legacy.stderr).toContain('pbeWithSHA1And3-KeyTripleDES-CBC');
    expect(await info(folderOf('p12'), WRONG)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('invalid password'),
    });
    expect((await info(spoiled('p12', 'pos.p12', half), PASSWORD)).status).not.toBe(0);
    const key = (password: string) =>
      runTool(
        'openssl',
        ['pkey', '-in', join(folderOf('pem'), 'pos-private-key.pem'), '-noout', '-passin', 'env:PW'],
        {
          env: { PW: password },
        },
      );
    expect((await key(PASSWORD)).status).toBe(0);
    expect((await key(WRONG)).status).not.toBe(0);
    const chain = await runTool('openssl', [
      ...['verify', '-no-CApath', '-no-CAstore', '-CAfile', join(folderOf('pem'), 'root-ca.pem')],
      ...['-untrusted', join(folderOf('pem'), 'pos-certificate.pem')],
      join(folderOf('pem'), 'pos-certificate.pem'),
    ]);
    expect(chain.status).toBe(0);
  });

  it.skipIf(lacks('keytool'))('in Java’s key store, as one entry with its whole chain', async () => {
    const list = (file: string, password: string) =>
      runTool('keytool', ['-J-Duser.language=en', '-list', '-v', '-keystore', file, '-storepass:env', 'PW'], {
        env: { PW: password },
      });
    for (const format of STORES) {
      const listed = await list(join(folderOf(format), 'pos.p12'), PASSWORD);
      expect(listed.stdout).toContain('Your keystore contains 1 entry');
      expect(listed.stdout).toContain('PrivateKeyEntry');
      expect(listed.stdout).toContain('Certificate chain length: 3');
    }
    const wrong = await list(join(folderOf('p12'), 'pos.p12'), WRONG);
    expect(wrong).toMatchObject({ status: 1, stdout: expect.stringContaining('password was incorrect') });
    expect((await list(join(spoiled('p12', 'pos.p12', half), 'pos.p12'), PASSWORD)).status).toBe(1);
  });

  it.skipIf(lacks('curl'))('p12 in curl', async () => {
    // curl presents the certificates of a PKCS#12 in an order that depends on its OpenSSL.
    device.configure({ knowsIntermediate: true });
    const get = (file: string, password: string) =>
      runTool(
        'curl',
        [
          ...['--config', '-', '--silent', '--cert-type', 'P12', '--cert', file],
          ...['--cacert', join(folderOf('p12'), 'root-ca.pem'), '--noproxy', '*'],
          ...['--connect-to', `${device.dnsName}:${device.port}:${device.host}:${device.port}`],
          `https://${device.dnsName}:${device.port}/`,
        ],
        { stdin: `pass = "${password.replace(/["\\]/g, '\\$&')}"\n` },
      );
    for (const format of STORES)
      expect(await get(join(folderOf(format), 'pos.p12'), PASSWORD)).toMatchObject({
        status: 0,
        stdout: expect.stringContaining('Device connected'),
      });
    const CANNOT_READ_KEY = 58;
    expect((await get(join(folderOf('p12'), 'pos.p12'), WRONG)).status).toBe(CANNOT_READ_KEY);
    device.configure({ knowsIntermediate: false });
  });
});

describe('the device', () => {
  it.skipIf(lacks('openssl'))('asks by the name of its root only', async () => {
    const asked = await runTool('openssl', ['s_client', '-connect', `${device.host}:${device.port}`]);
    const names = asked.stdout.split('Acceptable client certificate CA names\n')[1]?.split('\nRequested')[0];
    expect(names).toBe('O = Simulated Payments, CN = Simulated Acceptance Devices Root CA');
  });

  it('refuses the POS certificate without its intermediate', async () => {
    const [pos] = findPemBlocks(read('pem', 'pos-certificate.pem').toString());
    const outcome = await new Promise<string>((done) => {
      const socket = connect({
        host: device.host,
        port: device.port,
        cert: pos?.pem ?? '',
        key: read('pem-plain', 'pos-private-key.pem'),
        ca: read('pem', 'root-ca.pem'),
        checkServerIdentity: () => undefined,
      });
      socket.on('error', () => done('refused'));
      socket.on('close', () => done('refused'));
      socket.on('data', (data) => done(data.toString()));
      socket.on('secureConnect', () => socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'));
    });
    expect(outcome).toBe('refused');
  });
});

/** Runs a sample in its folder, where it finds its kit beside it, unless it is given another one. */
const SAMPLES = {
  'status.mjs': (folder: string, kit: string[], options: RunOptions) =>
    runProgram(NODE, ['status.mjs', ...kit], { cwd: join(folder, 'samples'), ...options }),
  'status.py': (folder: string, kit: string[], options: RunOptions) =>
    runTool('python', ['status.py', ...kit], { cwd: join(folder, 'samples'), ...options }),
  'Status.java': (folder: string, kit: string[], options: RunOptions) =>
    runTool('java', ['Status.java', ...kit], { cwd: join(folder, 'samples'), ...options }),
  'status.sh': (folder: string, kit: string[], options: RunOptions) =>
    runProgram('sh', ['status.sh', ...kit], {
      cwd: join(folder, 'samples'),
      ...options,
      env: { POS_LISTEN_SECONDS: '3', ...options.env },
    }),
};

describe.each([
  ['status.mjs', KIT_FORMATS, false],
  ['status.py', ['pem', 'pem-plain'], lacks('python')],
  ['Status.java', ['p12', 'pem'], lacks('java')],
  ['status.sh', ['pem', 'pem-plain'], lacks('curl')],
] as const)('the sample %s', (sample, formats, isLeftOut) => {
  const run = (format: KitFormat, options: object, kit: string[] = []) =>
    SAMPLES[sample](folderOf(format), kit, options);
  const withPassword = { env: { POS_KEY_PASSWORD: PASSWORD } };

  it.skipIf(isLeftOut).each(formats)('connects with %s by IP and prints the answer', async (format) => {
    expect(await run(format, withPassword)).toEqual({ status: 0, stdout: `${STATUS}\n`, stderr: '' });
  });

  it.skipIf(isLeftOut)('takes the password from standard input as well', async () => {
    const ended = await run('pem', { env: { POS_KEY_PASSWORD: undefined }, stdin: `${PASSWORD}\n` });
    expect(ended).toMatchObject({ status: 0, stdout: `${STATUS}\n` });
  });

  it.skipIf(isLeftOut)('says so when the password is wrong or the key is cut off', async () => {
    const before = device.connections.length;
    const [format] = formats;
    const key = format === 'p12' ? 'pos.p12' : 'pos-private-key.pem';
    const message = /The key cannot be opened: wrong password, or a damaged file/;
    const wrong = await run(format, { env: { POS_KEY_PASSWORD: WRONG } });
    expect(wrong).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    const cut = await run(format, withPassword, [spoiled(format, key, half)]);
    expect(cut).toMatchObject({ status: 1, stdout: '', stderr: expect.stringMatching(message) });
    expect(cut.stderr).not.toContain(PASSWORD.trim());
    // curl has connected already when it reads the key.
    const completed = device.connections.slice(before).filter(({ handshake }) => handshake === 'completed');
    expect(completed).toEqual([]);
  });

  it.skipIf(isLeftOut)('sends nothing to another device of the same vendor, nor to a stranger', async () => {
    const receivedOf = async (options: SimulatedDeviceOptions) => {
      const other = await startSteadyDevice(options);
      const kit = spoiled('pem-plain', 'connection.json', (content) =>
        Buffer.from(content.toString().replaceAll(String(device.port), String(other.port))),
      );
      const ended = await run('pem-plain', {}, [kit]);
      expect(ended).toMatchObject({ status: 1, stdout: '' });
      expect(other.connections.length).toBeGreaterThan(0);
      const { received } = other;
      await other.stop();
      return received;
    };
    expect(await receivedOf({ pki: device.pki, serial: '9990001112' })).toEqual([]);
    expect(await receivedOf({ serial: device.serial })).toEqual([]);
  });

  it.skipIf(isLeftOut)('knows a device without a serial number by its certificate', async () => {
    if (sample === 'status.sh') return;
    const nameless = (fingerprint: string) =>
      spoiled('pem-plain', 'connection.json', (content) =>
        Buffer.from(
          content
            .toString()
            .replace(`"expectedSan": "${device.dnsName}"`, '"expectedSan": null')
            .replace(/("deviceCertificateSha256": ")[^"]*/, `$1${fingerprint}`),
        ),
      );
    const own = await run('pem-plain', {}, [nameless(device.certificateFingerprint)]);
    expect(own).toMatchObject({ status: 0, stdout: `${STATUS}\n` });
    const other = await run('pem-plain', {}, [
      nameless(new X509Certificate(device.rootCaPem).fingerprint256),
    ]);
    expect(other).toMatchObject({ status: 1, stdout: '' });
  });
});

describe('Python’s ssl', () => {
  it.skipIf(lacks('python'))('refuses a wrong password with an error of its own', async () => {
    const code = `
import ssl, sys
context = ssl.create_default_context(cafile="root-ca.pem")
try:
    context.load_cert_chain("pos-certificate.pem", "pos-private-key.pem", sys.argv[1])
    print("opened")
except ssl.SSLError as error:
    print("refused")
`;
    const open = (password: string) => runTool('python', ['-c', code, password], { cwd: folderOf('pem') });
    expect((await open(PASSWORD)).stdout.trim()).toBe('opened');
    expect((await open(WRONG)).stdout.trim()).toBe('refused');
  });
});
