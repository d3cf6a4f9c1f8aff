import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { failure, settle } from '../../electron/core/failure.ts';
import { ERROR_DOCS, errorDocs } from '../../scripts/make-error-docs.ts';
import { isPutRightAtOnce, TROUBLESHOOTING, troubleshooting } from '../../scripts/make-troubleshooting.ts';
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

describe('error numbers', () => {
  const numbers = ERROR_CODES.map((code) => ERROR_CATALOGUE[code].number);

  it('have three digits, and each its own', () => {
    expect(numbers.filter((number) => !Number.isInteger(number) || number < 100 || number > 999)).toEqual([]);
    expect(numbers.filter((number, index) => numbers.indexOf(number) !== index)).toEqual([]);
  });

  // Support knows them by heart. Add new ones; never change or reuse one that is here.
  it.each([
    ['address-empty', 101],
    ['serial-invalid', 113],
    ['root-ca-missing', 201],
    ['root-ca-replaced', 213],
    ['device-unreachable', 301],
    ['connection-lost', 308],
    ['device-issuer-unknown', 401],
    ['serial-mismatch', 408],
    ['code-rejected', 501],
    ['answer-malformed', 507],
    ['credentials-key-missing', 601],
    ['credentials-purpose', 609],
    ['storage-unavailable', 701],
    ['storage-undecryptable', 703],
    ['mtls-refused', 801],
    ['cancelled', 901],
    ['internal', 905],
  ] as const)('%s is %i for ever', (code, number) => {
    expect(ERROR_CATALOGUE[code].number).toBe(number);
  });

  it('are listed in docs/errors.md as `npm run docs:errors` writes it', () => {
    expect(readFileSync(ERROR_DOCS, 'utf8')).toBe(errorDocs());
  });

  it('are found by what is on the screen, each once, with a link that leads to its entry', () => {
    const page = readFileSync(TROUBLESHOOTING, 'utf8');
    expect(page).toBe(troubleshooting());
    const rows = [...page.matchAll(/^\| \*\*[^|]+\| \[(\d+)\]\(errors\.md#error-\1\) \|/gm)].map(
      ([, number]) => Number(number),
    );
    const expected = ERROR_CODES.filter((code) => !isPutRightAtOnce(code)).map(
      (code) => ERROR_CATALOGUE[code].number,
    );
    expect(rows.toSorted()).toEqual(expected.toSorted());
    const entries = readFileSync(ERROR_DOCS, 'utf8');
    for (const [, anchor] of page.matchAll(/errors\.md#([\w-]+)/g))
      expect(entries).toContain(`<a id="${anchor}"></a>`);
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
