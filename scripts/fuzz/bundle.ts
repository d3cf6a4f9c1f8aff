import { transformSync } from '@babel/core';
import { codeCoverage } from '@jazzer.js/instrumentor/dist/plugins/codeCoverage.js';
import { compareHooks } from '@jazzer.js/instrumentor/dist/plugins/compareHooks.js';
import type { Plugin } from 'vite';
import { bundleForNode } from '../bundle-for-node.ts';

/** What is looked into: the app's own code, and the libraries that read what comes from outside. */
const INSTRUMENTED =
  /\/electron\/(core\/(pki|device|policy|updates|[^/]*\.ts)|updates\/)|\/shared\/[^/]*\.ts$|\/node-forge\/lib\/asn1\.js$|\/js-yaml\/lib\//;

/** Counts branches and shows comparisons, by Jazzer.js's instrumentation. */
function instrument(): Plugin {
  let edges = 0;
  return {
    name: 'jazzer-instrumentation',
    enforce: 'post',
    transform(code, id) {
      if (!INSTRUMENTED.test(id)) return undefined;
      const result = transformSync(code, {
        filename: id,
        configFile: false,
        babelrc: false,
        compact: false,
        plugins: [codeCoverage({ nextEdgeId: () => edges++ }), compareHooks],
      });
      return { code: result?.code ?? code, map: null };
    },
  };
}

/** Bundles tests/fuzz with the core into `outDir`, so that any Node can run it. Returns the file to run. */
export const bundleWorker = (outDir: string, instrumented: boolean): Promise<string> =>
  bundleForNode({
    entry: 'tests/fuzz/worker.ts',
    outDir,
    name: instrumented ? 'guided' : 'generated',
    plugins: instrumented ? [instrument()] : [],
  });
