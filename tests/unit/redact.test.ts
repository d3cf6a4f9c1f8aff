import { expect, it } from 'vitest';
import { redact } from '../../electron/redact.ts';

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
