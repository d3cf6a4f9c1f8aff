import { expect, it } from 'vitest';
import { redact } from '../../electron/core/redact.ts';

it('removes secrets in any case and with separators', () => {
  const text = 'Code 8QW1YS1D (8qw1-ys1d, 8QW1 YS1D) is not valid';
  expect(redact(text, ['8QW1YS1D'])).toBe('Code [removed] ([removed], [removed]) is not valid');
});

it('removes whole and cut-off PEM blocks', () => {
  const key = '-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----';
  expect(redact(`before ${key} after`)).toBe('before [PEM removed] after');
  expect(redact('x -----BEGIN PRIVATE KEY-----\nMIIEabc')).toBe('x [PEM removed]');
});

it('removes control characters and limits the length', () => {
  expect(redact('a\u0000\u001b[31mb\r\nc')).toBe('a [31mb c');
  expect(redact('x'.repeat(5000))).toHaveLength(1001);
});

it('removes a secret in any spacing, letter case and common encoding', () => {
  const base64 = (text: string) => Buffer.from(text).toString('base64');
  for (const quoted of [
    '8 Q W 1 Y S 1 D',
    '8.Q.W.1.Y.S.1.D',
    '8qw1 - ys1d',
    '8QW1\u2013YS1D',
    '8QW1\u200bYS1D',
    '８ＱＷ１ＹＳ１Ｄ',
    '3851573159533144',
    base64('8QW1YS1D'),
    base64('{"posId":"1","setupCode":"8QW1YS1D"}'),
    base64('{"posId":"12","setupCode":"8QW1YS1D"}'),
    base64('{"posId":"123","setupCode":"8QW1YS1D"}'),
  ]) {
    const clean = redact(`before ${quoted} after`, ['8QW1YS1D']);
    expect(clean, quoted).toContain('[removed]');
    expect(clean, quoted).toMatch(/^before .* after$/);
    expect(Buffer.from(clean, 'base64').toString('latin1'), quoted).not.toMatch(/8qw1|ys1d/i);
  }
});

it('leaves what merely resembles a secret', () => {
  const text = 'POS 8QW1, terminal YS1D, serial 1850012345, 8QW2YS1D';
  expect(redact(text, ['8QW1YS1D'])).toBe(text);
});

it('removes a key without its PEM armour, and keeps fingerprints', () => {
  const key = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) % 251)).toString('base64');
  expect(redact(`{"key":"${key}"}`)).toBe('{"key":"[data removed]"}');
  expect(redact(`x ${key.match(/.{1,64}/g)?.join('\n')}`)).toBe('x [data removed]');
  const fingerprint = 'AB:'.repeat(31).concat('CD');
  expect(redact(fingerprint)).toBe(fingerprint);
  expect(redact('ab12'.repeat(16))).toBe('ab12'.repeat(16));
});

it('removes hex longer than any fingerprint, however it is dumped', () => {
  const bytes = Array.from({ length: 80 }, (_, i) => ((i * 7919) % 251).toString(16).padStart(2, '0'));
  for (const dump of [
    bytes.join(''),
    bytes.join('').toUpperCase(),
    bytes.join(':'),
    bytes.join(' '),
    bytes.map((byte) => `0x${byte}`).join(', '),
    bytes.join(':').replace(/.{45}/g, '$&\n    '),
  ]) {
    const clean = redact(`before ${dump} after`);
    expect(clean).toMatch(/^before \[data removed\] after$/);
  }
  const sha512 = 'ab12'.repeat(32);
  expect(redact(sha512)).toBe(sha512);
});

it('removes base64 in lines of any length, and leaves words', () => {
  const key = Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 7919) % 251)).toString('base64');
  for (const width of [4, 8, 16, 20, 32, 48, 60, 64, 76]) {
    const lines = key.match(new RegExp(`.{1,${width}}`, 'g')) ?? [];
    for (const between of ['\n', '\r\n', '\\n', '","', '\n    ']) {
      const clean = redact(`The key is ${lines.join(between)} as sent`);
      expect(clean, `${width} ${JSON.stringify(between)}`).toMatch(
        // A short word may pass for the last line.
        /^The key is \[data removed\]( as)? sent$/,
      );
    }
  }
  for (const text of [
    'The device 1850012345 said: Code not valid, try Again with the code that the screen shows now, please.',
    'CN=Simulated Merchant Root CA, O=Vendor, issued by CN=Simulated-Merchant-Root-CA-2026, valid 2026-01-01T00:00:00.000Z',
    'EACCES: permission denied, open C:\\new\\register\\Pairings\\3f2504e0-4f89-41d3-9a0c-0305e82c3301.json',
  ])
    expect(redact(text)).toBe(text);
});

it('is done soon with hostile text', () => {
  for (const text of [
    'x'.repeat(256 * 1024),
    '8'.repeat(256 * 1024),
    '-----BEGIN A'.repeat(20_000),
    'a '.repeat(99_999),
    'aB3/ '.repeat(9_999),
    `${'ab '.repeat(60)}${' '.repeat(99_999)}`,
  ]) {
    expect(redact(text, ['8QW1YS1D']).length).toBeLessThanOrEqual(1001);
  }
});

// Found by npm run fuzz.
it('is not led astray by characters that nobody sees', () => {
  const key =
    'MIIEowIBAAKCAQEAkpEhukfYgxvZmNxuPg6FUv0U4idZ+eGEJHVif3c7nquidz6oxBhmHeW5Sk32k0ML5Cl7bbeSbOJfwffo';
  const label = (unseen: string) =>
    `-----BEGIN${unseen} RSA PRIVATE KEY-----\n${key}\n-----END RSA PRIVATE KEY-----`;
  expect(redact(`x ${label('\0')} y`)).toBe('x [PEM removed] y');
  expect(redact(label('\u200b'))).toBe('[PEM removed]');
  expect(redact(label('\n'))).toBe('[PEM removed]');
  expect(redact(key.replace(/.{20}/g, '$&\u200b'))).toBe('[data removed]');
});

it('knows a secret in a hex dump of any kind', () => {
  for (const quoted of [
    '4a533158534a5154',
    '4A533158534A5154',
    '4A:53:31:58:53:4A:51:54',
    '4a 53 31 58 53 4a 51 54',
  ])
    expect(redact(`before ${quoted} after`, ['JS1XSJQT']), quoted).toBe('before [removed] after');
});
