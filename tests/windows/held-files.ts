import { existsSync, readFileSync } from 'node:fs';
import { ask } from './ask.ts';
import { startProgram, until } from './own-process.ts';

/** Where the other program listens; inherited by the processes that a case has to itself. */
const PORT_VARIABLE = 'POS_PAIRING_OTHER_PROGRAM';
const PORT_FILE = 'other-program.port';

/** Starts what holds files. It ends with this process. */
export async function startOtherProgram(): Promise<void> {
  const program = startProgram('other-program.mjs', PORT_FILE);
  process.once('exit', () => program.kill('SIGKILL'));
  await until('the other program listens', () => existsSync(PORT_FILE));
  process.env[PORT_VARIABLE] = readFileSync(PORT_FILE, 'utf8');
}

async function order(what: string, path: string, forMs = 0): Promise<void> {
  const url = new URL(`http://127.0.0.1:${process.env[PORT_VARIABLE]}/${what}`);
  url.search = new URLSearchParams({ path, forMs: String(forMs) }).toString();
  await ask(url);
}

/**
 * Another program holds a file, as a virus scanner or a backup does, and lets go after some milliseconds or when what
 * this resolves to is called. Resolves once it does.
 */
export async function holdFile(file: string, forMs = 0): Promise<() => Promise<void>> {
  await order('hold', file, forMs);
  return () => order('let-go', file);
}

/** Another program holds each new document in a folder for some milliseconds, until what this resolves to is called. */
export async function scanFolder(folder: string, forMs: number): Promise<() => Promise<void>> {
  await order('scan', folder, forMs);
  return () => order('rest', folder);
}
