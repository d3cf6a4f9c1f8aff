import { resolve } from 'node:path';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { FIRST_SCREEN } from './electron/window/page-files.ts';
import { updatesOfBuild } from './scripts/package/updates.ts';
import { leanerPackages } from './scripts/vite-leaner-packages.ts';
import { licences } from './scripts/vite-licences.ts';
import { textsOfMainProcess } from './scripts/vite-main-texts.ts';
import { noAjv } from './scripts/vite-no-ajv.ts';
import { oneByteScripts } from './scripts/vite-one-byte.ts';
import { shownLanguagesOnly } from './scripts/vite-shown-languages.ts';
import { unusedSchemas } from './scripts/vite-unused-schemas.ts';

const isEntry = (id: string, entry: string): boolean => id.replaceAll('\\', '/').endsWith(`/${entry}`);

/**
 * One build, three environments. Dependencies are bundled everywhere, so the package ships no node_modules.
 * Targets follow the oldest Electron the code must run on (33: Chromium 130, Node 20.18).
 */
const node = (entry: string, name: string, format: 'es' | 'cjs') => ({
  consumer: 'server' as const,
  resolve: { noExternal: true as const, external: ['electron'] },
  build: {
    target: 'node20.18',
    outDir: resolve(`out/${name}`),
    emptyOutDir: true,
    // A third of the size; the package has no source maps, a release keeps them for reading reports.
    minify: true,
    sourcemap: true,
    rolldownOptions: {
      input: resolve(entry),
      external: ['electron', /^node:/],
      output: {
        format,
        entryFileNames: `${name}.${format === 'cjs' ? 'cjs' : 'js'}`,
        chunkFileNames: `${name}-[name].js`,
        // What opens the window is one file. The entry is another one: it awaits files that need the first.
        ...(format === 'es' && {
          codeSplitting: {
            groups: [
              { name: 'window', tags: ['$initial' as const], test: (id: string) => !isEntry(id, entry) },
            ],
          },
        }),
      },
    },
  },
});

export default defineConfig({
  root: 'renderer',
  base: './',
  define: { __BUILT_AT__: Date.now(), __UPDATES__: JSON.stringify(updatesOfBuild()) },
  plugins: [
    react(),
    shownLanguagesOnly(),
    textsOfMainProcess(),
    noAjv(),
    leanerPackages(),
    unusedSchemas(),
    oneByteScripts(),
    licences(resolve('out/licences.json.gz')),
  ],
  environments: {
    client: {
      build: {
        target: 'chrome130',
        outDir: resolve('out/renderer'),
        emptyOutDir: true,
        modulePreload: { polyfill: false },
        assetsInlineLimit: 0,
        // Loaded from disk, once.
        chunkSizeWarningLimit: 2000,
        rolldownOptions: {
          output: {
            // The main process knows the first one by its name (window/page-files.ts).
            entryFileNames: `assets/${FIRST_SCREEN}-[hash].js`,
            // One file to start with, one for what several later screens share, and one for each screen.
            codeSplitting: {
              groups: [
                { name: FIRST_SCREEN, tags: ['$initial'], priority: 1 },
                { name: 'controls', minShareCount: 2 },
              ],
            },
          },
        },
      },
    },
    main: node('electron/main.ts', 'main', 'es'),
    preload: node('electron/preload.ts', 'preload', 'cjs'),
  },
  builder: {
    async buildApp(builder) {
      for (const environment of Object.values(builder.environments)) await builder.build(environment);
    },
  },
});
