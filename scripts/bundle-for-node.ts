import { resolve } from 'node:path';
import { build, type Plugin } from 'vite';

interface Bundle {
  /** The file it begins with, from the project's folder. */
  readonly entry: string;
  readonly outDir: string;
  /** Of the bundle, without `.mjs`. */
  readonly name: string;
  readonly minify?: boolean;
  readonly plugins?: readonly Plugin[];
  /** Source text in the place of what the code says. */
  readonly define?: Readonly<Record<string, string>>;
}

/** Puts a program and all that it needs, except Electron, into one file that any Node can run. Returns its path. */
export async function bundleForNode({
  entry,
  outDir,
  name,
  minify = false,
  plugins = [],
  define = {},
}: Bundle): Promise<string> {
  await build({
    configFile: false,
    logLevel: 'warn',
    resolve: { alias: { electron: resolve('tests/support/no-electron.ts') } },
    ssr: { noExternal: true },
    plugins: [...plugins],
    build: {
      ssr: resolve(entry),
      outDir,
      emptyOutDir: false,
      target: 'node20.18',
      minify,
      rolldownOptions: {
        external: [/^node:/],
        transform: { define },
        output: { format: 'es', entryFileNames: `${name}.mjs`, codeSplitting: false },
      },
    },
  });
  return resolve(outDir, `${name}.mjs`);
}
