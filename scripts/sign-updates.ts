import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { signFeeds } from './package/updates.ts';

/** `npm run sign-updates -- --key=FILE [FOLDER]`: signs the feeds of updates in a folder, `dist` unless given. */
const { values, positionals } = parseArgs({
  options: { key: { type: 'string' } },
  allowPositionals: true,
});
const [folder = 'dist'] = positionals;
if (!values.key) throw new Error('Name the file with the private key: --key=FILE');
for (const name of signFeeds(folder, readFileSync(values.key, 'utf8'))) console.log(`SIGNED ${name}`);
