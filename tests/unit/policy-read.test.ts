import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { hashPin } from '../../electron/core/access/pin-hash.ts';
import { required } from '../../electron/core/failure.ts';
import { policySchema } from '../../electron/core/policy/policy-schema.ts';
import { posIdFrom } from '../../electron/core/policy/pos-id-pattern.ts';
import { profilePolicy } from '../../electron/core/policy/profile.ts';
import {
  checkPolicyFile,
  type GuardedFiles,
  type PolicyPlaces,
  readPolicy,
} from '../../electron/core/policy/read-policy.ts';
import { parseRegistry, registryPolicy } from '../../electron/core/policy/registry.ts';
import type { ProgramEnd } from '../../electron/core/policy/run-program.ts';
import { unsafePolicy } from '../../electron/core/policy/wrong-policy.ts';
import { POLICY_SCHEMA, policyJsonSchema } from '../../scripts/make-schemas.ts';
import { parsePin } from '../../shared/manager.ts';
import { createCa, DAY_MS } from '../simulator/pki.ts';
import { CHEAP_SCRYPT } from '../support/manager.ts';

const FILE = '/etc/pos-pairing/policy.json';
let rootPem = '';
let rootDer: Buffer;
let pinHash = '';

beforeAll(async () => {
  const { certificate, certificatePem } = await createCa({ commonName: 'Root of the chain store' });
  rootPem = certificatePem;
  rootDer = certificate.raw;
  pinHash = await hashPin(required(parsePin('295713')), CHEAP_SCRYPT);
});

const files = (content: Readonly<Record<string, string | Buffer>>): GuardedFiles => ({
  read: (path) => (content[path] === undefined ? undefined : Buffer.from(content[path])),
});
const places = (policy: unknown, more: Readonly<Record<string, string | Buffer>> = {}): PolicyPlaces => ({
  system: null,
  file: FILE,
  files: files({ [FILE]: typeof policy === 'string' ? policy : JSON.stringify(policy), ...more }),
});
const reasonOf = (policy: unknown, more?: Readonly<Record<string, string | Buffer>>) => {
  const read = readPolicy(places(policy, more));
  return read.kind === 'rejected' ? `${read.error.code}: ${read.error.detail}` : read.kind;
};

describe('a policy file', () => {
  it('gives all that a policy can have', () => {
    const policy = {
      $schema: './policy.schema.json',
      rootCas: [rootPem],
      defaultAddress: '192.168.178.67',
      defaultPort: 9443,
      posIdPattern: 'SHOP-{hostname:4}',
      language: 'de',
      checkIntervalMinutes: 30,
      followAddressChanges: false,
      notifications: true,
      tray: true,
      bridgePort: 8765,
      bridgeOrigins: ['https://till.example', 'http://localhost:3000'],
      bridgeStartWithComputer: true,
      managerPinHash: pinHash,
      locked: ['language', 'rootCas'],
      allowExport: false,
      updates: 'automatic',
      updatesFeed: 'https://updates.example/pos-pairing/',
    };
    expect(Object.keys(policy).sort()).toEqual([...policySchema.keyof().options].sort());
    const expected = { kind: 'found', place: FILE, policy: { ...policy, rootCas: [rootPem.trim()] } };
    expect(readPolicy(places(policy))).toEqual(expected);
    // As editors of Windows write it.
    expect(readPolicy(places(`\ufeff${JSON.stringify(policy)}`))).toEqual(expected);
  });

  it('may be empty, and may be missing', () => {
    expect(readPolicy(places({}))).toEqual({ kind: 'found', place: FILE, policy: {} });
    expect(readPolicy({ ...places({}), files: files({}) })).toEqual({ kind: 'absent' });
  });

  it.each([
    ['{"tray": true,', 'policy-invalid: not valid JSON'],
    [[], 'policy-invalid: Invalid input'],
    [{ trey: true }, 'policy-invalid: Unrecognized key: "trey"'],
    [{ tray: 'yes' }, 'policy-invalid: tray: '],
    [{ checkIntervalMinutes: 4 }, 'policy-invalid: checkIntervalMinutes: '],
    [{ language: 'tlh' }, 'policy-invalid: language: '],
    [{ defaultAddress: '192.168.178.67:8443' }, 'policy-invalid: defaultAddress: must be a host name'],
    [{ defaultAddress: 'https://device.local' }, 'policy-invalid: defaultAddress: must be a host name'],
    [{ defaultPort: 0 }, 'policy-invalid: defaultPort: '],
    [{ posIdPattern: '{user}' }, 'policy-invalid: posIdPattern: '],
    [{ posIdPattern: '{hostname:0}' }, 'policy-invalid: posIdPattern: '],
    [{ posIdPattern: ' ' }, 'policy-invalid: posIdPattern: '],
    [{ bridgePort: 80 }, 'policy-invalid: bridgePort: '],
    [{ bridgeOrigins: ['https://till.example/'] }, 'policy-invalid: bridgeOrigins.0: '],
    [{ bridgeOrigins: ['file:///till'] }, 'policy-invalid: bridgeOrigins.0: '],
    [{ managerPinHash: '295713' }, 'policy-invalid: managerPinHash: '],
    [{ locked: ['everything'] }, 'policy-invalid: locked.0: '],
    [{ locked: ['tray', 'tray'] }, 'policy-invalid: locked: names a setting twice'],
    [{ rootCas: ['certs/root.pem'] }, 'policy-invalid: rootCas.0: neither PEM nor an absolute path'],
    [{ rootCas: ['/etc/none.pem'] }, 'policy-invalid: rootCas.0: /etc/none.pem does not exist'],
    [{ tray: 1, notifications: 1 }, 'policy-invalid: notifications: '],
  ])('is refused with the reason: %j', (policy, reason) => {
    expect(reasonOf(policy)).toContain(reason);
  });

  it('is refused without quoting a value', () => {
    const told = JSON.stringify([
      readPolicy(places({ managerPinHash: '295713' })),
      readPolicy(places('{"managerPinHash": 295713x}')),
      readPolicy(places({ language: '295713', posIdPattern: '{295713}', locked: ['295713'] })),
    ]);
    expect(told).not.toContain('295713');
    expect(told).toContain('posIdPattern');
  });

  it('names Root CAs by their files too, as PEM or DER', () => {
    const rootCas = ['/etc/pos-pairing/a.pem', '/etc/pos-pairing/b.der'];
    const read = readPolicy(
      places({ rootCas }, { '/etc/pos-pairing/a.pem': rootPem, '/etc/pos-pairing/b.der': rootDer }),
    );
    expect(read).toMatchObject({ kind: 'found', policy: { rootCas: [rootPem.trim(), rootPem.trim()] } });
  });

  it('is refused with a Root CA file that others may write', () => {
    const guarded: GuardedFiles = {
      read: (path) => {
        if (path === FILE) return Buffer.from('{"rootCas":["/srv/root.pem"]}');
        throw unsafePolicy('/srv can be written by everybody');
      },
    };
    expect(readPolicy({ system: null, file: FILE, files: guarded })).toMatchObject({
      kind: 'rejected',
      error: {
        code: 'policy-unsafe',
        params: { place: FILE, reason: 'rootCas.0: /srv can be written by everybody' },
      },
    });
  });

  it('has a published schema', () => {
    expect(JSON.parse(readFileSync(POLICY_SCHEMA, 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(policyJsonSchema())),
    );
  });
});

describe('checkPolicyFile', () => {
  const at = { now: Date.now(), builtAt: 0 };
  const check = (policy: unknown, now = at.now) =>
    checkPolicyFile(FILE, { ...at, now, files: places(policy).files });

  it('says what a good one gives', () => {
    expect(check({ tray: true, rootCas: [rootPem] })).toMatchObject({
      ok: true,
      value: { keys: ['rootCas', 'tray'], rootCas: [{ subject: expect.stringContaining('chain store') }] },
    });
  });

  it('judges Root CAs like an import', async () => {
    const old = await createCa({ commonName: 'Old', notBefore: new Date(0), notAfter: new Date(DAY_MS) });
    expect(check({ rootCas: [old.certificatePem] })).toMatchObject({
      ok: false,
      error: { code: 'policy-invalid', detail: expect.stringContaining('rootCas.0: root-ca-expired') },
    });
    // An import would leave the expired one out; here nothing is left out.
    expect(check({ rootCas: [`${rootPem}${old.certificatePem}`] })).toMatchObject({
      ok: false,
      error: { detail: expect.stringContaining('a certificate in it is expired') },
    });
  });

  it('says that there is none', () => {
    expect(checkPolicyFile('/nowhere/policy.json', at)).toMatchObject({
      ok: false,
      error: { code: 'not-found' },
    });
    // The root of the disk is no file.
    expect(checkPolicyFile('/', at)).toMatchObject({ ok: false, error: { code: 'policy-unreadable' } });
  });
});

describe('the POS ID pattern', () => {
  it.each([
    ['{hostname}', 'TILL-07.shop.example', 'TILL-07'],
    ['{hostname:2}', 'TILL-07', '07'],
    ['B{hostname:3}/{hostname}', 'till', 'Bill/till'],
    ['{hostname:99}', 'till', 'till'],
    ['7', 'till', '7'],
    ['{hostname}', '', ''],
  ])('%s on %s gives %s', (pattern, hostName, posId) => {
    expect(posIdFrom(pattern, hostName)).toBe(posId);
  });
});

const REGISTRY = [
  '',
  'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing',
  '    defaultAddress    REG_SZ    till.shop.example',
  '    checkIntervalMinutes    REG_DWORD    0x1e',
  '    allowExport    REG_DWORD    0x0',
  '    tray    REG_DWORD    0x1',
  '    locked    REG_MULTI_SZ    tray\\0language',
  '',
  'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing\\rootCas',
  '    1    REG_SZ    C:\\ProgramData\\POS Pairing\\root.pem',
  '    2    REG_SZ    C:\\ProgramData\\POS Pairing\\other.pem',
  '',
  '',
].join('\r\n');

describe('the Windows registry', () => {
  const ends =
    (...all: ProgramEnd[]) =>
    () =>
      all.shift() ?? { status: 1, output: null };
  const output = (text: string): ProgramEnd => ({ status: 0, output: Buffer.from(text, 'latin1') });

  it('gives the same keys', () => {
    expect(parseRegistry(REGISTRY)).toEqual({
      defaultAddress: 'till.shop.example',
      checkIntervalMinutes: 30,
      allowExport: false,
      tray: true,
      locked: ['tray', 'language'],
      rootCas: ['C:\\ProgramData\\POS Pairing\\root.pem', 'C:\\ProgramData\\POS Pairing\\other.pem'],
    });
  });

  it('asks the 64-bit view, by the path of reg.exe', () => {
    const asked: unknown[] = [];
    const policy = registryPolicy('C:\\Windows', (program, args) => {
      asked.push([program, ...args]);
      return output(REGISTRY);
    });
    expect(policy.read()).toMatchObject({ tray: true });
    expect(asked).toEqual([
      ['C:\\Windows\\System32\\reg.exe', 'query', 'HKLM\\SOFTWARE\\Policies\\POS Pairing', '/s', '/reg:64'],
    ]);
  });

  it('tells a key that is not there from one that cannot be read', () => {
    const others = '\r\nHKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\Microsoft\r\n';
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing\r\n';
    const read = (above: string) =>
      registryPolicy('C:\\Windows', ends({ status: 1, output: null }, output(above))).read();
    expect(read(others)).toBeUndefined();
    expect(() => read(others + key)).toThrow('policy-unreadable');
  });

  it('is no policy while the key is empty', () => {
    const key = 'HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing';
    expect(parseRegistry(`\r\n${key}\r\n`)).toBeUndefined();
    // A list of group policy's that is not configured any more.
    expect(parseRegistry(`\r\n${key}\r\n\r\n${key}\\bridgeOrigins\r\n`)).toBeUndefined();
  });

  it('refuses what it would have to guess', () => {
    const system = (text: string) => registryPolicy('C:\\Windows', ends(output(text)));
    const read = (text: string) => readPolicy({ ...places({ tray: true }), system: system(text) });
    const line = (text: string) => REGISTRY.replace('    tray    REG_DWORD    0x1', text);
    for (const [text, reason] of [
      [line('    tray    REG_DWORD    0x2'), 'tray: '],
      [line('    tray    REG_SZ    true'), 'tray: '],
      [line('    tray    REG_BINARY    01'), 'tray: REG_BINARY'],
      [line('    trey    REG_DWORD    0x1'), 'Unrecognized key: "trey"'],
      [line('    posIdPattern    REG_SZ    B\xfcro'), 'beyond ASCII'],
      // What a console's code page lacks.
      [line('    posIdPattern    REG_SZ    ??-1'), 'question marks'],
      [line('    posIdPattern    REG_SZ    A\r\nB'), 'more than one line'],
    ] as const) {
      const rejected = read(text);
      expect(rejected).toMatchObject({ kind: 'rejected', error: { code: 'policy-invalid' } });
      expect(rejected.kind === 'rejected' && rejected.error.detail).toContain(reason);
    }
  });

  it('comes before the file, and is not mixed with it', () => {
    const system = registryPolicy(
      'C:\\Windows',
      ends(output('HKEY_LOCAL_MACHINE\\SOFTWARE\\Policies\\POS Pairing\r\n    tray    REG_DWORD    0x0\r\n')),
    );
    expect(readPolicy({ ...places({ language: 'de' }), system })).toEqual({
      kind: 'found',
      place: 'HKLM\\SOFTWARE\\Policies\\POS Pairing',
      policy: { tray: false },
    });
    const nothing = registryPolicy('C:\\Windows', ends());
    expect(readPolicy({ ...places({ language: 'de' }), system: nothing })).toMatchObject({
      policy: { language: 'de' },
    });
  });
});

describe('a macOS profile', () => {
  const PLIST = '/Library/Managed Preferences/com.pos-pairing.app.plist';
  const guarded = files({ [PLIST]: 'bplist00' });

  it('is read by plutil, and is no policy where there is none', () => {
    const run = (): ProgramEnd => ({ status: 0, output: Buffer.from('{"tray":true,"rootCas":[]}') });
    expect(profilePolicy(guarded, run).read()).toEqual({ tray: true, rootCas: [] });
    expect(profilePolicy(files({}), run).read()).toBeUndefined();
  });

  it('is refused when it has no JSON form', () => {
    expect(() => profilePolicy(guarded, () => ({ status: 1, output: null })).read()).toThrow(
      'policy-unreadable',
    );
  });
});
