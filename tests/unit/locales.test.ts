import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEXTS } from '../../shared/languages.ts';
import { LANGUAGES, type Language } from '../../shared/settings.ts';
import { SHORTCUTS } from '../../shared/shortcuts.ts';

const root = resolve(import.meta.dirname, '../..');

type Flat = Readonly<Record<string, string>>;

function flatten(node: unknown, prefix = ''): [string, string][] {
  if (typeof node === 'string') return [[prefix, node]];
  if (node === null || typeof node !== 'object') throw new Error(`${prefix} is neither a text nor a group`);
  return Object.entries(node).flatMap(([key, value]) => flatten(value, prefix ? `${prefix}.${key}` : key));
}

const flatTexts = (language: Language): Flat => Object.fromEntries(flatten(TEXTS[language] ?? {}));
const english = flatTexts('en');

const PLURAL = /_(zero|one|two|few|many|other)$/;
const baseOf = (key: string): string => key.replace(PLURAL, '');
const isPlural = (key: string): boolean => `${baseOf(key)}_other` in english;

/** The keys a language must have: those of the English texts, with the plural forms of its own grammar. */
function expectedKeys(language: Language): string[] {
  const categories = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
  const keys = Object.keys(english).flatMap((key) =>
    // i18next takes "zero" for a count of 0 in any language, whatever its grammar says.
    isPlural(key) && !key.endsWith('_zero')
      ? categories.map((category) => `${baseOf(key)}_${category}`)
      : [key],
  );
  return [...new Set(keys)].sort();
}

/** Called the same in every language. */
const NAMES = /POS Pairing|Electron|Chromium|Node\.js/g;
const PLACEHOLDER = /\{\{(\w+)\}\}/g;
const placeholders = (text: string): Set<string> =>
  new Set([...text.matchAll(PLACEHOLDER)].map(([, name = '']) => name));

/** What the text may, and what it must, put values in for. A form for none or for one may do without the number. */
function allowedPlaceholders(key: string): { may: Set<string>; must: Set<string> } {
  const source = placeholders(english[key] ?? english[`${baseOf(key)}_other`] ?? '');
  if (!isPlural(key)) return { may: source, must: source };
  const may = new Set([...source, 'count']);
  const must = new Set(source);
  if (/_(zero|one)$/.test(key)) must.delete('count');
  return { may, must };
}

const wordsIn = (text: string): number => text.match(/[\p{L}]+/gu)?.length ?? 0;

describe('texts', () => {
  it('exist in every language that can be chosen', () => {
    expect(Object.keys(TEXTS).sort()).toEqual([...LANGUAGES].sort());
  });

  describe.each(LANGUAGES)('in %s', (language) => {
    const texts = flatTexts(language);

    it('are complete, with the plural forms of the language and nothing else', () => {
      expect(Object.keys(texts).sort()).toEqual(expectedKeys(language));
    });

    it('have the placeholders of the English ones', () => {
      const wrong = Object.entries(texts).filter(([key, text]) => {
        const { may, must } = allowedPlaceholders(key);
        const found = placeholders(text);
        const leftOver = text.replace(PLACEHOLDER, '');
        return (
          ![...found].every((name) => may.has(name)) ||
          ![...must].every((name) => found.has(name)) ||
          /[{}]|\$t\(/.test(leftOver)
        );
      });
      expect(wrong).toEqual([]);
    });

    it('are not empty, not padded, and written with typographic marks', () => {
      const wrong = Object.entries(texts).filter(
        ([, text]) => text.trim() === '' || text !== text.trim() || /['"]|\.\.\.| {2}/.test(text),
      );
      expect(wrong).toEqual([]);
    });
  });

  it.each(LANGUAGES.filter((language) => language !== 'en'))('are translated in %s', (language) => {
    const same = Object.entries(flatTexts(language)).filter(
      ([key, text]) => text === english[key] && wordsIn(text.replace(PLACEHOLDER, '').replace(NAMES, '')) > 4,
    );
    expect(same).toEqual([]);
  });

  it('are all used', () => {
    const code = sources();
    const literals = new Set(
      [...code.matchAll(/\bt\(([^,()]*)/g)].flatMap(([, argument = '']) =>
        [...argument.matchAll(/'([\w.-]+)'/g)].map(([, key = '']) => key),
      ),
    );
    const templates = [...code.matchAll(/\b(?:t|getResource)\([^`()]*`([\w.-]*\$\{[^`]*)`/g)].map(
      ([, template = '']) =>
        new RegExp(`^${template.replace(/\./g, '\\.').replace(/\$\{[^}]*\}/g, '([\\w-]+)')}$`),
    );
    // What a template is filled with stands somewhere in the code, as a text or as a name.
    const words = new Set(
      [...code.matchAll(/'([\w-]+)'|\b(\w+)\??:/g)].map(([, text, name]) => text ?? name ?? ''),
    );
    const isUsed = (key: string): boolean =>
      literals.has(key) ||
      templates.some((template) => {
        const filled = template.exec(key)?.slice(1);
        return filled?.every((word) => words.has(word)) ?? false;
      });
    const bases = [...new Set(Object.keys(english).map(baseOf))];
    expect(bases.filter((key) => !key.startsWith('menu.') && !isUsed(key))).toEqual([]);
  });

  it('of the menu are all used', () => {
    const code = readFileSync(join(root, 'electron/desktop/menu.ts'), 'utf8');
    const names = Object.keys(TEXTS.en.menu);
    expect(names.length).toBeGreaterThan(0);
    expect(names.filter((name) => !(name in SHORTCUTS) && !code.includes(`texts.${name}`))).toEqual([]);
  });
});

/** The code of the program, and of the card that is printed with its texts, without comments. */
function sources(): string {
  return ['renderer', 'electron', 'shared', 'scripts/counter-card']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
        .filter((name) => /\.tsx?$/.test(name))
        .map((name) => readFileSync(join(root, folder, name), 'utf8')),
    )
    .join('\n')
    .replace(/^\s*(\/\/|\/?\*).*$/gm, '');
}
