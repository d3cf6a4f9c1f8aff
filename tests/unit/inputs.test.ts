import { describe, expect, it } from 'vitest';
import { type DeviceIdentity, sameIdentity } from '../../shared/identity.ts';
import {
  formatAuthority,
  normalizeCode,
  parseAddress,
  parseCode,
  parsePosId,
  parseSerial,
  suggestPosId,
} from '../../shared/inputs.ts';
import type { Result } from '../../shared/result.ts';

const codeOf = (result: Result<unknown>) => (result.ok ? 'ok' : result.error.code);

describe('parseAddress', () => {
  it.each([
    ['192.168.178.67:8443', '192.168.178.67', 8443, undefined],
    ['192.168.178.67', '192.168.178.67', 8443, undefined],
    ['  https://192.168.178.67:9443/  ', '192.168.178.67', 9443, 'https'],
    ['wss://192.168.178.67:8443', '192.168.178.67', 8443, 'wss'],
    ['WSS://192.168.178.67:8443//', '192.168.178.67', 8443, 'wss'],
    ['https://192.168.178.67', '192.168.178.67', 8443, 'https'],
    ['https://192.168.178.67:443/', '192.168.178.67', 443, 'https'],
    ['https://192.168.178.67:8443 OR wss://192.168.178.67:8443', '192.168.178.67', 8443, undefined],
    ['wss://192.168.178.67:8443 or wss://192.168.178.67:8443', '192.168.178.67', 8443, 'wss'],
    ['https://10.0.0.5:8443,wss://10.0.0.5:8443', '10.0.0.5', 8443, undefined],
    ['https://10.0.0.5:8443\nwss://10.0.0.5:8443\n', '10.0.0.5', 8443, undefined],
    ['[2001:db8::1]:8443', '2001:db8::1', 8443, undefined],
    ['wss://[2001:DB8:0:0::1]/', '2001:db8::1', 8443, 'wss'],
    ['2001:db8::1', '2001:db8::1', 8443, undefined],
    ['terminal-7.store.example:8443', 'terminal-7.store.example', 8443, undefined],
    ['Terminal.LOCAL', 'terminal.local', 8443, undefined],
    ['１９２.１６８.１.５：８４４３', '192.168.1.5', 8443, undefined],
    ['\u200b192.168.1.5\ufeff', '192.168.1.5', 8443, undefined],
  ])('reads %j', (text, host, port, transport) => {
    expect(parseAddress(text)).toEqual({ ok: true, value: { host, port, transport } });
  });

  it.each([
    ['', 'address-empty'],
    ['   ', 'address-empty'],
    ['or', 'address-empty'],
    ['http://192.168.178.67:8443', 'address-insecure'],
    ['ws://192.168.178.67:8443', 'address-insecure'],
    ['ftp://192.168.178.67', 'address-invalid'],
    ['192.168.178.67:0', 'address-port-invalid'],
    ['192.168.178.67:65536', 'address-port-invalid'],
    ['192.168.178.67:84a3', 'address-port-invalid'],
    ['192.168.178.67:', 'address-port-invalid'],
    ['192.168.178', 'address-invalid'],
    ['8443', 'address-invalid'],
    ['0x7f.1', 'address-invalid'],
    ['192.168.178.256', 'address-invalid'],
    ['192.168.178.067', 'address-invalid'],
    ['https://192.168.178.67:8443/path', 'address-invalid'],
    ['https://192.168.178.67:8443/?a=b', 'address-invalid'],
    ['https://user:pw@192.168.178.67', 'address-invalid'],
    ['-bad-.example', 'address-invalid'],
    ['under_score.example', 'address-invalid'],
    ['[2001:db8::1', 'address-invalid'],
    ['[not-v6]:8443', 'address-invalid'],
    ['https://10.0.0.5:8443 OR wss://10.0.0.6:8443', 'address-ambiguous'],
    ['10.0.0.5:8443 10.0.0.5:9443', 'address-ambiguous'],
    [`${'a.'.repeat(127)}aa`, 'address-invalid'],
    // A cubic reader of these takes 20 seconds.
    [':'.repeat(4_000), 'address-invalid'],
    [`${':'.repeat(500)}x`, 'address-invalid'],
    [`https://${'/'.repeat(4_000)}x`, 'address-invalid'],
    ['\ufdfa'.repeat(500), 'address-invalid'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(parseAddress(text))).toBe(code);
  });

  it('writes IPv6 in brackets', () => {
    expect(formatAuthority({ host: '2001:db8::1', port: 8443 })).toBe('[2001:db8::1]:8443');
    expect(formatAuthority({ host: '10.0.0.5', port: 443 })).toBe('10.0.0.5:443');
  });
});

describe('parseCode', () => {
  it.each([
    '8QW1YS1D',
    '8qw1ys1d',
    ' 8QW1 YS1D ',
    '8QW1-YS1D',
    '8QW1–YS1D',
    '８ＱＷ１ＹＳ１Ｄ',
    '8QW1\u00a0YS1D\n',
  ])('reads %j', (text) => {
    expect(parseCode(text)).toEqual({ ok: true, value: '8QW1YS1D' });
  });

  it.each([
    ['', 'code-empty'],
    [' - ', 'code-empty'],
    ['8QW1YS1', 'code-length'],
    ['8QW1YS1DD', 'code-length'],
    ['8QW1YS1!', 'code-characters'],
    ['8QW1YS1É', 'code-characters'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(parseCode(text))).toBe(code);
  });

  it('never carries the code in its errors', () => {
    expect(JSON.stringify(parseCode('8QW1YS1'))).not.toContain('8QW1YS1');
    expect(normalizeCode('ab-c d')).toBe('ABCD');
  });
});

describe('parsePosId', () => {
  it.each([
    ['123', '123'],
    ['  Bar 2  ', 'Bar 2'],
    ['Кассa–1', 'Кассa–1'],
    ['レジ１', 'レジ１'],
    ['x'.repeat(64), 'x'.repeat(64)],
    ['😀'.repeat(64), '😀'.repeat(64)],
  ])('reads %j', (text, posId) => {
    expect(parsePosId(text)).toEqual({ ok: true, value: posId });
  });

  it.each([
    ['', 'pos-id-empty'],
    ['   ', 'pos-id-empty'],
    ['x'.repeat(65), 'pos-id-too-long'],
    ['a\u0000b', 'pos-id-characters'],
    ['a\nb', 'pos-id-characters'],
    ['a\u202eb', 'pos-id-characters'],
    ['a\u2028b', 'pos-id-characters'],
    ['a\ud800b', 'pos-id-characters'],
  ])('refuses %j with %s', (text, code) => {
    expect(codeOf(parsePosId(text))).toBe(code);
  });

  it('suggests the first label of the host name', () => {
    expect(suggestPosId('REGISTER-2.store.example')).toBe('REGISTER-2');
    expect(suggestPosId('')).toBe('');
    expect([...suggestPosId('y'.repeat(80))]).toHaveLength(64);
  });
});

describe('parseSerial', () => {
  it.each([
    [' 1850012345 ', { serial: '1850012345' }],
    ['ab-1', { serial: 'ab-1' }],
    ['1850012345.cybs.seclib.io', { serial: '1850012345', name: '1850012345.cybs.seclib.io' }],
    ['AB-1.PGW.seclib.io', { serial: 'AB-1', name: 'ab-1.pgw.seclib.io' }],
    ['  ', { serial: '' }],
  ])('reads %j', (text, value) => {
    expect(parseSerial(text)).toEqual({ ok: true, value });
  });

  it.each([
    '12/34',
    'evil.example',
    '1850012345.seclib.io',
    '1850012345.a.b.seclib.io',
    '1850012345.cybs.seclib.io.',
    '1850012345.cybs.seclib.io.evil.example',
    '*.cybs.seclib.io',
    '1850012345.cybs.sеclib.io',
    'xn--abc.cybs.seclib.io',
    '1850012345.xn--abc.seclib.io',
    'xn--abc',
    '-1.cybs.seclib.io',
    `${'1'.repeat(64)}.cybs.seclib.io`,
    '1'.repeat(4096),
  ])('refuses %j', (text) => {
    expect(codeOf(parseSerial(text))).toBe('serial-invalid');
  });
});

describe('sameIdentity', () => {
  const serial = (text: string, name?: string): DeviceIdentity => ({
    kind: 'serial',
    serial: text,
    ...(name && { name }),
  });
  const address = (host: string, publicKey256: string | null): DeviceIdentity => ({
    kind: 'address',
    host,
    publicKey256,
  });

  it.each([
    [true, serial('ab12'), serial('AB12')],
    [true, serial('1', '1.cybs.seclib.io'), serial('1')],
    [true, serial('1', '1.pgw.seclib.io'), serial('1', '1.pgw.seclib.io')],
    [false, serial('1', '1.cybs.seclib.io'), serial('1', '1.pgw.seclib.io')],
    [false, serial('1'), serial('2')],
    [true, address('h', 'AA'), address('H', 'AA')],
    [true, address('h', null), address('h', 'AA')],
    [false, address('h', 'AA'), address('h', 'BB')],
    [false, address('h', 'AA'), address('i', 'AA')],
    [false, address('1', 'AA'), serial('1')],
  ])('is %s for %j and %j', (expected, a, b) => {
    expect(sameIdentity(a, b)).toBe(expected);
  });
});
