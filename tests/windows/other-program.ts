import { closeSync, constants, openSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A virus scanner or a backup on the same computer: a process of its own that holds files when it is asked to, over HTTP
 * on a loopback port, whose number it writes into the file that is its argument.
 */

/** `UV_FS_O_EXLOCK`, which only Windows has: nobody else may open, rename or erase the file meanwhile. */
const FOR_ITSELF = 0x1000_0000;
/** Nobody needs it any longer, also when whoever asked for it is gone. */
const LIFE_MS = 450_000;

const held = new Map<string, number>();
let scanning: Promise<void> | undefined;
let rests = false;

function hold(file: string): void {
  held.set(file, openSync(file, constants.O_RDWR | FOR_ITSELF));
}

function letGo(file: string): void {
  const descriptor = held.get(file);
  if (descriptor === undefined) return;
  held.delete(file);
  closeSync(descriptor);
}

/** Holds each new document for some milliseconds, once, as soon as it sees it. */
async function scan(folder: string, forMs: number): Promise<void> {
  const seen = new Set<string>();
  for (; !rests; await sleep(0)) {
    for (const name of readdirSync(folder)) {
      if (!name.includes('.new.json') || seen.has(name)) continue;
      seen.add(name);
      const file = join(folder, name);
      try {
        hold(file);
      } catch {
        // Gone again, or not written to its end.
        continue;
      }
      await sleep(forMs);
      letGo(file);
    }
  }
}

async function obey({ pathname, searchParams }: URL): Promise<void> {
  const path = searchParams.get('path') ?? '';
  const forMs = Number(searchParams.get('forMs') ?? 0);
  if (pathname === '/hold') {
    hold(path);
    if (forMs > 0) setTimeout(() => letGo(path), forMs);
  } else if (pathname === '/let-go') letGo(path);
  else if (pathname === '/scan') {
    rests = false;
    scanning = scan(path, forMs);
    // Told when it is to rest.
    scanning.catch(() => {});
  } else if (pathname === '/rest') {
    rests = true;
    await scanning;
  } else throw new Error(`no such order: ${pathname}`);
}

const server = createServer((request, response) => {
  void obey(new URL(request.url ?? '', 'http://localhost')).then(
    () => response.end(),
    (thrown) => response.writeHead(400).end(String(thrown)),
  );
});
server.listen(0, '127.0.0.1', () => {
  const bound = server.address();
  const [, , portFile = ''] = process.argv;
  // Renamed, so that nobody reads half of it.
  writeFileSync(`${portFile}.new`, String(typeof bound === 'object' && bound ? bound.port : 0));
  renameSync(`${portFile}.new`, portFile);
});
setTimeout(() => process.exit(0), LIFE_MS);
