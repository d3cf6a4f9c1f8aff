import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { resolve } from 'node:path';

/** A Chromium of the system: what Debian calls so, and what Windows and CI's macOS have. */
export const CHROMIUM =
  {
    win32: 'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
    darwin: '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  }[process.platform as string] ?? '/usr/bin/chromium';
const FILES: Readonly<Record<string, { readonly name: string; readonly type: string }>> = {
  '/': { name: 'index.html', type: 'text/html; charset=utf-8' },
  '/till.js': { name: 'till.js', type: 'text/javascript; charset=utf-8' },
};

/** The browser that stands for a till's. Where CI runs, it must be there. */
export function findChromium(): string | undefined {
  if (existsSync(CHROMIUM)) return CHROMIUM;
  if (process.env['CI']) throw new Error(`${CHROMIUM} is missing.`);
  console.log(`Skipped: ${CHROMIUM} is missing.`);
  return undefined;
}

/** Chromium refuses its sandbox to root, as which the tests may run. */
export const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
];

/** Serves the till of tests/till as a page of its own origin. */
export async function serveTill() {
  const server = createServer(async (request, response) => {
    const file = FILES[request.url ?? ''];
    if (!file) {
      response.writeHead(404).end();
      return;
    }
    const text = await readFile(resolve(import.meta.dirname, '../till', file.name));
    response.writeHead(200, { 'Content-Type': file.type }).end(text);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    origin: `http://127.0.0.1:${port}`,
    stop: () =>
      new Promise<void>((done) => {
        server.close(() => done());
        server.closeAllConnections();
      }),
  };
}
