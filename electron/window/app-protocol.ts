import { readFileSync } from 'node:fs';
import { basename, extname, join, normalize, sep } from 'node:path';
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

/**
 * Serves the renderer's build from `directory` and nothing else. By the older call where Electron still has it: what
 * came after it loads a whole HTTP client for each start, 50 ms in the way of the first screen.
 *
 * @param onServed called with the name of each file that has been served, without its folder
 */
export function serveApp(directory: string, onServed: (name: string) => void): void {
  if (typeof protocol.registerBufferProtocol === 'function') {
    protocol.registerBufferProtocol(SCHEME, ({ url }, respond) => {
      const { status, headers, body, name } = answer(directory, url);
      respond({ statusCode: status, headers, data: body });
      onServed(name);
    });
    return;
  }
  protocol.handle(SCHEME, ({ url }) => {
    const { status, headers, body, name } = answer(directory, url);
    onServed(name);
    return new Response(new Uint8Array(body), { status, headers });
  });
}

interface Answer {
  readonly status: 200 | 404;
  readonly headers: Record<string, string>;
  readonly body: Buffer;
  /** Without its folder; '' when there is none. */
  readonly name: string;
}

const NOT_FOUND: Answer = { status: 404, headers: HEADERS, body: Buffer.alloc(0), name: '' };

/** At once: the files are few and near, and what waited would wait behind whatever else starts. */
function answer(directory: string, url: string): Answer {
  try {
    const { host, pathname } = new URL(url);
    const file = normalize(join(directory, decodeURIComponent(pathname)));
    const contentType = CONTENT_TYPES[extname(file)];
    if (`${SCHEME}://${host}` !== APP_ORIGIN || !file.startsWith(directory + sep) || !contentType)
      return NOT_FOUND;
    const headers = { ...HEADERS, 'content-type': contentType };
    return { status: 200, headers, body: readFileSync(file), name: basename(file) };
  } catch {
    return NOT_FOUND;
  }
}
