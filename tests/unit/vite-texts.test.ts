import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { sectionsNamed } from '../../scripts/vite-main-texts.ts';
import { isShown } from '../../scripts/vite-shown-languages.ts';
import { TEXTS } from '../../shared/languages.ts';

const SECTIONS = Object.keys(TEXTS.en);

it('keeps the sections that the main process names', () => {
  const named = (source: string) => sectionsNamed(SECTIONS, [source]);
  expect(named("texts.t('desktop.pageCrashed')")).toEqual(['desktop']);
  expect(named('texts.t(`tray.attention`)')).toEqual(['tray']);
  expect(named("texts.t(\n  'menu', { returnObjects: true })")).toEqual(['menu']);
  expect(named("const KEY = 'status.failed.sentence';")).toEqual(['status']);
  expect(named("diagnose({ kind: 'status' }); app.quit(); // desktop.ts")).toEqual([]);
});

it('keeps all that the main process shows', () => {
  const sources = readdirSync('electron', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => readFileSync(`electron/${name}`, 'utf8'));
  const kept = sectionsNamed(SECTIONS, sources);
  const shown = sources.flatMap((source) =>
    [...source.matchAll(/\btexts\s*\.t\(\s*(?:[^'"`()]*\?\s*)?['"`](\w+)/g)].map(([, section]) => section),
  );
  expect(shown.length).toBeGreaterThan(8);
  expect(shown.filter((section) => !kept.includes(section ?? ''))).toEqual([]);
});

it.each([
  ['de-DE', true],
  ['pt-BR', true],
  ['pt-PT', false],
  ['ja-JP', true],
  ['it-IT', false],
])('knows whether the app is shown in %s', (tag, expected) => {
  expect(isShown(tag)).toBe(expected);
});
