import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CLI_DOCS, cliReference, cliSchemas, referenceIn } from '../../scripts/make-cli-docs.ts';

it('docs/cli.md has the help texts and exit codes as `npm run docs:cli` writes them', () => {
  expect(referenceIn(readFileSync(CLI_DOCS, 'utf8'))).toBe(cliReference());
});

it('docs/schemas has the schema of each document', () => {
  for (const { path, schema } of cliSchemas())
    expect(JSON.parse(readFileSync(path, 'utf8')), path).toEqual(JSON.parse(JSON.stringify(schema)));
});
