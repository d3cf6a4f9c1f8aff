import { dirname, resolve } from 'node:path';
import type { Plugin } from 'vite';

const PREFIX = '\0leaner:';

/**
 * What packages bring along and this app never runs, by what stands in its place. Whoever begins to use one of them is
 * told at once: it is not there.
 */
const LEFT_OUT: readonly { readonly by: RegExp; readonly id: RegExp; readonly code: string }[] = [
  // Servers of others: a feed is a folder with a signature (electron/updates/signed-feed.ts).
  { by: /electron-updater/, id: /\/(?:\w*Git\w+|Bitbucket|Keygen)Provider$/, code: 'export {}' },
  // Switched off there: one whole file with one checksum.
  { by: /electron-updater/, id: /DifferentialDownloader$/, code: 'export {}' },
  {
    by: /electron-updater/,
    id: /^lodash\.isequal$/,
    code: "export { isDeepStrictEqual as 'module.exports' } from 'node:util'",
  },
  { by: /builder-util-runtime/, id: /^\.\/xml$/, code: 'export {}' },
  {
    by: /builder-util-runtime/,
    id: /^debug$/,
    code: 'export default () => Object.assign(() => {}, { enabled: false })',
  },
  { by: /js-yaml/, id: /\/dumper$/, code: 'export {}' },
  // For old systems and for too many open files: Electron's Node is neither.
  { by: /fs-extra|jsonfile/, id: /^graceful-fs$/, code: "export * from 'node:fs'" },
  // It comes without the text of its licence, which would have to be passed on; this is all of it that is needed.
  {
    by: /electron-updater/,
    id: /^lazy-val$/,
    code: `export class Lazy {
  constructor(create) { this.create = create; }
  get value() { return this.made ??= this.create(); }
}`,
  },
  // TLS, SSH, PKCS#7 messages and more, all of which Node has, or nobody needs.
  {
    by: /electron\/core/,
    id: /^node-forge$/,
    code: `import forge from 'node-forge/lib/forge.js';
import 'node-forge/lib/md.all.js';
import 'node-forge/lib/pki.js';
export default forge;`,
  },
];

/** Leaves out of the main process what its packages bring along and it never runs: a tenth of it. */
export function leanerPackages(): Plugin {
  return {
    name: 'leaner-packages',
    apply: 'build',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'main',
    resolveId(id, importer = '') {
      const from = importer.replaceAll('\\', '/');
      const index = LEFT_OUT.findIndex((each) => each.by.test(dirname(from)) && each.id.test(id));
      if (index >= 0) return `${PREFIX}${index}`;
      // electron-store brings the same one along.
      if (id === 'semver' && /electron-updater/.test(from)) return this.resolve(id, resolve('package.json'));
      return undefined;
    },
    load: (id) => (id.startsWith(PREFIX) ? LEFT_OUT[Number(id.slice(PREFIX.length))]?.code : undefined),
  };
}
