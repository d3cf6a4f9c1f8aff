import { generateKeyPairSync } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { explainByNotes } from '../../electron/core/pairing/explain-by-notes.ts';
import { parseCertificate, summarize } from '../../electron/core/pki/certificate.ts';
import { progressOf, readCredentials } from '../../electron/core/pki/credentials.ts';
import { findPemBlocks } from '../../electron/core/pki/pem.ts';
import { appError } from '../../shared/errors.ts';
import { certificateSummarySchema } from '../../shared/pairing.ts';
import { pkcs8KeyPem } from '../simulator/keys.ts';
import { type CertifiedKey, createCa, DAY_MS, issueCertificate } from '../simulator/pki.ts';
import { codeOf } from '../support/failure-code.ts';

const now = Date.now();
const inDays = (days: number) => new Date(now + days * DAY_MS);

let root: CertifiedKey;
let issuing: CertifiedKey;
let pos: CertifiedKey;
let stranger: CertifiedKey;

beforeAll(async () => {
  root = await createCa({ commonName: 'Merchant Root CA' });
  issuing = await createCa({ commonName: 'POS Issuing CA', issuer: root });
  pos = await issue();
  stranger = await createCa({ commonName: 'Stranger' });
});

const issue = (more = {}) =>
  issueCertificate({ commonName: '123', issuer: issuing, extendedKeyUsage: ['clientAuth'], ...more });
const read = (answer: string, intermediates = [] as CertifiedKey[], anchor = root) =>
  readCredentials(
    answer,
    { root: anchor.certificate, intermediates: intermediates.map(({ certificate }) => certificate) },
    now,
  );
const answerOf = (leaf: CertifiedKey, ...authorities: CertifiedKey[]) =>
  [leaf.privateKeyPem, leaf.certificatePem, ...authorities.map(({ certificatePem }) => certificatePem)].join(
    '',
  );
const presented = (answer: string, intermediates: CertifiedKey[] = [], anchor = root) =>
  findPemBlocks(read(answer, intermediates, anchor).credentials.certificateChainPem).map(
    ({ pem }) => parseCertificate(pem)?.subject,
  );
const base64Of = (pem: string) => findPemBlocks(pem)[0]?.pem.split('\n').slice(1, -2).join('') ?? '';

describe('forms of an answer', () => {
  const forms = (): Record<string, string> => {
    const plain = answerOf(pos, issuing, root);
    const der = [pkcs8KeyPem(pos.key.privateKey), pos.certificatePem, issuing.certificatePem].map(base64Of);
    const withRawBreaks = (text: string) => `{"privateKey":"${pos.privateKeyPem}","certificates":"${text}"}`;
    // What `openssl x509 -trustout` writes: settings in DER follow the certificate.
    const trusted = Buffer.concat([pos.certificate.raw, Buffer.from('300c300a06082b06010505070302', 'hex')]);
    return {
      'labels of old': plain
        .replaceAll('CERTIFICATE-----', 'X509 CERTIFICATE-----')
        .replaceAll('BEGIN CERT', 'BEGIN X509 CERT'),
      'labels of OpenSSL': [
        pos.privateKeyPem,
        `-----BEGIN TRUSTED CERTIFICATE-----\n${trusted.toString('base64')}\n-----END TRUSTED CERTIFICATE-----\n`,
        issuing.certificatePem,
      ].join(''),
      'a PKCS#8 label around a PKCS#1 key': plain.replaceAll('RSA PRIVATE KEY', 'PRIVATE KEY'),
      'base64 DER in JSON': JSON.stringify({ key: der[0], certificate: der[1], chain: [der[2]] }),
      'base64 DER in lines': JSON.stringify(der.map((text) => text.replace(/.{76}/g, '$&\r\n'))),
      'base64url DER': JSON.stringify(der.map((text) => text.replaceAll('+', '-').replaceAll('/', '_'))),
      'several certificates in one base64 value': JSON.stringify({
        key: der[0],
        chain: Buffer.concat([pos.certificate.raw, issuing.certificate.raw]).toString('base64'),
      }),
      'PEM in base64': JSON.stringify({ bundle: Buffer.from(plain).toString('base64') }),
      'a byte order mark': `\ufeff${plain}`,
      'JSON behind a byte order mark': `\ufeff${JSON.stringify({ plain })}`,
      'JSON with raw line breaks': withRawBreaks(pos.certificatePem + issuing.certificatePem),
      'JSON with raw CRLF': withRawBreaks(
        (pos.certificatePem + issuing.certificatePem).replaceAll('\n', '\r\n'),
      ),
      'messages in a list': JSON.stringify([
        pos.privateKeyPem,
        JSON.stringify({ a: pos.certificatePem }),
        issuing.certificatePem,
      ]),
      'the same key twice': pos.privateKeyPem + plain,
      'the same key in two forms': pkcs8KeyPem(pos.key.privateKey) + plain,
      'a damaged certificate beside the good ones': `${plain}-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----`,
      'many certificates': answerOf(pos, issuing) + stranger.certificatePem.repeat(40),
    };
  };

  it('are all read', () => {
    for (const [name, answer] of Object.entries(forms())) {
      const { clientCertificate, credentials, notes } = read(answer);
      expect(clientCertificate.fingerprint256, name).toBe(pos.certificate.fingerprint256);
      expect(credentials.privateKeyPem, name).toBe(pkcs8KeyPem(pos.key.privateKey));
      expect(findPemBlocks(credentials.certificateChainPem), name).toHaveLength(2);
      expect(notes, name).toEqual([]);
      expect(progressOf(answer), name).toMatch(/^(usable|complete)$/);
    }
  });

  it('with an encrypted key have an error of their own', () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const options = { cipher: 'aes-256-cbc', passphrase: 'x' };
    const pkcs8 = privateKey.export({ type: 'pkcs8', format: 'pem', ...options }).toString();
    const legacy = privateKey.export({ type: 'pkcs1', format: 'pem', ...options }).toString();
    expect(legacy).toContain('Proc-Type: 4,ENCRYPTED');
    const der = privateKey.export({ type: 'pkcs8', format: 'der', ...options }).toString('base64');
    for (const key of [pkcs8, legacy]) {
      expect(codeOf(() => read(key + pos.certificatePem))).toBe('credentials-key-encrypted');
      expect(codeOf(() => read(JSON.stringify({ key, certificate: pos.certificatePem })))).toBe(
        'credentials-key-encrypted',
      );
    }
    expect(codeOf(() => read(JSON.stringify([der, pos.certificatePem])))).toBe('credentials-key-encrypted');
  });

  // Found by npm run fuzz: Node ended the process when such a key was looked at.
  it('with an EC key that is too long for its curve are refused', async () => {
    const ec = await issue({ keyType: 'ec' });
    const key = ec.key.privateKey.export({ type: 'sec1', format: 'der' });
    // SEQUENCE, INTEGER 1, then the number: an octet more, and no leading zero.
    const [tag, length = 0] = key;
    expect(key.subarray(2, 7).toString('hex')).toBe('0201010420');
    const longer = Buffer.from([tag ?? 0, length + 1, ...key.subarray(2, 6), 0x21, 0x80, ...key.subarray(7)]);
    const pem = `-----BEGIN EC PRIVATE KEY-----\n${longer.toString('base64')}\n-----END EC PRIVATE KEY-----\n`;
    expect(codeOf(() => read(pem + ec.certificatePem))).toBe('answer-malformed');
  });

  it('with a key that was damaged on the way are refused: it fits by its public part alone', () => {
    const block = findPemBlocks(pos.privateKeyPem)[0];
    const der = Buffer.from(base64Of(block?.pem ?? ''), 'base64');
    // Everything behind the public part: the private exponent and the primes.
    const primes = Buffer.alloc(700, 0x5a);
    primes.copy(der, der.length - 750);
    const damaged = `-----BEGIN RSA PRIVATE KEY-----\n${der.toString('base64')}\n-----END RSA PRIVATE KEY-----\n`;
    expect(['credentials-key-mismatch', 'answer-malformed']).toContain(
      codeOf(() => read(damaged + pos.certificatePem)),
    );
  });

  it('tell while they come how much is there', () => {
    expect(progressOf('{"type":"Greeting","token":"aGVsbG8="}')).toBe('nothing');
    expect(progressOf(pos.privateKeyPem)).toBe('part');
    expect(progressOf(issuing.certificatePem)).toBe('part');
    expect(progressOf(answerOf(pos))).toBe('usable');
    expect(progressOf(answerOf(pos, issuing))).toBe('usable');
    expect(progressOf(answerOf(pos, issuing, root))).toBe('complete');
    expect(progressOf(pos.privateKeyPem + stranger.privateKeyPem)).toBe('complete');
  });
});

describe('what is presented later', () => {
  it('is every delivered intermediate, in issuing order, and no root', async () => {
    const sub = await createCa({ commonName: 'Sub CA', issuer: issuing });
    const leaf = await issue({ issuer: sub });
    const aside = await createCa({ commonName: 'Aside CA', issuer: stranger });
    expect(presented(answerOf(leaf, root, issuing, aside, sub))).toEqual([
      'CN=123',
      'CN=Sub CA',
      'CN=POS Issuing CA',
      'CN=Aside CA',
    ]);
  });

  it('includes an issuing CA that is not self-signed though the path ends there', async () => {
    const answer = answerOf(pos, issuing);
    expect(presented(answer, [], stranger)).toEqual(['CN=123', 'CN=POS Issuing CA']);
    expect(read(answer, [], stranger).issuer.subject).toBe('CN=POS Issuing CA');
    expect(read(answer, [], stranger).notes).toEqual([]);
  });

  it('takes intermediates of the Root CA file when they lead to it', () => {
    expect(presented(answerOf(pos), [issuing])).toEqual(['CN=123', 'CN=POS Issuing CA']);
    expect(read(answerOf(pos), [issuing]).notes).toEqual([]);
  });
});

describe('notes', () => {
  const notesOf = (answer: string) => read(answer).notes;

  it('say what is odd, and refuse nothing', async () => {
    const expired = await issue({ notBefore: inDays(-9), notAfter: inDays(-1) });
    const expiredCa = await createCa({
      commonName: 'Old CA',
      issuer: root,
      notBefore: inDays(-9),
      notAfter: inDays(-1),
    });
    const future = await issue({ notBefore: new Date(Math.ceil(now / 1000) * 1000 + 90_000) });
    expect(notesOf(answerOf(pos))).toEqual([{ code: 'issuer-unknown' }]);
    expect(notesOf(answerOf(pos, stranger))).toEqual([{ code: 'issuer-unknown' }]);
    expect(read(answerOf(pos)).credentials.certificateChainPem).toBe(pos.certificatePem);
    expect(notesOf(answerOf(expired, issuing))).toEqual([
      { code: 'expired', date: summarize(expired.certificate).validTo },
    ]);
    expect(notesOf(answerOf(await issue({ issuer: expiredCa }), expiredCa))).toEqual([
      { code: 'expired', date: summarize(expiredCa.certificate).validTo },
    ]);
    const [ahead] = notesOf(answerOf(future, issuing));
    expect(ahead).toMatchObject({ code: 'not-yet-valid' });
    expect(ahead?.code === 'not-yet-valid' && Math.round(ahead.aheadMs / 10_000)).toBe(9);
    expect(notesOf(answerOf(await issue({ extendedKeyUsage: ['serverAuth'] }), issuing))).toEqual([
      { code: 'purpose' },
    ]);
    expect(notesOf(answerOf(await issue({ extendedKeyUsage: ['anyExtendedKeyUsage'] }), issuing))).toEqual(
      [],
    );
    expect(notesOf(answerOf(await issue({ corruptSignature: true }), issuing))).toEqual([
      { code: 'signature' },
    ]);
    expect(notesOf(answerOf(await issue({ digest: 'sha1' }), issuing))).toEqual([
      { code: 'signature', digest: 'SHA-1' },
    ]);
    const plain = answerOf(pos, issuing);
    expect(notesOf(`{"all":"${plain}`)).toEqual([{ code: 'incomplete' }]);
    expect(notesOf(`${plain}${root.certificatePem.slice(0, 300)}`)).toEqual([{ code: 'incomplete' }]);
    const own = await issueCertificate({ commonName: '123' });
    expect(notesOf(answerOf(own))).toEqual([]);
  });

  it('name the reason of a refusal, and of nothing else', () => {
    const refused = appError('mtls-refused', 'alert', { stage: 'prove' });
    const date = '2026-01-01T00:00:00.000Z';
    const codes = (...notes: Parameters<typeof explainByNotes>[1]) => explainByNotes(refused, notes).code;
    expect(explainByNotes(refused, [])).toBe(refused);
    expect(codes({ code: 'issuer-unknown' })).toBe('credentials-issuer-unknown');
    expect(codes({ code: 'signature' })).toBe('credentials-issuer-unknown');
    expect(codes({ code: 'signature', digest: 'SHA-1' })).toBe('credentials-weak-key');
    expect(codes({ code: 'issuer-unknown' }, { code: 'expired', date })).toBe('credentials-expired');
    expect(codes({ code: 'issuer-unknown' }, { code: 'incomplete' })).toBe('answer-malformed');
    expect(codes({ code: 'purpose' })).toBe('credentials-purpose');
    expect(explainByNotes(refused, [{ code: 'not-yet-valid', date, aheadMs: 89_001 }])).toMatchObject({
      code: 'credentials-not-yet-valid',
      stage: 'prove',
      params: { date, ahead: 'PT90S' },
    });
    const lost = appError('connection-lost');
    expect(explainByNotes(lost, [{ code: 'purpose' }])).toBe(lost);
  });
});

// Mutated answers and files are a matter of the fuzzer (tests/fuzz).
describe('mutated certificates', () => {
  it('with any byte of their dates changed can be told, or are none', async () => {
    const { certificate } = await issue({ keyType: 'ec', notAfter: new Date('2060-01-01T00:00:00Z') });
    // UTCTime, then GeneralizedTime.
    const first = certificate.raw.indexOf(Buffer.from([0x17, 0x0d]));
    const outcomes = { read: 0, refused: 0 };
    for (let at = first; at < first + 2 + 13 + 2 + 15; at += 1) {
      for (let value = 0; value < 256; value += 1) {
        const der = Buffer.from(certificate.raw);
        der[at] = value;
        const parsed = parseCertificate(der);
        if (parsed) expect(certificateSummarySchema.safeParse(summarize(parsed)).success).toBe(true);
        outcomes[parsed ? 'read' : 'refused'] += 1;
      }
    }
    expect(outcomes.read).toBeGreaterThan(50);
    expect(outcomes.refused).toBeGreaterThan(1_000);
  }, 120_000);

  it('with dates or a key that nobody can read are none', () => {
    const { raw } = pos.certificate;
    const change = (pattern: Buffer, replacement: Buffer) => {
      const der = Buffer.from(raw);
      const at = der.indexOf(pattern);
      expect(at).toBeGreaterThan(0);
      replacement.copy(der, at);
      return parseCertificate(der);
    };
    // UTCTime with a month 99, and one with characters that are no digits.
    const utcTime = Buffer.from([0x17, 0x0d]);
    expect(change(utcTime, Buffer.from([0x17, 0x0d, 0x39, 0x39, 0x39, 0x39]))).toBeUndefined();
    // The algorithm of the key is an unknown one.
    const rsa = Buffer.from('06092a864886f70d010101', 'hex');
    expect(change(rsa, Buffer.from('06092a864886f70d01017f', 'hex'))).toBeUndefined();
  });
});
