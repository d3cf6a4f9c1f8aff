import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { connectionDocumentSchema } from '../electron/core/export/connection-document.ts';

export const CONNECTION_SCHEMA = join(
  resolve(import.meta.dirname, '..'),
  'docs/schemas/connection.schema.json',
);

/** `docs/schemas/connection.schema.json` (JSON Schema 2020-12), from the schema the app writes by. */
export const connectionSchema = () =>
  z.toJSONSchema(connectionDocumentSchema, {
    // The format says it shorter.
    override: ({ jsonSchema }) => {
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern;
    },
  });

// `npm run format` gives it its form.
if (process.argv[1] === import.meta.filename)
  writeFileSync(CONNECTION_SCHEMA, `${JSON.stringify(connectionSchema(), null, 2)}\n`);
