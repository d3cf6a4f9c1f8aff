import { existsSync, readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FIRST_SCREEN, PAGE, PageFiles } from '../../electron/window/page-files.ts';

const root = resolve(import.meta.dirname, '../..');

/** What a file imports before it runs: neither types alone, nor what it loads later. */
function importsOf(file: string): string[] {
  const source = readFileSync(file, 'utf8');
  return [...source.matchAll(/^(?:import|export)\s+(?!type\b)(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm)].map(
    ([, specifier = '']) => (specifier.startsWith('.') ? resolve(dirname(file), specifier) : specifier),
  );
}

function allFrom(entry: string): { files: Set<string>; packages: Set<string> } {
  const files = new Set<string>();
  const packages = new Set<string>();
  const walk = (file: string) => {
    if (files.has(file)) return;
    files.add(file);
    for (const target of importsOf(file)) {
      if (isAbsolute(target) && existsSync(target)) walk(target);
      else packages.add(target);
    }
  };
  walk(join(root, entry));
  return { files, packages };
}

it('opens the window before anything else is loaded', () => {
  const { files, packages } = allFrom('electron/main.ts');
  expect(files.size).toBeGreaterThan(10);
  expect([...packages].filter((name) => !name.startsWith('node:'))).toEqual(['electron']);
  // Each of these takes longer to load than all that opens a window.
  for (const heavy of ['node:crypto', 'node:http', 'node:https', 'node:tls', 'node:net'])
    expect(packages).not.toContain(heavy);
  const bytes = [...files].reduce((sum, file) => sum + readFileSync(file).length, 0);
  expect(bytes).toBeLessThan(60_000);
});

it('starts the page without the screens that come later, and without Zod', () => {
  const { files, packages } = allFrom('renderer/main.tsx');
  const own = [...files].map((file) => file.slice(root.length + 1).replaceAll('\\', '/'));
  const screens = own.filter((file) => /^renderer\/screens\/[^/]+\//.test(file));
  expect(screens.length).toBeGreaterThan(2);
  expect(screens.filter((file) => !file.startsWith('renderer/screens/home/'))).toEqual([]);
  expect(own).not.toContain('renderer/components/dialog-frame.tsx');
  expect(packages).toContain('react-dom/client');
  // Schemas are left out by scripts/vite-unused-schemas.ts, as long as nothing parses with one.
  for (const file of own.filter((each) => each.startsWith('renderer/')))
    expect(readFileSync(join(root, file), 'utf8'), file).not.toMatch(/Schema\b/);
});

it('gives the first file of the page the name that the main process waits for', () => {
  const config = readFileSync(join(root, 'vite.config.ts'), 'utf8');
  expect(config).toContain(`entryFileNames: \`assets/\${FIRST_SCREEN}-[hash].js\``);
  expect(config).toContain("{ name: FIRST_SCREEN, tags: ['$initial']");
});

it('has no file that the first one waits for and that waits for it', () => {
  // Other screens import what the first file has, so it must not await them while it runs.
  expect(readFileSync(join(root, 'renderer/main.tsx'), 'utf8')).not.toMatch(/^await /m);
});

describe('PageFiles', () => {
  it('tells once the page has its first script, not its style sheet', async () => {
    const files = new PageFiles();
    const told: string[] = [];
    const page = files.until(PAGE).then(() => told.push('page'));
    files.served('index.html');
    await page;
    const script = files.until(FIRST_SCREEN).then(() => told.push('script'));
    files.served('first-screen-abc.css');
    await new Promise((resolve) => setImmediate(resolve));
    expect(told).toEqual(['page']);
    files.served('first-screen-def.js');
    await script;
    expect(told).toEqual(['page', 'script']);
    await files.until(FIRST_SCREEN);
  });

  it('does not wait for ever', async () => {
    await new PageFiles().until(PAGE);
  });
});
