import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runnerImport } from 'vite';
import { electronFlags, ensureSystemPackages, enterDesktopSession } from './desktop-session.ts';
import { ensureElectron } from './electron-runtime/ensure.ts';

/**
 * `npm run counter-card`: prints `docs/counter-card.pdf`, a page for each language, from the app's own drawings and
 * texts. The result is committed; run this after changing one of them.
 */
const ROOT = resolve(import.meta.dirname, '..');
const PRINTER = join(import.meta.dirname, 'counter-card/printer');
/** The app's styles the drawings hang on, then what is different on paper. */
const STYLES = [
  ...['tokens', 'base', 'controls', 'pairing'].map((name) => `renderer/styles/${name}.css`),
  'scripts/counter-card/card.css',
];
/** Electron writes when a file was printed; without that, the same card is the same file. */
const PRINTED_AT = /(\/(?:CreationDate|ModDate) \(D:)\d{14}/g;

export const COUNTER_CARD = join(ROOT, 'docs/counter-card.pdf');

/** Stands at the end of the file, in a comment: which pages it was printed from. */
export const cardOrigin = (pages: Readonly<Record<string, string>>): string =>
  `%card ${createHash('sha256').update(Object.values(pages).join('\n')).digest('hex')}`;

function document(pages: Readonly<Record<string, string>>): string {
  const styles = STYLES.map((file) => readFileSync(join(ROOT, file), 'utf8')).join('\n');
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>POS Pairing: a card for the counter</title><style>${styles}</style></head>
<body>${Object.values(pages).join('\n')}</body>
</html>
`;
}

function print(executable: string, html: string): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'pos-pairing-card-'));
  try {
    const [page, pdf] = [join(folder, 'card.html'), join(folder, 'card.pdf')];
    writeFileSync(page, html);
    const data = `--user-data-dir=${join(folder, 'profile')}`;
    const { status } = spawnSync(executable, [...electronFlags(), data, PRINTER, page, pdf], {
      stdio: ['ignore', 'inherit', 'inherit'],
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`Electron could not print the card (exit code ${status}).`);
    return readFileSync(pdf);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function makeCounterCard(): Promise<void> {
  ensureSystemPackages();
  const { executable } = await ensureElectron();
  ensureSystemPackages(executable);
  enterDesktopSession();
  // Vite, since it reads the app's components as the app's build does.
  const { module } = await runnerImport<typeof import('./counter-card/card.tsx')>(
    join(import.meta.dirname, 'counter-card/card.tsx'),
    { configFile: false, logLevel: 'warn' },
  );
  const pages = module.cardPages();
  const printed = print(executable, document(pages))
    .toString('latin1')
    .replace(PRINTED_AT, '$120000101000000');
  writeFileSync(COUNTER_CARD, `${printed.trimEnd()}\n${cardOrigin(pages)}\n`, 'latin1');
}

if (process.argv[1] === import.meta.filename) await makeCounterCard();
