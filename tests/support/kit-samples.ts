import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const FOLDER = resolve(import.meta.dirname, '../../packaging/connection-kit');

/** A file of packaging/connection-kit, as the app has it built in. */
export const kitSample = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');
