import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { connectionDocumentSchema } from '../electron/core/export/connection-document.ts';
import { policySchema } from '../electron/core/policy/policy-schema.ts';

const schemaFile = (name: string) => join(resolve(import.meta.dirname, '..'), 'docs/schemas', name);
export const CONNECTION_SCHEMA = schemaFile('connection.schema.json');
export const POLICY_SCHEMA = schemaFile('policy.schema.json');

/** `docs/schemas/connection.schema.json` (JSON Schema 2020-12), from the schema the app writes by. */
export const connectionSchema = () =>
  z.toJSONSchema(connectionDocumentSchema, {
    // The format says it shorter.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });

/** `docs/schemas/policy.schema.json`, from the schema the app reads a policy by. */
export const policyJsonSchema = () => ({
  title: 'Policy of POS Pairing',
  ...z.toJSONSchema(policySchema, { io: 'input' }),
});

// `npm run format` gives them their form.
if (process.argv[1] === import.meta.filename) {
  for (const [file, schema] of [
    [CONNECTION_SCHEMA, connectionSchema()],
    [POLICY_SCHEMA, policyJsonSchema()],
  ] as const)
    writeFileSync(file, `${JSON.stringify(schema, null, 2)}\n`);
}
