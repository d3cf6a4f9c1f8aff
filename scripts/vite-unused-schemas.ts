import type { Plugin } from 'vite';

const SHARED = /\/shared\/[^?]+\.ts$/;

/**
 * Lets the page go without the schemas it does not parse with, and, where none is left, without Zod: a bundler keeps
 * `z.object(…)`, since a call may do something. A schema of `shared/` does nothing but be made, so each is put into a
 * function that says so.
 */
export function unusedSchemas(): Plugin {
  return {
    name: 'unused-schemas',
    apply: 'build',
    applyToEnvironment: ({ name }) => name === 'client',
    transform(code, id) {
      if (!SHARED.test(id.replaceAll('\\', '/')) || !code.includes('zod')) return;
      const inits = this.parse(code).body.flatMap((statement) => {
        const declared = statement.type === 'ExportNamedDeclaration' ? statement.declaration : statement;
        if (declared?.type !== 'VariableDeclaration') return [];
        return declared.declarations.flatMap(({ init }) =>
          init?.type === 'CallExpression' || init?.type === 'ObjectExpression' ? [init] : [],
        );
      });
      let text = code;
      // From the end, so that what comes before stays where it is; the lines stay the same for the source map.
      for (const { start, end } of inits.reverse())
        text = `${text.slice(0, start)}/* @__PURE__ */ (() => (${text.slice(start, end)}))()${text.slice(end)}`;
      return { code: text, map: null };
    },
  };
}
