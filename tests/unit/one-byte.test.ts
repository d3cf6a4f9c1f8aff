import { expect, it } from 'vitest';
import { inOneByte } from '../../scripts/vite-one-byte.ts';

it('means the same in one byte for each character', () => {
  const code =
    'const dash = "a – b … c", part = `“…”`.trim(), found = /[–→]/.test(part); return [part, found, "é"]';
  const narrow = inOneByte(code);
  expect(narrow).not.toMatch(/[\u0100-\uffff]/);
  expect(narrow).toContain('é');
  expect(new Function(narrow)()).toEqual(new Function(code)());
});

it('knows an escaped character from one behind an escaped backslash', () => {
  for (const code of [
    String.raw`return "a\…b"`,
    String.raw`return "a\\…b"`,
    String.raw`return /^\–\\…$/.test("–\\…")`,
  ])
    expect(new Function(inOneByte(code))()).toBe(new Function(code)());
});

it('leaves what would become larger', () => {
  const code = 'const t = "こんにちは、世界"';
  expect(inOneByte(code)).toBe(code);
});
