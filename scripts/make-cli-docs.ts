import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { COMMAND_NAMES } from '../electron/cli/command-specs.ts';
import { DOCUMENTS, errorDocumentSchema } from '../electron/cli/documents.ts';
import { EXITS } from '../electron/cli/exit-codes.ts';
import { helpOf } from '../electron/cli/help.ts';

const DOCS = join(resolve(import.meta.dirname, '..'), 'docs');
export const CLI_DOCS = join(DOCS, 'cli.md');
const START = '<!-- written by npm run docs:cli -->';
const END = '<!-- end of what npm run docs:cli writes -->';

/** In the form that `npm run format` gives a table. */
function exitTable(): string {
  const rows = [
    ['Exit code', 'When'],
    ...Object.values(EXITS).map(({ code, when }) => [String(code), when] as const),
  ];
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...others] = rows;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...others.map(line)].join('\n');
}

/** The exit codes and the help of each command, as docs/cli.md has them. */
export const cliReference = (): string =>
  [
    '## Exit codes',
    exitTable(),
    '## Commands',
    ...COMMAND_NAMES.flatMap((name) => [`### ${name}`, `\`\`\`text\n${helpOf(name).trimEnd()}\n\`\`\``]),
  ].join('\n\n');

/** What docs/cli.md has between its marks. */
export function referenceIn(text: string): string {
  const [from, to] = [text.indexOf(START), text.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`${CLI_DOCS} has no place for the reference`);
  return text.slice(from + START.length, to).trim();
}

const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, {
    // The format says it shorter.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });

/** Each published schema (JSON Schema 2020-12) by its path: one a command, and the one of errors. */
export const cliSchemas = (): { readonly path: string; readonly schema: unknown }[] => [
  ...COMMAND_NAMES.map((name) => ({
    path: join(DOCS, `schemas/cli-${name.replace(' ', '-')}.schema.json`),
    schema: schemaOf(DOCUMENTS[name]),
  })),
  { path: join(DOCS, 'schemas/cli-error.schema.json'), schema: schemaOf(errorDocumentSchema) },
];

if (process.argv[1] === import.meta.filename) {
  const text = readFileSync(CLI_DOCS, 'utf8');
  writeFileSync(
    CLI_DOCS,
    `${text.slice(0, text.indexOf(START))}${START}\n\n${cliReference()}\n\n${text.slice(text.indexOf(END))}`,
  );
  mkdirSync(join(DOCS, 'schemas'), { recursive: true });
  const schemas = cliSchemas();
  for (const { path, schema } of schemas) writeFileSync(path, `${JSON.stringify(schema, null, 2)}\n`);
  execFileSync('npx', ['biome', 'format', '--write', ...schemas.map(({ path }) => path)], {
    stdio: 'ignore',
  });
}
