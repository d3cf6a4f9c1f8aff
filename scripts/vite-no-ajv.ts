import type { Plugin } from 'vite';

const STUB = '\0no-ajv';

/**
 * Leaves Ajv out, a sixth of the main process: electron-store needs it only for a store with a schema, and the app
 * checks what it reads by Zod. Whoever gives a store a schema is told at once, by every test that opens one.
 */
export function noAjv(): Plugin {
  return {
    name: 'no-ajv',
    apply: 'build',
    enforce: 'pre',
    applyToEnvironment: ({ name }) => name === 'main',
    resolveId: (id) => (/^ajv(-formats)?(\/|$)/.test(id) ? STUB : undefined),
    load: (id) =>
      id === STUB
        ? `export class Ajv2020 { constructor() { throw new Error('Stores have no schema here: vite-no-ajv.ts'); } }
export default {};`
        : undefined,
  };
}
