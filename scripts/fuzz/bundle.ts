import { join, resolve } from 'node:path';
import { transformSync } from '@babel/core';
import { codeCoverage } from '@jazzer.js/instrumentor/dist/plugins/codeCoverage.js';
import { compareHooks } from '@jazzer.js/instrumentor/dist/plugins/compareHooks.js';
import { build, type Plugin } from 'vite';

/** What is looked into: the app's own code, and the libraries that read what comes from outside. */
const INSTRUMENTED =
  /\/electron\/core\/(pki|device|policy|[^/]*\.ts)|\/shared\/[^/]*\.ts$|\/node-forge\/lib\/asn1\.js$/;

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
export async function bundleWorker(outDir: string, instrumented: boolean): Promise<string> {
  const name = instrumented ? 'guided' : 'generated';
  await build({
    configFile: false,
    logLevel: 'warn',
    ssr: { noExternal: true },
    plugins: instrumented ? [instrument()] : [],
    build: {
      ssr: resolve('tests/fuzz/worker.ts'),
      outDir: join(outDir, name),
      emptyOutDir: true,
      target: 'node20.18',
      minify: false,
      rolldownOptions: {
        external: [/^node:/],
        output: { format: 'es', entryFileNames: 'worker.mjs' },
      },
    },
  });
  return join(outDir, name, 'worker.mjs');
}
