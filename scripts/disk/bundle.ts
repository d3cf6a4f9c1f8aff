import { resolve } from 'node:path';
import { bundleForNode } from '../bundle-for-node.ts';

/** Bundles one file of this folder with the core into `outDir`, since thousands of processes start with it. Returns its path. */
export const bundleProcess = (name: string, outDir: string): Promise<string> =>
  bundleForNode({
    entry: `scripts/disk/${name}.ts`,
    outDir,
    name,
    minify: true,
    // Files that come with the app are read from where the source is.
    define: { 'import.meta.dirname': JSON.stringify(resolve('tests/support')) },
  });
