import { beforeAll, describe, expect, it } from 'vitest';
import { toAppError } from '../../electron/core/failure.ts';
import {
  describeKey,
  EKU_SERVER_AUTH,
  parseCertificate,
  readExtensions,
  summarize,
} from '../../electron/core/pki/certificate.ts';
import { verifyChain } from '../../electron/core/pki/chain.ts';
import { readCredentials } from '../../electron/core/pki/credentials.ts';
import { findPemBlocks } from '../../electron/core/pki/pem.ts';
import { type RootCa, readRootCas } from '../../electron/core/pki/root-ca.ts';
import { findWeakness } from '../../electron/core/pki/strength.ts';
import { type CertifiedKey, createCa, DAY_MS, issueCertificate } from '../simulator/pki.ts';
import { codeOf } from '../support/failure-code.ts';

const now = Date.now();
const bytes = (text: string) => new TextEncoder().encode(text);
const inDays = (days: number) => new Date(now + days * DAY_MS);

let root: CertifiedKey;
let intermediate: CertifiedKey;
let clientCa: CertifiedKey;
let client: CertifiedKey;
let anchor: RootCa;

beforeAll(async () => {
  root = await createCa({ commonName: 'Merchant Root CA', organization: 'Vendor' });
  intermediate = await createCa({ commonName: 'Issuing CA', issuer: root, pathLength: 0 });
  clientCa = await createCa({ commonName: 'Device client CA' });
  client = await issueCertificate({ commonName: '123', issuer: clientCa, extendedKeyUsage: ['clientAuth'] });
  anchor = { root: root.certificate, intermediates: [] };
});

describe('readRootCas', () => {
  const readFile = (data: string | Uint8Array) =>
    readRootCas(typeof data === 'string' ? bytes(data) : data, now, 0);
  const read = (data: string | Uint8Array) => readFile(data).candidates[0];

  it('reads PEM, DER, several certificates and the REST answer', () => {
    const both = `Subject: x\r\n${intermediate.certificatePem}\r\n${root.certificatePem}${root.certificatePem}`;
    const inputs = [
      root.certificatePem,
      new Uint8Array(root.certificate.raw),
      root.certificatePem.replaceAll('\n', '\r\n'),
      JSON.stringify({ certificateChain: both }),
      `\ufeff${both}`,
    ];
    for (const input of inputs) {
      const found = read(input);
      expect(found.root.fingerprint256).toBe(root.certificate.fingerprint256);
    }
    expect(read(both).intermediates).toHaveLength(1);
  });

  it('describes what it read', () => {
    const summary = summarize(read(root.certificatePem).root);
    expect(summary.subject).toBe('CN=Merchant Root CA, O=Vendor');
    expect(summary.key).toBe('RSA 2048');
    expect(summary.fingerprint256).toMatch(/^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  });

  it('refuses everything else with the exact reason', async () => {
    const leaf = await issueCertificate({ commonName: 'leaf', issuer: root });
    const cases: [string, string | Uint8Array][] = [
      ['root-ca-unreadable', 'hello'],
      ['root-ca-unreadable', ''],
      ['root-ca-unreadable', new Uint8Array([0x30, 0x82, 0xff, 0xff, 0])],
      ['root-ca-unreadable', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
      ['root-ca-unreadable', '{"certificateChain":""}'],
      ['root-ca-too-large', 'x'.repeat(256 * 1024 + 1)],
      ['root-ca-has-private-key', root.certificatePem + root.privateKeyPem],
      ['root-ca-not-ca', leaf.certificatePem],
      ['root-ca-not-ca', root.certificatePem + leaf.certificatePem],
      ['root-ca-not-ca', (await createCa({ commonName: 'r', isCa: false })).certificatePem],
      ['root-ca-not-ca', (await createCa({ commonName: 'r', isCa: null })).certificatePem],
      ['root-ca-not-ca', (await createCa({ commonName: 'r', keyCertSign: false })).certificatePem],
      ['root-ca-no-root', intermediate.certificatePem],
      ['root-ca-bad-signature', (await createCa({ commonName: 'r', corruptSignature: true })).certificatePem],
      ['root-ca-weak', (await createCa({ commonName: 'r', keyBits: 1024 })).certificatePem],
      [
        'root-ca-expired',
        (await createCa({ commonName: 'r', notBefore: inDays(-9), notAfter: inDays(-1) })).certificatePem,
      ],
      ['root-ca-not-yet-valid', (await createCa({ commonName: 'r', notBefore: inDays(1) })).certificatePem],
    ];
    expect(cases.map(([, data]) => codeOf(() => read(data)))).toEqual(cases.map(([code]) => code));
  });

  it('reads UTF-16 by its byte order mark', () => {
    const text = `\ufeff${root.certificatePem}`;
    const littleEndian = Buffer.from(text, 'utf16le');
    const bigEndian = Buffer.from(littleEndian).swap16();
    for (const file of [littleEndian, bigEndian])
      expect(read(file).root.fingerprint256).toBe(root.certificate.fingerprint256);
  });

  it('leaves out what is out of date or unreadable beside a good root, and tells', async () => {
    const name = { commonName: 'old', issuer: root };
    const expired = await createCa({ ...name, notBefore: inDays(-9), notAfter: inDays(-1) });
    const future = await createCa({ ...name, commonName: 'new', notBefore: inDays(1) });
    const garbage = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    const all = [expired, future, root, intermediate].map(({ certificatePem }) => certificatePem).join('');
    const file = readFile(all + garbage);
    expect(file.candidates).toHaveLength(1);
    expect(file.candidates[0].intermediates.map(({ subject }) => subject)).toEqual(['CN=Issuing CA']);
    expect(file.leftOut).toEqual([
      { subject: 'CN=old', problem: 'expired' },
      { subject: 'CN=new', problem: 'not-yet-valid' },
      { subject: '', problem: 'unreadable' },
    ]);
  });

  it('offers every root in the file, each with its own intermediates', async () => {
    const other = await createCa({ commonName: 'Second root' });
    const below = await createCa({ commonName: 'Second issuing CA', issuer: other });
    const all = [below, intermediate, root, other].map(({ certificatePem }) => certificatePem).join('');
    const { candidates } = readFile(all);
    expect(
      candidates.map((found) => [found.root, ...found.intermediates].map(({ subject }) => subject)),
    ).toEqual([
      [root.certificate.subject, 'CN=Issuing CA'],
      ['CN=Second root', 'CN=Second issuing CA'],
    ]);
  });

  it('finds a catalogue entry for every file that was changed at random', () => {
    const pem = bytes(root.certificatePem + intermediate.certificatePem);
    const files = [new Uint8Array(root.certificate.raw), new Uint8Array(intermediate.certificate.raw), pem];
    let seed = 20_261_125;
    // A linear congruential generator (Numerical Recipes): the same files in each run.
    const random = (below: number) => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
      return Math.floor((seed / 2 ** 32) * below);
    };
    const codes = Array.from({ length: 6_000 }, () => {
      const changed = (files[random(files.length)] ?? pem).slice();
      for (let left = 1 + random(3); left > 0; left -= 1) changed[random(changed.length)] = random(256);
      return codeOf(() => {
        for (const candidate of readFile(changed).candidates) summarize(candidate.root);
      });
    });
    expect(codes).not.toContain('internal');
    expect(new Set(codes)).toContain('root-ca-unreadable');
  });

  it('accepts a root without keyUsage, and an EC root', async () => {
    const plain = await createCa({ commonName: 'r', keyUsage: null });
    const ec = await createCa({ commonName: 'r', keyType: 'ec', curve: 'secp384r1' });
    expect(read(plain.certificatePem).root.subject).toContain('r');
    expect(summarize(read(ec.certificatePem).root).key).toBe('EC P-384');
  });

  /** Found by fuzzing: RSA-PSS with a salt of -128 bytes (RFC 4055 section 3.1), which OpenSSL reads and cannot write. */
  const UNWRITABLE_KEY = [
    'MIIChDCCAiqgAwIBAgIQUgCzitP93PtAeYY0YSshpzAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1FQyBJc3N1aW5nIENBMB4X',
    'DTI2MTEyOTAwNDEyM1oXDTI3MTEyOTAxNDEyM1owDjEMMAoGA1UEAwwDb2RkMIIBVzBCBgkqhkiG9w0BAQowNaAPMA0GCWCG',
    'SAFlAwQCAQUAoRwwGgYJKoZIhvcNAQEIMA0GCWCGSAFlAwQCAQUAogQCAoAgA4IBDwAwggEKAoIBAQDZJCbI+AjCScSM7V/U',
    '5WufZNgQ9WWsTdO8aHYGC/J6aAncWVFcPshqV0VvxerLaqZdNVQFeCHjK9dveAJHGl+CWVfBzbqS0RlQrlClMD964Jeu9W4i',
    'kslKbk0p35RmRhIsBXg8daQnF0qW2KrXLFGUZ1bAloN2HaQhQVkJZEclXSkbG+j5XBvH7HKImQp6kcAAS4WtVWvnZCDzOOPu',
    'CouULaLBpzpemiNbzRJz934oKeeZC1NaResoSQpy7PPxkHu42uMDSUjUUdRtTaJpFlVA8VbmqMG10YmpGAI9DmA8fUSQUOhX',
    'RbwtdziiijXNQYxWsWzC46yQHuDnHJuFnpjRAgMBAAGjYDBeMAwGA1UdEwEB/wQCMAAwDgYDVR0PAQH/BAQDAgeAMB0GA1Ud',
    'DgQWBBS+rlHKRjsZbFB4VD8jWKPGUeiHnzAfBgNVHSMEGDAWgBS/CJYu6ESPQwTdiTT+wbR99dYuLjAKBggqhkjOPQQDAgNI',
    'ADBFAiAgIP7sTbRDUxj5p+33IDYAWD4al9+BklRh8Rftb2SVGAIhAPwReafurF+x0uW3/Yi8gRgOHoZXAAnxAnDMMSeonv/M',
  ].join('');

  /** Found by fuzzing: DSA without parameters. BoringSSL reads it; asked for its details, the process was gone. */
  const KEY_WITHOUT_PARAMETERS = [
    'MIIBvTCCAWSgAwIBAgIQY5gAxEZlENTrGAO5uu0yazAKBggqhkjOPQQDAjAYMRYwFAYDVQQDDA1FQyBJc3N1aW5nIENBMB4X',
    'DTI2MTEyOTAwNTEyMFoXDTI3MTEyOTAxNTEyMFowDjEMMAoGA1UEAwwDb2RkMIGSMAkGByqGSM44BAEDgYQAAoGARijRWtMC',
    '6WDsXIJETZL3eIUwSTWhD5WSQ0yhdvEU4XYRiLDtGCppLqhY33+2LQiMsmbpP76I3Fj/J5E/Al1gbOGM57f+Gb5szakgyCoM',
    'E9FhOivQ2hNYakJY9zRJp2toWWHbTcbsTUcKK/qRVcK1aOKAJQT2i7ad/SG3kb5fhdSjYDBeMAwGA1UdEwEB/wQCMAAwDgYD',
    'VR0PAQH/BAQDAgeAMB0GA1UdDgQWBBSs5qDZwkIsPUpi5yIeg5iYGbQqTTAfBgNVHSMEGDAWgBT03ojkle7j/0H/bN0dxlqJ',
    'j1WGjTAKBggqhkjOPQQDAgNHADBEAiBlCB472DcDlOwmC854/bHyqdSSDCdDkP99CqO/wfvw8gIgKuRDctc530423OJvB/2K',
    'dyjZCJ8apy6AqS2w2PFOWS0=',
  ].join('');

  it('takes no certificate whose key cannot be told, and outlives it', () => {
    expect(parseCertificate(Buffer.from(UNWRITABLE_KEY, 'base64'))).toBeUndefined();
    const odd = parseCertificate(Buffer.from(KEY_WITHOUT_PARAMETERS, 'base64'));
    expect(odd && describeKey(odd.publicKey)).toEqual(
      process.versions['electron'] ? { name: 'dsa', strong: false } : undefined,
    );
  });

  it('hints at the clock when it lies before the build of the app', async () => {
    const future = await createCa({ commonName: 'r', notBefore: inDays(1) });
    try {
      readRootCas(bytes(future.certificatePem), now, now + 10 * DAY_MS);
      expect.unreachable();
    } catch (thrown) {
      expect(toAppError(thrown)).toMatchObject({ code: 'root-ca-not-yet-valid', clockSuspect: true });
    }
  });
});

describe('verifyChain', () => {
  const verify = (leaf: CertifiedKey, intermediates: readonly CertifiedKey[], at = now) => {
    const result = verifyChain({
      leaf: leaf.certificate,
      intermediates: intermediates.map((ca) => ca.certificate),
      anchors: [root.certificate],
      eku: EKU_SERVER_AUTH,
      now: at,
    });
    return result.ok ? result.path.length : result.problem;
  };
  const device = (issuer: CertifiedKey, more = {}) =>
    issueCertificate({ commonName: 'device', issuer, extendedKeyUsage: ['serverAuth'], ...more });

  it('accepts leaf, intermediate, root; also without EKU', async () => {
    expect(verify(await device(intermediate), [intermediate])).toBe(3);
    expect(verify(await device(root), [])).toBe(2);
    expect(verify(await device(intermediate, { extendedKeyUsage: [] }), [intermediate])).toBe(3);
    expect(verify(await device(intermediate, { keyType: 'ec' }), [intermediate])).toBe(3);
  });

  it('takes a renewed CA certificate rather than the ended one beside it, in any order', async () => {
    const ended = await createCa({
      commonName: 'Issuing CA',
      issuer: root,
      key: intermediate.key,
      notBefore: inDays(-9),
      notAfter: inDays(-1),
    });
    const toCome = await createCa({
      commonName: 'Issuing CA',
      issuer: root,
      key: intermediate.key,
      notBefore: inDays(1),
    });
    const leaf = await device(intermediate);
    expect(verify(leaf, [ended, toCome, intermediate])).toBe(3);
    expect(verify(leaf, [intermediate, toCome, ended])).toBe(3);
    expect(verify(leaf, [ended, toCome])).toBe('expired');
    expect(verify(leaf, [toCome, ended])).toBe('not-yet-valid');
  });

  it('does not count a self-issued CA for a path length (RFC 5280 section 4.2.1.9)', async () => {
    const limited = await createCa({ commonName: 'Limited CA', issuer: root, pathLength: 0 });
    const rollover = await createCa({ commonName: 'Limited CA', issuer: limited });
    expect(verify(await device(rollover), [rollover, limited])).toBe(4);
    const below = await createCa({ commonName: 'below', issuer: rollover });
    expect(verify(await device(below), [below, rollover, limited])).toBe('issuer-unknown');
  });

  it('names why it refuses', async () => {
    const stranger = await createCa({ commonName: 'Merchant Root CA', organization: 'Vendor' });
    const noSign = await createCa({ commonName: 'x', issuer: root, keyCertSign: false });
    const notCa = await issueCertificate({ commonName: 'x', issuer: root });
    const tooDeep = await createCa({ commonName: 'below', issuer: intermediate });
    expect(verify(await device(stranger), [])).toBe('issuer-unknown');
    expect(verify(await device(intermediate), [])).toBe('issuer-unknown');
    expect(verify(await device(intermediate, { corruptSignature: true }), [intermediate])).toBe(
      'issuer-unknown',
    );
    expect(verify(await device(noSign), [noSign])).toBe('issuer-unknown');
    expect(verify(await device(notCa), [notCa])).toBe('issuer-unknown');
    expect(verify(await device(tooDeep), [tooDeep, intermediate])).toBe('issuer-unknown');
    expect(verify(await device(root, { extendedKeyUsage: ['clientAuth'] }), [])).toBe('purpose');
    expect(verify(await device(root), [], now + 4000 * DAY_MS)).toBe('expired');
    expect(verify(await device(root), [], now - 2 * DAY_MS)).toBe('not-yet-valid');
  });
});

describe('findWeakness', () => {
  const reasonOf = async (more: Partial<Parameters<typeof createCa>[0]>) => {
    const ca = await createCa({ commonName: 'below', issuer: root, ...more });
    return findWeakness([ca.certificate, root.certificate])?.reason;
  };

  it('sees weak keys and digests, also in RSA-PSS, and nothing else', async () => {
    expect(await reasonOf({})).toBeUndefined();
    expect(await reasonOf({ digest: 'sha384' })).toBeUndefined();
    expect(await reasonOf({ pss: true })).toBeUndefined();
    expect(await reasonOf({ pss: true, digest: 'sha384' })).toBeUndefined();
    expect(await reasonOf({ keyType: 'ec' })).toBeUndefined();
    expect(await reasonOf({ pss: true, digest: 'sha1' })).toBe('SHA-1');
    expect(await reasonOf({ digest: 'sha1' })).toBe('SHA-1');
    expect(await reasonOf({ digest: 'md5' })).toBe('MD5');
    expect(await reasonOf({ keyBits: 1024 })).toBe('RSA 1024');
    expect(await reasonOf({ curve: 'secp224r1' })).toBe('EC secp224r1');
  });

  it('looks at the key of the root, but not at the signature it made itself', async () => {
    const old = await createCa({ commonName: 'old root', digest: 'sha1' });
    const below = await createCa({ commonName: 'below', issuer: old });
    expect(findWeakness([below.certificate, old.certificate])).toBeUndefined();
    const small = await createCa({ commonName: 'small root', keyBits: 1024 });
    const leaf = await createCa({ commonName: 'below', issuer: small });
    expect(findWeakness([leaf.certificate, small.certificate])?.certificate).toBe(small.certificate);
    const ecRoot = await createCa({ commonName: 'ec root', keyType: 'ec' });
    const signed = await createCa({ commonName: 'below', issuer: ecRoot, digest: 'sha1' });
    expect(findWeakness([signed.certificate, ecRoot.certificate])?.reason).toBe('SHA-1');
  });
});

describe('readExtensions', () => {
  it('reads DNS names only from the SAN, lower case', async () => {
    const certificate = await issueCertificate({
      commonName: 'evil.example',
      issuer: root,
      dnsNames: ['1850012345.CYBS.seclib.io', 'a, DNS:9.cybs.seclib.io'],
      ipAddresses: ['10.0.0.5'],
    });
    expect(readExtensions(certificate.certificate).dnsNames).toEqual([
      '1850012345.cybs.seclib.io',
      'a, dns:9.cybs.seclib.io',
    ]);
  });

  it('gives undefined for what is no certificate', () => {
    expect(parseCertificate('x')).toBeUndefined();
    expect(parseCertificate(new Uint8Array(40))).toBeUndefined();
  });
});

describe('readCredentials', () => {
  const read = (answer: string) => readCredentials(answer, anchor, now);
  const parts = (key: string, ...certificates: CertifiedKey[]) =>
    [key, ...certificates.map((certificate) => certificate.certificatePem)].join('');
  const pkcs8 = (certified: CertifiedKey) =>
    certified.key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

  it('accepts every form of the answer', () => {
    const plain = parts(client.privateKeyPem, client, clientCa);
    const answers = [
      plain,
      plain.replaceAll('\n', '\r\n'),
      parts(client.privateKeyPem, clientCa, client),
      `${client.certificatePem}\n${pkcs8(client)}\n  here is the CA:\n${clientCa.certificatePem}`,
      plain.replace(/^(?=[A-Za-z0-9+/=]+$)/gm, '  '),
      JSON.stringify({
        privateKey: client.privateKeyPem,
        certificate: client.certificatePem,
        ca: clientCa.certificatePem,
      }),
      JSON.stringify({ certificateChain: plain }),
      JSON.stringify([client.privateKeyPem, { deep: [client.certificatePem, clientCa.certificatePem] }]),
      JSON.stringify(plain),
      JSON.stringify({ text: JSON.stringify(plain) }),
    ];
    for (const answer of answers) {
      const { credentials, issuer } = read(answer);
      expect(credentials.privateKeyPem).toMatch(/^-----BEGIN PRIVATE KEY-----/);
      expect(findPemBlocks(credentials.certificateChainPem)).toHaveLength(1);
      expect(issuer.fingerprint256).toBe(clientCa.certificate.fingerprint256);
    }
  });

  it('prefers the trust anchor, with intermediates, over a delivered CA', async () => {
    const leaf = await issueCertificate({ commonName: '123', issuer: intermediate });
    const found = read(parts(leaf.privateKeyPem, leaf, intermediate));
    expect(found.issuer.fingerprint256).toBe(root.certificate.fingerprint256);
    expect(findPemBlocks(found.credentials.certificateChainPem)).toHaveLength(2);
  });

  it('accepts a delivered CA that is not self-signed, and EC keys', async () => {
    const outside = await createCa({ commonName: 'outside' });
    const sub = await createCa({ commonName: 'sub', issuer: outside });
    const leaf = await issueCertificate({
      commonName: '123',
      issuer: sub,
      keyType: 'ec',
      extendedKeyUsage: ['clientAuth'],
    });
    const found = read(parts(leaf.privateKeyPem, leaf, sub));
    expect(found.issuer.fingerprint256).toBe(sub.certificate.fingerprint256);
    expect(summarize(found.clientCertificate).key).toBe('EC P-256');
  });

  it('refuses what would harm this register, with the exact reason', async () => {
    const issue = (more = {}) =>
      issueCertificate({ commonName: '123', issuer: clientCa, extendedKeyUsage: ['clientAuth'], ...more });
    const other = await issue();
    const weak = await issue({ keyBits: 1024 });
    const weakEc = await issue({ curve: 'secp224r1', keyType: 'ec' });
    const cases: [string, string][] = [
      ['answer-malformed', 'welcome'],
      ['answer-malformed', ''],
      ['answer-malformed', '{"privateKey":'],
      ['credentials-key-missing', parts(client.privateKeyPem.replace(/\n.{20}/, '\n!!!!'), client)],
      ['answer-malformed', parts('-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n', client)],
      [
        'answer-malformed',
        `${client.privateKeyPem}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
      ],
      ['credentials-key-missing', parts('', client, clientCa)],
      ['credentials-several-keys', parts(client.privateKeyPem + other.privateKeyPem, client, clientCa)],
      ['credentials-certificate-missing', parts(client.privateKeyPem, clientCa)],
      ['credentials-certificate-missing', client.privateKeyPem],
      ['credentials-key-mismatch', parts(other.privateKeyPem, client, clientCa)],
      ['credentials-weak-key', parts(weak.privateKeyPem, weak, clientCa)],
      ['credentials-weak-key', parts(weakEc.privateKeyPem, weakEc, clientCa)],
    ];
    expect(cases.map(([, answer]) => codeOf(() => read(answer)))).toEqual(cases.map(([code]) => code));
  });

  it('says nothing of the key in its errors', () => {
    const body = client.privateKeyPem.split('\n')[3] ?? '';
    for (const answer of [parts(client.privateKeyPem, clientCa), client.privateKeyPem.slice(0, 900)]) {
      try {
        read(answer);
        expect.unreachable();
      } catch (thrown) {
        expect(body).toHaveLength(64);
        expect(JSON.stringify(toAppError(thrown))).not.toContain(body);
      }
    }
  });
});

// Found by npm run fuzz: each label of a line was followed to the end of that line, and 256 KiB took seconds.
it('reads an answer full of labels in one pass', () => {
  const unit = '-----BEGIN A-----a:';
  const answer = unit.repeat(Math.floor((256 * 1024) / unit.length));
  const before = process.cpuUsage();
  expect(findPemBlocks(answer)).toEqual([]);
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000).toBeLessThan(800);
});
