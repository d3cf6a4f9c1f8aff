import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Plugin } from 'vite';
import { z } from 'zod';

const MAIN_PROCESS = resolve('electron');
const LOCALE = /\/shared\/locales\/[^/]+\.json$/;
const localeSchema = z.record(z.string(), z.unknown());

/** The sections of the texts that these sources name: `t('menu', …)`, or a key such as `tray.${state}` anywhere. */
export const sectionsNamed = (sections: readonly string[], sources: readonly string[]): string[] =>
  sections.filter((section) => {
    const named = new RegExp(`['"\`]${section}\\.|\\bt\\(\\s*['"\`]${section}['"\`]`);
    return sources.some((source) => named.test(source));
  });

/** The command line speaks English only. */
const ENGLISH_ONLY = /^cli[\\/]/;

const sourcesOfMainProcess = (isEnglish: boolean): string[] =>
  readdirSync(MAIN_PROCESS, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && (isEnglish || !ENGLISH_ONLY.test(name)))
    .map((name) => readFileSync(join(MAIN_PROCESS, name), 'utf8'));

/** Leaves out the texts that only the page shows from the main process, which has all languages in one file. */
export function textsOfMainProcess(): Plugin {
  return {
    name: 'texts-of-main-process',
    apply: 'build',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'main',
    load(id) {
      if (!LOCALE.test(id.replaceAll('\\', '/'))) return;
      const texts = localeSchema.parse(JSON.parse(readFileSync(id, 'utf8')));
      const named = sectionsNamed(Object.keys(texts), sourcesOfMainProcess(/en\.json$/.test(id)));
      return JSON.stringify(Object.fromEntries(named.map((section) => [section, texts[section]])));
    },
  };
}
