import { resolve } from 'node:path';
import { build } from 'vite';

/** Bundles one file of this folder with the core into `outDir`, since thousands of processes start with it. Returns its path. */
export async function bundleProcess(name: string, outDir: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { electron: resolve('tests/support/no-electron.ts') } },
    ssr: { noExternal: true },
    build: {
      ssr: resolve(`scripts/disk/${name}.ts`),
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      minify: true,
      rolldownOptions: {
        external: [/^node:/],
        // Files that come with the app are read from where the source is.
        transform: { define: { 'import.meta.dirname': JSON.stringify(resolve('tests/support')) } },
        output: { format: 'es', entryFileNames: `${name}.mjs`, codeSplitting: false },
      },
    },
  });
  return resolve(outDir, `${name}.mjs`);
}
