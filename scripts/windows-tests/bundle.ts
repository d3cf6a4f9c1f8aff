import { basename } from 'node:path';
import { bundleForNode } from '../bundle-for-node.ts';

/** Bundles tests/windows and the core into `outDir`: each entry is one file. Returns the name of the one to run. */
export async function bundleWindowsTests(outDir: string): Promise<string> {
  for (const name of ['other-program', 'crashing-writer']) await bundle(outDir, name);
  return basename(await bundle(outDir, 'main'));
}

const bundle = (outDir: string, name: string): Promise<string> =>
  bundleForNode({ entry: `tests/windows/${name}.ts`, outDir, name });
