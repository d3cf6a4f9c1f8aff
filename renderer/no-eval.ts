import { config } from 'zod';

// zod tries out `new Function` when a schema is made; the content security policy reports that as a breach.
// Imported before anything that makes a schema.
config({ jitless: true });
