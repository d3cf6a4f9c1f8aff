import { describe, expect, it } from 'vitest';
import { failure, settle } from '../../electron/core/failure.ts';
import { ERROR_CATALOGUE, ERROR_CODES } from '../../shared/errors.ts';
import en from '../../shared/locales/en.json' with { type: 'json' };

describe('error catalogue', () => {
  const texts: Record<string, Record<string, string> | undefined> = en.errors;

  it.each(ERROR_CODES)('%s says what happened, why and what to do', (code) => {
    for (const part of ['title', 'what', 'todo']) {
      expect(texts[code]?.[part]?.trim(), `errors.${code}.${part}`).toBeTruthy();
    }
  });

  it('has no texts for codes that do not exist', () => {
    expect(Object.keys(texts).filter((code) => !(code in ERROR_CATALOGUE))).toEqual([]);
  });
});

describe('settle', () => {
  it('passes failures on as data and hides what was not foreseen behind "internal"', async () => {
    expect(await settle(() => 7)).toEqual({ ok: true, value: 7 });
    expect(
      await settle(() => {
        throw failure('timed-out', 'x');
      }),
    ).toEqual({ ok: false, error: { code: 'timed-out', detail: 'x' } });
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
    expect(await settle(() => Promise.reject(new TypeError(`bad ${pem}`)))).toEqual({
      ok: false,
      error: { code: 'internal', detail: 'TypeError: bad [PEM removed]' },
    });
  });
});
