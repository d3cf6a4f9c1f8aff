import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { protocol } from 'electron';

const SCHEME = 'app';
/** Origin of the app's own pages; no other origin is ever loaded. */
export const APP_ORIGIN = `${SCHEME}://pos`;
export const APP_URL = `${APP_ORIGIN}/index.html`;

const CONTENT_TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

const HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
};

/** Must run before the app is ready. */
export function registerAppScheme(): void {
  protocol.registerSchemesAsPrivileged([
    { scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true } },
  ]);
}

/** Serves the renderer's build from `directory` and nothing else. */
export function serveApp(directory: string): void {
  protocol.handle(SCHEME, async (request) => {
    try {
      const { host, pathname } = new URL(request.url);
      const file = normalize(join(directory, decodeURIComponent(pathname)));
      const contentType = CONTENT_TYPES[extname(file)];
      if (`${SCHEME}://${host}` !== APP_ORIGIN || !file.startsWith(directory + sep) || !contentType)
        return notFound();
      return new Response(await readFile(file), { headers: { ...HEADERS, 'content-type': contentType } });
    } catch {
      // No such file, or a path that cannot be decoded.
      return notFound();
    }
  });
}

const notFound = () => new Response(null, { status: 404, headers: HEADERS });
