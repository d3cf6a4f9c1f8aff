import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ERROR_CATALOGUE } from '../../shared/errors.ts';
import { TEXTS } from '../../shared/languages.ts';

const DOCS = resolve(import.meta.dirname, '../../docs');
const guide = readFileSync(join(DOCS, 'guide.md'), 'utf8');

const textsIn = (node: unknown): string[] =>
  typeof node === 'string' ? [node] : Object.values(node ?? {}).flatMap(textsIn);
const english = textsIn(TEXTS.en);

const VALUE = /\{\{\w+\}\}/;

/** Whether the app shows these words. Values may stand in a text, but most of it must be the text’s own words. */
function isShown(words: string): boolean {
  return english.some((text) => {
    const parts = text.split(VALUE);
    const pattern = parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+');
    return new RegExp(`^${pattern}$`).test(words) && parts.join('').length > words.length / 2;
  });
}

const allOf = (pattern: RegExp): string[] => [...guide.matchAll(pattern)].map(([, words = '']) => words);

describe('the guide for staff', () => {
  it('calls everything in the app as the app does (bold)', () => {
    const names = allOf(/\*\*([^*]+)\*\*/g);
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !isShown(name))).toEqual([]);
  });

  it('calls everything on the device as the app’s texts do (italics)', () => {
    const names = allOf(/(?<![\w/])_([^_\n]+)_(?![\w/])/g);
    expect(names.length).toBeGreaterThan(10);
    expect(names.filter((name) => !english.some((text) => text.includes(name)))).toEqual([]);
  });

  it('names error numbers that there are', () => {
    const numbers = new Set<number>(Object.values(ERROR_CATALOGUE).map(({ number }) => number));
    const named = allOf(/\berror (\d+)/g).map(Number);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((number) => !numbers.has(number))).toEqual([]);
  });

  it('links to files and headings that there are', () => {
    const headings = allOf(/^#+ (.+)$/gm).map(
      (title) =>
        `#${title
          .toLowerCase()
          .replace(/[^\p{L}\d -]/gu, '')
          .replaceAll(' ', '-')}`,
    );
    const links = allOf(/\]\(([^)]+)\)/g);
    const broken = links.filter((link) =>
      link.startsWith('#') ? !headings.includes(link) : !existsSync(join(DOCS, link)),
    );
    expect(broken).toEqual([]);
  });
});
