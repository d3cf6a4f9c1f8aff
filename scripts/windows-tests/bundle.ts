import { resolve } from 'node:path';
import { build } from 'vite';

/** Bundles tests/windows and the core into `outDir`: each entry is one file. Returns the name of the one to run. */
export async function bundleWindowsTests(outDir: string): Promise<string> {
  await bundle(outDir, 'other-program');
  await bundle(outDir, 'crashing-writer');
  return bundle(outDir, 'main');
}

async function bundle(outDir: string, entry: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { electron: resolve('tests/support/no-electron.ts') } },
    ssr: { noExternal: true },
    build: {
      ssr: resolve(`tests/windows/${entry}.ts`),
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      minify: false,
      rolldownOptions: {
        external: [/^node:/],
        output: { format: 'es', entryFileNames: `${entry}.mjs`, codeSplitting: false },
      },
    },
  });
  return `${entry}.mjs`;
}
